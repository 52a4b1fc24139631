"""Passives, actions told by nouns, and chains of genitives in a Russian sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge_base.plain_language.forms import (
    inflected,
    is_adjective_in_genitive,
    is_noun_in_genitive,
    lemma,
    parses,
    tag,
)
from knowledge_base.plain_language.result import Kind, Remark
from knowledge_base.plain_language.splitting import Split, Word, together
from knowledge_base.plain_language.word_list import table, words_of

CHAIN = 3
"""Nouns in the genitive one after another that are too many."""
_BETWEEN = 2
"""Words that may stand between «будет» and «рассмотрено»."""


def grammar(text: str, sentence: Split) -> Iterator[Remark]:
    """Remarks on one sentence, kind by kind."""
    yield from _reflexive_passives(sentence.words)
    yield from _passives_with_to_be(sentence.words)
    yield from _verbal_nouns(text, sentence.words)
    yield from _genitives(text, sentence.words)


def _reflexive_passives(words: Sequence[Word]) -> Iterator[Remark]:
    """«Заявление рассматривается»: the verb without -ся takes an object, so somebody does it and is not named."""
    for word in words:
        if not word.plain.endswith(("ся", "сь")) or "VERB" not in tag(word.plain):
            continue
        base = next((one for one in parses(word.plain[:-2]) if {"VERB", "impf", "tran"} in one.tag), None)
        if base is None or not base.is_known or ("3per" not in base.tag and "past" not in base.tag):
            continue
        if lemma(word.plain) in words_of("reflexive"):
            continue
        form = ("past", "plur") if "past" in base.tag else ("pres", "1per", "plur")
        yield Remark(Kind.PASSIVE, word.start, len(word.text), inflected(base, *form))


def _passives_with_to_be(words: Sequence[Word]) -> Iterator[Remark]:
    """«Будет рассмотрено». A participle alone tells a state («приём закрыт») and is plain enough."""
    for at, word in enumerate(words):
        if word.plain not in words_of("to_be"):
            continue
        for other in words[at + 1 : at + 2 + _BETWEEN]:
            readings = parses(other.plain)
            if not readings or "PRTS" not in readings[0].tag or "pssv" not in readings[0].tag:
                continue
            form = ("futr", "1per", "plur") if word.plain.startswith("буд") else ("past", "plur")
            yield Remark(Kind.PASSIVE, word.start, other.end - word.start, inflected(readings[0], "VERB", *form))
            break


def _verbal_nouns(text: str, words: Sequence[Word]) -> Iterator[Remark]:
    """«При предоставлении документов»: a preposition, an action as a noun, then what it is done to."""
    verbs, before = table("verbal_nouns"), words_of("before_verbal_nouns")
    for at, word in enumerate(words[1:-1], start=1):
        verb = verbs.get(lemma(word.plain)) if words[at - 1].plain in before else None
        if verb and together(text, words[at - 1 : at + 2]) and _in_genitive(words[at + 1]):
            start = words[at - 1].start
            yield Remark(Kind.VERBAL_NOUN, start, word.end - start, verb)


def _in_genitive(word: Word) -> bool:
    return is_noun_in_genitive(word.plain) or is_adjective_in_genitive(word.plain)


def _genitives(text: str, words: Sequence[Word]) -> Iterator[Remark]:
    """A noun, then genitives with their adjectives; the noun before the first one begins the chain."""
    for run in _runs(text, words):
        at = 0
        while at < len(run) - CHAIN:
            end, nouns = at, 0
            for place in range(at + 1, len(run)):
                if is_noun_in_genitive(run[place].plain):
                    end, nouns = place, nouns + 1
                elif not is_adjective_in_genitive(run[place].plain):
                    break
            if nouns >= CHAIN and "NOUN" in tag(run[at].plain):
                yield Remark(Kind.GENITIVES, run[at].start, run[end].end - run[at].start)
                at = end
            at += 1


def _runs(text: str, words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Words with only blanks between them and no preposition or conjunction, if they are enough for a chain."""
    begun = 0
    for at in range(1, len(words) + 1):
        joins = at == len(words) or words[at].plain in words_of("joining")
        if joins or words[begun].plain in words_of("joining") or not together(text, words[at - 1 : at + 1]):
            if at - begun > CHAIN:
                yield words[begun:at]
            begun = at
