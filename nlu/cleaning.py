"""A message as typed becomes text that can be understood.

``clean`` is for understanding only: what people wrote is kept elsewhere, unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from nlu.alphabets import english_in_russian_layout, restored, restored_words
from nlu.disguise import revealed, shortened
from nlu.language_data import english_words, phrase_for_emoji
from nlu.languages import foreign_language
from nlu.quotes import unquoted
from nlu.words import tokens

MAX_CHARACTERS = 2_000
_MAX_RAW = 8 * MAX_CHARACTERS
_NEWLINES = "\n\r\u2028\u2029\x85"
_JUNK = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
"""Categories dropped: controls, zero-width and direction marks, surrogates, accents left over by NFKC."""
_PLAIN = re.compile(r"[\x20-\x7eа-яё\n«»—–]*", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]")
_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|@|www\.|\w\.[a-z]{2,})\S*")
_CYRILLIC = re.compile(r"[а-я]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text for understanding: lower case, ё as е, at most 2,000 characters; newlines are kept."""

    text: str
    language: str
    """ISO 639-1: "ru", "en", another one that was noticed, or "" where there is no letter to tell by."""
    repaired: str = ""
    """"layout" or "translit" when Latin letters turned out to be Russian words."""


def clean(text: str) -> Cleaned:
    """Clean one message. Any string is accepted; cleaning twice changes nothing more.

    Quoted history goes, disguised words are revealed, Russian in the wrong keys or letters is restored.
    Words are not mended here: see ``nlu.spelling``.
    """
    plain = tidy(text)
    result = tidy(revealed(unquoted(plain)))
    if not result:
        result = phrase_for_emoji(plain)
    if not _LATIN.search(result):
        return _of_cyrillic(result)
    if _CYRILLIC.search(result):
        language = foreign_language(result) or language_of(result)
        return Cleaned(tidy(restored_words(result)) if language == "ru" else result, language)
    result, repaired, russian = restored(result)
    result = tidy(shortened(result))
    if repaired or russian:
        other = "" if repaired else foreign_language(result)
        return Cleaned(result, other or "ru", repaired)
    return Cleaned(result, _foreign_beside_english(result) or language_of(result))


def _of_cyrillic(text: str) -> Cleaned:
    """Text without a Latin letter: in Russian, in another language of the alphabet, or in the wrong keys."""
    meant = english_in_russian_layout(text)
    if meant != text:
        return Cleaned(meant, "en", "layout")
    return Cleaned(text, foreign_language(text) or language_of(text))


def _foreign_beside_english(text: str) -> str:
    words = tokens(text)
    english = sum(word in english_words() for word in words)
    return foreign_language(text) if 2 * english < len(words) else ""


def tidy(text: str) -> str:
    """Unicode made plain: NFKC, lower case, ё as е, no invisible characters, single spaces, capped."""
    text = text[:_MAX_RAW]
    for _ in range(4):
        before = text
        if not _PLAIN.fullmatch(text):
            # Cut again: one character may become eighteen.
            text = unicodedata.normalize("NFKC", "".join(map(_visible, text)))[:_MAX_RAW]
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


def language_of(text: str) -> str:
    """The language of a cleaned text by its letters; beside Russian words a Latin name alone is no English."""
    text = _ADDRESS.sub("", text)
    latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    if not latin and not cyrillic:
        return ""
    if latin <= cyrillic:
        return "ru"
    return "en" if not cyrillic or any(word in english_words() for word in tokens(text)) else "ru"
