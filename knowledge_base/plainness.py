"""Whether the texts of a pack are as plain as its ``plain_language`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median_low

from knowledge_base.faults import Fault
from knowledge_base.plain_language.result import Kind, Remark, Review, quoted
from knowledge_base.plain_language.review import guessed, review
from knowledge_base.reading import Draft
from knowledge_base.rules import localized
from knowledge_base.schema import GUIDANCE, PlainLanguage
from knowledge_base.source import Place, Source

PROSE = frozenset({"short", "more", "description", "ask", "hint", "why", "receipt", "offline"})
"""Parts of templates and services that are written in sentences; titles and buttons are names."""
GUIDING = frozenset({"text", "say"})
_SENTENCE = re.compile(r"[.!?…:,;]")
_QUOTED = 60
"""Characters of the text that a fault repeats."""


@dataclass(frozen=True, slots=True)
class Plainness:
    """``ease``: the middle figure of the texts of twenty words and more, by language."""

    faults: list[Fault]
    warnings: list[Fault]
    ease: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    language: str
    source: Source
    place: Place


def review_by(limits: PlainLanguage, text: str, language: str = "") -> Review:
    """One text by the limits of a pack; ``language`` as for ``review``."""
    language = language or guessed(text)
    return review(text, language, longest=limits.sentence_words.get(language, 0), known=frozenset(limits.known))


def plainness(draft: Draft) -> Plainness:
    """Every remark on the pack's texts, each once; a fault if its kind is among the pack's ``blocks``."""
    limits = draft.agency.model.plain_language if draft.agency else PlainLanguage()
    found: dict[bool, set[Fault]] = {True: set(), False: set()}
    figures: dict[str, list[int]] = {}
    for said in _texts(draft):
        longest = limits.sentence_words.get(said.language, 0)
        seen = review_by(limits, said.text, said.language)
        if seen.ease is not None:
            figures.setdefault(said.language, []).append(seen.ease)
            if seen.ease < limits.figure:
                what = f"the reading ease of this text is {seen.ease}, at least {limits.figure} is asked for"
                fault = said.source.fault(said.place, what, "write shorter sentences and shorter words")
                found[Kind.FIGURE in limits.blocks].add(fault)
        for remark in seen.remarks:
            found[remark.kind in limits.blocks].add(_fault(said, seen, remark, longest))
    ease = {language: median_low(all_of) for language, all_of in sorted(figures.items(), reverse=True)}
    return Plainness(sorted(found[True]), sorted(found[False]), ease)


def _texts(draft: Draft) -> Iterator[_Said]:
    """What clients and staff read as sentences."""
    for kind in ("templates", "services", *GUIDANCE):
        prose = GUIDING if kind in GUIDANCE else PROSE
        for item in draft.items[kind].values():
            for place, by_language in localized(item.model):
                for language, text in by_language.items() if place[-1] in prose else ():
                    yield _Said(text, language, item.source, (*item.place, *place, language))
    for by_language in draft.texts.values():
        for language, told in by_language.items():
            # Without a sign of punctuation it is a button, or a list of words to listen for.
            if _SENTENCE.search(told.value):
                yield _Said(told.value, language, told.source, told.place)


def _fault(said: _Said, seen: Review, remark: Remark, longest: int) -> Fault:
    words = repr(quoted(said.text, remark, _QUOTED))
    figure = "" if seen.figure is None else f" (reading ease of the text: {seen.figure})"
    count = next((one.words for one in seen.sentences if one.start == remark.start), 0)
    what, remedy = {
        Kind.LONG_SENTENCE: (f"a sentence of {count} words, {words}", f"make it two: at most {longest} words each"),
        Kind.OFFICIALESE: (f"officialese, {words}", f"say {remark.suggestion!r}"),
        Kind.PASSIVE: (f"nobody acts in {words}", f"say who does it: {remark.suggestion!r}"),
        Kind.VERBAL_NOUN: (f"an action told by a noun, {words}", f"use the verb {remark.suggestion!r}"),
        Kind.GENITIVES: (f"a chain of genitives, {words}", "break it up with a verb or a preposition"),
        Kind.ABBREVIATION: (
            f"{words} is not explained",
            "write it out once, the capitals in brackets, or add it to 'known' of plain_language in pack.yml",
        ),
        Kind.FIGURE: ("the text is hard to read", "write shorter sentences"),
    }[remark.kind]
    line = said.source.line_within(said.place, said.text[: remark.start])
    return Fault(said.source.name, line, what + figure, remedy)
