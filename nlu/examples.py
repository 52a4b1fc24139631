"""What the engine is trained on: samples, titles and answers of the pack, never its test questions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from knowledge_base.schema import IntentKind, Pack, Service, Template
from nlu.cleaning import clean
from nlu.entities import series_of
from nlu.numbers import NumberReader
from nlu.phrases import unwrapped, without_fillers
from nlu.training_example import Example
from nlu.words import tokens

_PARAGRAPH = re.compile(r"\n+")
_MARKUP = re.compile(r"[*`]+")


PARAGRAPH_WEIGHT = 0.4
"""Of a paragraph of an answer against a sample, by cross-validation."""
OUTSIDE_WEIGHT = 2.0
"""Of a sample that is out of scope: such questions are more varied than any list of them."""


def examples(pack: Pack) -> tuple[Example, ...]:
    """Everything there is to learn from, in a fixed order."""
    reader = NumberReader(series_of(pack))
    kinds = {slug: intent.kind for slug, intent in pack.intents.items()}
    learned: list[Example] = []
    for slug, text in _asked(pack):
        kind = kinds.get(slug)
        plain = prepared(text, reader, keep_greetings=kind is IntentKind.SMALLTALK)
        weight = OUTSIDE_WEIGHT if kind is IntentKind.OUT_OF_SCOPE else 1.0
        learned.append(Example(plain, slug, weight))
    for slug, text in _told(pack, pack.agency.default_language):
        plain = prepared(text, reader, keep_greetings=False)
        learned.append(Example(plain, slug, PARAGRAPH_WEIGHT, asked=False))
    return tuple(_telling(one for one in learned if tokens(one.text)))


def _telling(learned: Iterable[Example]) -> Iterator[Example]:
    """Without the paragraphs that stand in several answers («Вопросы: +7 …»): they tell no topic."""
    found = list(learned)
    slugs: dict[str, set[str]] = defaultdict(set)
    for one in found:
        slugs[one.text].add(one.slug)
    return (one for one in found if one.asked or len(slugs[one.text]) == 1)


def _asked(pack: Pack) -> Iterator[tuple[str, str]]:
    for item in _titled(pack):
        for samples in item.samples.values():
            yield from ((item.slug, sample) for sample in samples)
        yield from ((item.slug, title) for title in item.title.values())
    for slug, intent in sorted(pack.intents.items()):
        for samples in intent.samples.values():
            yield from ((slug, sample) for sample in samples)


def _told(pack: Pack, language: str) -> Iterator[tuple[str, str]]:
    """Paragraphs of the answers: many a question uses words of the answer that no sample has."""
    for item in _titled(pack):
        answers = (item.short, item.more or {}) if isinstance(item, Template) else (item.description,)
        for answer in answers:
            plain = _MARKUP.sub("", answer.get(language, ""))
            yield from ((item.slug, paragraph) for paragraph in _PARAGRAPH.split(plain))


def _titled(pack: Pack) -> list[Template | Service]:
    return sorted([*pack.templates.values(), *pack.services.values()], key=lambda item: item.slug)


def prepared(sample: str, reader: NumberReader, *, keep_greetings: bool) -> str:
    """A text as the classifier sees it: cleaned, a word for a request number, without wrapping."""
    text = clean(sample).text.replace("\n", " ")
    found = reader.find(text)
    plain = found.in_words if found else text
    return without_fillers(plain) if keep_greetings else unwrapped(plain)
