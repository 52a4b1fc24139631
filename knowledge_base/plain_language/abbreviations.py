"""Abbreviations that a text does not explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from knowledge_base.plain_language.result import Kind, Remark
from knowledge_base.plain_language.splitting import Split
from knowledge_base.plain_language.word_list import words_of

LONGEST = 6
_NAME = rf"([^\W\d_]{{2,{LONGEST}}})"
_EXPLAINED = tuple(
    map(
        re.compile,
        (rf"\({_NAME}\)", rf"\b{_NAME}(?=\s{{0,3}}(?:\(|[—–-]\s))", rf"[—–-]\s{{0,3}}(?:это\s)?{_NAME}(?=[,.)])"),
    )
)
_SHOUTED = 3
"""So many words in capitals one after another are shouted, not abbreviated."""


def abbreviations(text: str, sentences: tuple[Split, ...], known: Set[str]) -> Iterator[Remark]:
    """Each unexplained one once, where it first stands. ``known``: what the readers know, in capitals."""
    seen: set[str] = {*known, *words_of("known"), *_explained(text)}
    for sentence in sentences:
        capitals = [word.text.isupper() and len(word.text) > 1 for word in sentence.words]
        if len(capitals) >= _SHOUTED and all(capitals):
            continue
        for word, capital in zip(sentence.words, capitals, strict=True):
            name = word.text
            if not capital or len(name) > LONGEST or name in seen or not name.isalpha():
                continue
            seen.add(name)
            # Part of a number: «ОТ-2026-000123».
            if text[word.end : word.end + 1] != "-":
                yield Remark(Kind.ABBREVIATION, word.start, len(name))


def _explained(text: str) -> Iterator[str]:
    """In brackets after the full name, or before it in brackets or after a dash, or after «— это»."""
    for pattern in _EXPLAINED:
        yield from pattern.findall(text)
