"""A question apart from whoever asked it: without names, numbers, addresses of mail, of pages and of houses.

What stays is what is asked. By rules and by the dictionary of word forms, so not beyond doubt: a number told in
words, a rare foreign name typed in small letters, or who a story is about can stay.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from knowledge_base.dictionary import dictionary
from nlu.language_data import personal

GONE = "…"
MOST = 2_000
"""Characters that are kept."""
_SURE, _MAYBE = 0.9, 0.05
"""Shares of a word's readings that are a name's: from here on it is one, or may be one beside another."""
_NAMES = ("Name", "Surn", "Patr")
_SHORTEST, _LONGEST = 4, 40

_MAIL = re.compile(r"\S*[^\s@]@\S*|(?<!\S)@\w+")
_PAGE = re.compile(r"(?i)\S*://\S*|\b(?:www\.\S+|\w[\w-]*(?:\.[\w-]+)*\.[a-z]{2,}/\S*)")
_DIGIT = re.compile(r"\d")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2}|(?<![^\W_])[^\W\d_]\.(?=\s?[^\W\d_]{3})")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-z]+")
_CYRILLIC = re.compile(r"[а-яё]+")
_RUN = re.compile(rf"{GONE}(?:[\s,.-]*{GONE})+")


class _Kind(IntEnum):
    NONE = 0
    MAYBE = 1
    """Beside a name, or with a capital letter within a sentence."""
    LIKELY = 2
    """With a capital letter."""
    SURE = 3


def anonymous(text: str) -> str:
    """The text with what is personal left out: «…» for names and streets, «@» for addresses, 0 for every digit."""
    text = text[: 2 * MOST]
    if "@" in text:
        text = _MAIL.sub("@", text)
    if "/" in text or "www." in text.lower():
        text = _PAGE.sub("@", text)
    text = _DIGIT.sub("0", _streets().sub(rf"\1\2{GONE}", text))
    if "." in text:
        text = _INITIALS.sub(_initials, text)
    told = _without_names(text)
    return (_RUN.sub(GONE, told) if GONE in told else told)[:MOST]


def _initials(found: re.Match[str]) -> str:
    """Capital letters are somebody's, small ones abbreviate a word («т. к.»)."""
    letters = [sign for sign in found.group() if sign.isalpha()]
    capital = all(sign.isupper() for sign in letters)
    return f"{GONE} " if capital and len(letters) == 2 else found.group()


def _without_names(text: str) -> str:
    words = list(_WORD.finditer(text))
    introduced = {found.end() for found in _introductions().finditer(text)}
    named = [_is_name(text, found, found.start() in introduced) for found in words]
    if not any(named) and GONE not in text:
        return text
    for place in (*range(1, len(words)), *range(len(words) - 2, -1, -1)):
        near = (place and named[place - 1]) or (place + 1 < len(words) and named[place + 1])
        named[place] = named[place] or (near and _may_belong(words[place].group()))
    told, at = list[str](), 0
    for found, gone in zip(words, named, strict=True):
        if gone:
            told += [text[at : found.start()], GONE]
            at = found.end()
    return "".join(told) + text[at:]


def _is_name(text: str, found: re.Match[str], introduced: bool) -> bool:
    word = found.group()
    kind, capital = _kind(word.lower()), word[0].isupper()
    if kind is _Kind.SURE or (introduced and (capital or kind is not _Kind.NONE)):
        return True
    if not capital or (kind is _Kind.NONE and _LATIN.fullmatch(word) is None):
        return False
    before = text[: found.start()].rstrip()
    if before.endswith(GONE):
        return True
    first = not before or before[-1] in ".!?:\n"
    return kind is _Kind.LIKELY or (kind is _Kind.MAYBE and not first)


def _may_belong(word: str) -> bool:
    """Whether a word beside a name is another part of it."""
    return _kind(word.lower()) is not _Kind.NONE or (word[0].isupper() and _LATIN.fullmatch(word) is not None)


@lru_cache(maxsize=8_192)
def _kind(word: str) -> _Kind:
    if len(word) > _LONGEST or not _CYRILLIC.fullmatch(word):
        return _Kind.NONE
    share = sum(one.score for one in dictionary().parse(word) if any(name in one.tag for name in _NAMES))
    if share < _SURE:
        return _Kind.MAYBE if share >= _MAYBE else _Kind.NONE
    known = len(word) >= _SHORTEST and dictionary().word_is_known(word)
    return _Kind.SURE if known else _Kind.LIKELY


@lru_cache(maxsize=1)
def _streets() -> re.Pattern[str]:
    """With the street's name, of a word or two."""
    full, short = "|".join(personal("streets")), "|".join(personal("streets_in_short"))
    rest = r"(?:[\s-][А-ЯЁ][^\W\d_]+)?"
    named = rf"(?<![^\W_])((?i:{full})\s+)[А-ЯЁ][^\W\d_]+{rest}"
    return re.compile(rf"{named}|(?<![^\W_])((?i:{short})(?:\.\s*|\s+))[^\W\d_]{{3,}}{rest}")


@lru_cache(maxsize=1)
def _introductions() -> re.Pattern[str]:
    """Up to where a name begins."""
    return re.compile(rf"(?<![^\W_])(?i:{'|'.join(personal('introduce'))})(?![^\W_])[\s:.,-]*")
