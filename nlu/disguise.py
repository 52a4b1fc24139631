"""Russian words in disguise: stretched, spelt out, broken by emoji, with letters and digits that only look alike."""

from __future__ import annotations

import re

from nlu.language_data import letters
from nlu.words import is_russian_word

_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-я]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_REPEATED_SIGN = re.compile(r"([^\w\s])\1{2,}")
_MIXED = re.compile(r"[a-zа-я]*(?:[a-z][а-я]|[а-я][a-z])[a-zа-я]*")
_WITH_DIGITS = re.compile(r"(?<![^\W_])[а-я]+[0346][а-я0346]*[а-я](?![^\W_])")
_SPELT_OUT = re.compile(r"(?<![^\W_])[а-я](?:[ .\-*_][а-я]){3,}(?![^\W_])")
_EMOJI = r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_AN_EMOJI = re.compile(_EMOJI)
_BROKEN = re.compile(rf"[^\W\d_]+(?:{_EMOJI}+[^\W\d_]+)+")


def revealed(text: str) -> str:
    """The words that are meant; text in lower case, ё as е."""
    text = shortened(text)
    if _AN_EMOJI.search(text):
        text = _without_emoji(text)
    if not _CYRILLIC.search(text):
        return text
    text = _SPELT_OUT.sub(lambda match: _known(re.sub(r"[^а-я]", "", match.group()), match.group()), text)
    if _LATIN.search(text):
        text = _unlooked(text)
    return _WITH_DIGITS.sub(_undigited, text)


def shortened(text: str) -> str:
    """Stretched letters and repeated signs back to one; two letters where that is a word."""
    if _STRETCHED.search(text):
        text = re.sub(r"\w+", lambda match: _unstretched(match.group()), text)
    return _REPEATED_SIGN.sub(r"\1", text)


def _known(meant: str, written: str) -> str:
    return meant if is_russian_word(meant) else written


def _without_emoji(text: str) -> str:
    """A word broken by emoji is joined; every other emoji parts words."""
    text = _BROKEN.sub(lambda match: _known(_AN_EMOJI.sub("", match.group()), match.group()), text)
    lines = (" ".join(line.split()) for line in _AN_EMOJI.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _unstretched(word: str) -> str:
    double = _STRETCHED.sub(r"\1\1", word)
    if double != word and is_russian_word(double):
        return double
    return _STRETCHED.sub(r"\1", word)


def _unlooked(text: str) -> str:
    """Latin letters that hide inside Russian words become Russian."""
    table = letters("lookalikes")

    def repair(match: re.Match[str]) -> str:
        word = "".join(table.get(letter, letter) for letter in match.group())
        return match.group() if _LATIN.search(word) else word

    return _MIXED.sub(repair, text)


def _undigited(match: re.Match[str]) -> str:
    table = letters("digit_lookalikes")
    return _known("".join(table.get(sign, sign) for sign in match.group()), match.group())
