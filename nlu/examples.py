"""What the engine is trained on: samples and titles of the pack, never its test questions."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.schema import IntentKind, Pack, Service, Template
from nlu.cleaning import clean
from nlu.numbers import NumberReader
from nlu.phrases import unwrapped, without_fillers
from nlu.words import tokens


def series_of(pack: Pack) -> frozenset[str]:
    """Prefixes that the pack's request numbers may have."""
    return frozenset(service.series for service in pack.services.values() if service.numbered)


def examples(pack: Pack) -> tuple[list[str], list[str]]:
    """Cleaned texts and their slugs, one a text, in a fixed order."""
    reader = NumberReader(series_of(pack))
    smalltalk = {slug for slug, intent in pack.intents.items() if intent.kind is IntentKind.SMALLTALK}
    texts: list[str] = []
    slugs: list[str] = []
    for slug, sample in _taught(pack):
        text = prepared(sample, reader, keep_greetings=slug in smalltalk)
        if tokens(text):
            texts.append(text)
            slugs.append(slug)
    return texts, slugs


def _taught(pack: Pack) -> Iterator[tuple[str, str]]:
    titled: list[Template | Service] = [*pack.templates.values(), *pack.services.values()]
    for item in sorted(titled, key=lambda item: item.slug):
        for samples in item.samples.values():
            yield from ((item.slug, sample) for sample in samples)
        yield from ((item.slug, title) for title in item.title.values())
    for slug, intent in sorted(pack.intents.items()):
        for samples in intent.samples.values():
            yield from ((slug, sample) for sample in samples)


def prepared(sample: str, reader: NumberReader, *, keep_greetings: bool) -> str:
    """A text as the classifier sees it: cleaned, a word for a request number, without wrapping."""
    text = clean(sample).text.replace("\n", " ")
    found = reader.find(text)
    plain = found.in_words if found else text
    return without_fillers(plain) if keep_greetings else unwrapped(plain)
