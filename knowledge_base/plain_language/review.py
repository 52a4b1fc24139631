"""The check of one text: figure, sentences, remarks in place. Pure, and quick enough for a hint while typing."""

from __future__ import annotations

import re
from collections.abc import Set

from knowledge_base.plain_language.abbreviations import abbreviations
from knowledge_base.plain_language.grammar import grammar
from knowledge_base.plain_language.officialese import officialese
from knowledge_base.plain_language.readability import figure
from knowledge_base.plain_language.result import LONGEST, Kind, Remark, Review, Sentence
from knowledge_base.plain_language.splitting import split

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)


def review(text: str, language: str = "", *, longest: int = 0, known: Set[str] = frozenset()) -> Review:
    """Any text, whatever it holds.

    ``language``: ru or en, empty: by the letters of the text; any other has sentences and no remarks but on their
    length. ``longest``: words allowed in a sentence, 0: as many as LONGEST says. ``known``: abbreviations that the
    readers know, in capitals.
    """
    language = language or guessed(text)
    sentences, longest = split(text), longest or LONGEST.get(language, LONGEST["en"])
    remarks = [
        Remark(Kind.LONG_SENTENCE, one.start, one.end - one.start) for one in sentences if len(one.words) > longest
    ]
    for sentence in sentences:
        if language in ("ru", "en"):
            remarks += officialese(sentence, language)
        if language == "ru":
            remarks += grammar(text, sentence)
    if language == "ru":
        remarks += abbreviations(text, sentences, known)
    return Review(
        figure(sentences, language),
        sum(len(one.words) for one in sentences),
        tuple(Sentence(one.start, one.end - one.start, len(one.words)) for one in sentences),
        tuple(_apart(remarks)),
    )


def guessed(text: str) -> str:
    """The language by its letters."""
    return "en" if len(_LATIN.findall(text)) > len(_CYRILLIC.findall(text)) else "ru"


def _apart(remarks: list[Remark]) -> list[Remark]:
    """In the order of the text; what is officialese already is not remarked upon once more."""
    official = [one for one in remarks if one.kind is Kind.OFFICIALESE]
    taken = {place for one in official for place in range(one.start, one.start + one.length)}
    narrow = (Kind.PASSIVE, Kind.VERBAL_NOUN)
    kept = [
        one for one in remarks if one.kind not in narrow or taken.isdisjoint(range(one.start, one.start + one.length))
    ]
    return sorted(kept, key=lambda one: (one.start, -one.length, one.kind))
