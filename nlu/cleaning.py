"""A message as typed becomes text that can be understood.

``clean`` is for understanding only: what people wrote is kept elsewhere, unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from nlu.language_data import english_words, letters
from nlu.words import is_russian_word, tokens

MAX_CHARACTERS = 2_000
_MAX_RAW = 8 * MAX_CHARACTERS
_NEWLINES = "\n\r\u2028\u2029\x85"
_JUNK = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
"""Categories dropped: controls, zero-width and direction marks, surrogates, accents left over by NFKC."""
_PLAIN = re.compile(r"[\x20-\x7eа-яё\n«»—–]*", re.IGNORECASE)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_REPEATED_SIGN = re.compile(r"([^\w\s])\1{2,}")
_LATIN = re.compile(r"[a-z]")
_LATIN_WORD = re.compile(r"[a-z]{3}")
_CYRILLIC = re.compile(r"[а-я]")
_MIXED = re.compile(r"[a-zа-я]*(?:[a-z][а-я]|[а-я][a-z])[a-zа-я]*")
_VOWELS = frozenset("аеиоуыэюя")
_SOFTENED = "бвдзлмнпрстф"
_ENDINGS = (("иу", "ию"), ("иа", "ия"), ("и", "ы"), ("ы", "ый"))
"""Ends of words as written in Latin letters («subsidiu», «dokumenti», «novy»), and as meant."""
_JUDGED = 25
"""Words by which the script of a text is judged."""
_RESPELT = 60
"""Words of a transliterated text whose spelling is looked up; the rest is mapped letter by letter."""
_ENOUGH, _MORE_THAN_ENGLISH = 0.6, 0.4
"""Share of words that must turn out Russian before Latin text is taken for Russian, and its lead."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text for understanding: lower case, ё as е, at most 2,000 characters; newlines are kept."""

    text: str
    language: str
    """"ru", "en", or "" where there is no letter to tell by."""
    repaired: str = ""
    """"layout" or "translit" when Latin letters turned out to be Russian words."""


def clean(text: str) -> Cleaned:
    """Clean one message. Any string is accepted; cleaning twice changes nothing more."""
    result = _unlooked(_shortened(tidy(text)))
    if not _LATIN.search(result) or _CYRILLIC.search(result):
        return Cleaned(result, language_of(result))
    result, repaired, russian = _restored(result)
    result = tidy(_shortened(result))
    return Cleaned(result, "ru" if russian else language_of(result), repaired)


def tidy(text: str) -> str:
    """Unicode made plain: NFKC, lower case, ё as е, no invisible characters, single spaces, capped."""
    text = text[:_MAX_RAW]
    for _ in range(4):
        before = text
        if not _PLAIN.fullmatch(text):
            text = unicodedata.normalize("NFKC", "".join(map(_visible, text)))
        text = text.lower().replace("ё", "е")
        if text == before:
            break
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_CHARACTERS].strip()


@lru_cache(maxsize=4_096)
def _visible(character: str) -> str:
    if character in _NEWLINES:
        return "\n"
    if character == "\t":
        return " "
    if character == "№":  # NFKC would make it the Latin word "No"
        return "#"
    category = unicodedata.category(character)
    # The breve of й and the dots of ё, typed as separate signs, are for NFKC to join.
    if category in _JUNK and character not in "\u0306\u0308":
        return ""
    return character


def _shortened(text: str) -> str:
    """Stretched letters and repeated signs back to one; two letters where that is a word."""
    if _STRETCHED.search(text):
        text = re.sub(r"\w+", lambda match: _unstretched(match.group()), text)
    return _REPEATED_SIGN.sub(r"\1", text)


def _unstretched(word: str) -> str:
    double = _STRETCHED.sub(r"\1\1", word)
    if double != word and is_russian_word(double):
        return double
    return _STRETCHED.sub(r"\1", word)


def _unlooked(text: str) -> str:
    """Latin letters that hide inside Russian words become Russian."""
    if not (_LATIN.search(text) and _CYRILLIC.search(text)):
        return text
    table = letters("lookalikes")

    def repair(match: re.Match[str]) -> str:
        word = "".join(table.get(letter, letter) for letter in match.group())
        return match.group() if _LATIN.search(word) else word

    return _MIXED.sub(repair, text)


