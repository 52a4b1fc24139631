"""What the engine is trained on: samples, titles and answers of the pack, never its test questions."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from knowledge_base.schema import Intent, IntentKind, Pack, Service, Template
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


Lessons: TypeAlias = Mapping[str, tuple[Example, ...]]
"""What each item of a pack teaches, by the digest of what it says."""


def examples(pack: Pack) -> tuple[Example, ...]:
    """Everything there is to learn from, in a fixed order."""
    return told_by(lessons(pack))


def lessons(pack: Pack, known: Lessons | None = None) -> Lessons:
    """What each item teaches; ``known``: of items that were read before, perhaps in another pack."""
    series = series_of(pack)
    reader = NumberReader(series)
    found: dict[str, tuple[Example, ...]] = {}
    for item in (*_titled(pack), *(intent for _, intent in sorted(pack.intents.items()))):
        asked, told = tuple(_asked(item)), tuple(_told(item, pack.agency.default_language))
        kind = item.kind if isinstance(item, Intent) else None
        digest = hashlib.sha256(repr((item.slug, kind, asked, told, sorted(series))).encode()).hexdigest()[:24]
        before = (known or {}).get(digest)
        found[digest] = _lessons(item.slug, kind, asked, told, reader) if before is None else before
    return found


def _lessons(
    slug: str, kind: IntentKind | None, asked: Iterable[str], told: Iterable[str], reader: NumberReader
) -> tuple[Example, ...]:
    weight = OUTSIDE_WEIGHT if kind is IntentKind.OUT_OF_SCOPE else 1.0
    greeted = kind is IntentKind.SMALLTALK
    learned = [Example(prepared(text, reader, keep_greetings=greeted), slug, weight) for text in asked]
    plain = (prepared(text, reader, keep_greetings=False) for text in told)
    learned += [Example(text, slug, PARAGRAPH_WEIGHT, asked=False) for text in plain]
    return tuple(one for one in learned if tokens(one.text))


def told_by(taught: Lessons) -> tuple[Example, ...]:
    """All of it: what may be typed, then the paragraphs of the answers."""
    found = [one for lesson in taught.values() for one in lesson]
    return tuple(_telling(sorted(found, key=lambda one: not one.asked)))


def _telling(learned: Iterable[Example]) -> Iterator[Example]:
    """Without the paragraphs that stand in several answers («Вопросы: +7 …»): they tell no topic."""
    found = list(learned)
    slugs: dict[str, set[str]] = defaultdict(set)
    for one in found:
        slugs[one.text].add(one.slug)
    return (one for one in found if one.asked or len(slugs[one.text]) == 1)


def _asked(item: Template | Service | Intent) -> Iterator[str]:
    for samples in item.samples.values():
        yield from samples
    if not isinstance(item, Intent):
        yield from item.title.values()


def _told(item: Template | Service | Intent, language: str) -> Iterator[str]:
    """Paragraphs of the answer: many a question uses words of the answer that no sample has."""
    if isinstance(item, Intent):
        return
    answers = (item.short, item.more or {}) if isinstance(item, Template) else (item.description,)
    for answer in answers:
        yield from _PARAGRAPH.split(_MARKUP.sub("", answer.get(language, "")))


def _titled(pack: Pack) -> list[Template | Service]:
    return sorted([*pack.templates.values(), *pack.services.values()], key=lambda item: item.slug)


def prepared(sample: str, reader: NumberReader, *, keep_greetings: bool) -> str:
    """A text as the classifier sees it: cleaned, a word for a request number, without wrapping."""
    text = clean(sample).text.replace("\n", " ")
    found = reader.find(text)
    plain = found.in_words if found else text
    return without_fillers(plain) if keep_greetings else unwrapped(plain)
