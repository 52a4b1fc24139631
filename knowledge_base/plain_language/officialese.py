"""Officialese: words and turns of ``words.yml``, in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from knowledge_base.plain_language.forms import lemma
from knowledge_base.plain_language.result import Kind, Remark
from knowledge_base.plain_language.splitting import Split, Word
from knowledge_base.plain_language.word_list import table

_STEM = 4
"""Letters that every form of a word in the list keeps: the dictionary is asked about few words only."""
_LONGEST_TURN = 6
_Turns = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
"""By the first word: all words of a turn and what is plainer, the longest first."""


def officialese(sentence: Split, language: str) -> Iterator[Remark]:
    """Every turn of the list; of two that begin with the same word the longer one."""
    written, forms = _turns(f"{language}_written"), _turns("ru_forms") if language == "ru" else {}
    beginnings = _beginnings() if language == "ru" else frozenset()
    words, at = sentence.words, 0
    while at < len(words):
        found = _at(words, at, written, [word.plain for word in words[at : at + _LONGEST_TURN]])
        if found is None and words[at].plain[:_STEM] in beginnings:
            found = _at(words, at, forms, [lemma(word.plain) for word in words[at : at + _LONGEST_TURN]])
        if found is None:
            at += 1
            continue
        taken, plainer = found
        start, end = words[at].start, words[at + taken - 1].end
        yield Remark(Kind.OFFICIALESE, start, end - start, plainer)
        at += taken


def _at(words: Sequence[Word], at: int, turns: _Turns, said: Sequence[str]) -> tuple[int, str] | None:
    for turn, plainer in turns.get(said[0], ()):
        if tuple(said[: len(turn)]) == turn:
            return len(turn), plainer
    return None


@lru_cache(maxsize=4)
def _turns(name: str) -> _Turns:
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for said, plainer in table(name).items():
        turn = tuple(said.split())
        by_first.setdefault(turn[0], []).append((turn, plainer))
    return {first: tuple(sorted(found, key=lambda one: -len(one[0]))) for first, found in by_first.items()}


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    return frozenset(first[:_STEM] for first in _turns("ru_forms"))