def language_of(text: str) -> str:
    """The language of a cleaned text by its letters; beside Russian words a Latin name alone is no English."""
    latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    if not latin and not cyrillic:
        return ""
    if latin <= cyrillic:
        return "ru"
    return "en" if not cyrillic or any(word in english_words() for word in tokens(text)) else "ru"


def _restored(text: str) -> tuple[str, str, bool]:
    """Latin text read as typed in the wrong layout or in Latin letters, if that makes Russian words.

    Also tells whether it is rather Russian than English: that may show before every word can be restored.
    """
    words = text.split()[:_JUDGED]
    if not _LATIN_WORD.search(text):
        return text, "", False
    english = _share(words, lambda word: all(part in english_words() for part in tokens(word)))
    by_layout = _share(words, lambda word: _is_russian(_by_layout(word)))
    by_sound = _share(words, lambda word: _is_russian(_by_sound(word)))
    share = max(by_layout, by_sound)
    if share < _ENOUGH or share - english < _MORE_THAN_ENGLISH:
        return text, "", share > english
    if by_layout >= by_sound:
        return _respelt(text, _by_layout, _mapped_keys), "layout", True
    return _respelt(text, _by_sound, _mapped_sounds), "translit", True


def _respelt(text: str, careful: Callable[[str], str], plain: Callable[[str], str]) -> str:
    """Every word by its careful spelling, the words of a long text by the plain one."""
    spaced = re.split(r"(\s+)", text)
    return "".join(careful(piece) if at < 2 * _RESPELT else plain(piece) for at, piece in enumerate(spaced))


def _share(words: list[str], holds: Callable[[str], bool]) -> float:
    """Share of the words that hold, weighed by length: short ones fit any language by chance."""
    weighed = [(min(len(word), 8), word) for word in words if _LATIN.search(word)]
    total = sum(weight for weight, _ in weighed)
    return sum(weight for weight, word in weighed if holds(word)) / total if total else 0.0


def _is_russian(word: str) -> bool:
    parts = tokens(word)
    return bool(parts) and all(part.isdigit() or is_russian_word(part) for part in parts)


def _mapped_keys(word: str) -> str:
    table = letters("layout")
    return "".join(table.get(sign, sign) for sign in word)


def _by_layout(word: str) -> str:
    """A word typed with the Latin layout on, as the Russian layout would have given it."""
    whole = _mapped_keys(word)
    core = word.rstrip(",.;:")
    if core != word and not _is_russian(whole) and _is_russian(_mapped_keys(core)):
        return _mapped_keys(core) + word[len(core) :]
    return whole


def _mapped_sounds(word: str) -> str:
    table, result, at = letters("translit"), [], 0
    while at < len(word):
        size = next((n for n in (4, 3, 2, 1) if word[at : at + n] in table and at + n <= len(word)), 0)
        result.append(table[word[at : at + size]] if size else word[at])
        at += size or 1
    return "".join(result)


def _by_sound(word: str) -> str:
    """A word in Latin letters in the Russian spelling that the dictionary knows, else by letters."""
    if any(sign.isdigit() for sign in word) and not re.search(r"[a-z][46]|[46][a-z]", word):
        return word
    return re.sub(r"[а-я]+", lambda match: _known_spelling(match.group()), _mapped_sounds(word))


@lru_cache(maxsize=16_384)
def _known_spelling(word: str) -> str:
    for variant in _spellings(word):
        if is_russian_word(variant):
            return variant
    return word


def _spellings(word: str) -> list[str]:
    """What people may have meant: й for y, э for e, ы for i, a soft sign that Latin letters leave out."""
    base = re.sub(r"(?<=[аеиоуыэюя])ы", "й", word)
    base = re.sub(r"ыы$|иы$", "ый" if word.endswith("ыы") else "ий", base)
    variants = [base, word]
    if base.startswith("ет"):
        variants.insert(0, "э" + base[1:])
    variants.append(re.sub(r"ы(?=[ауоеэ])", "", base))
    for written, meant in _ENDINGS:
        if base.endswith(written):
            variants.append(base.removesuffix(written) + meant)
    if base and base[-1] in _SOFTENED + "шчж":
        variants.append(base + "ь")
    for at in range(1, len(base) - 1):
        if base[at] in _SOFTENED and base[at + 1] not in _VOWELS and len(variants) < 12:
            variants.append(base[: at + 1] + "ь" + base[at + 1 :])
    variants.append(base.replace("й", "и"))
    return variants
