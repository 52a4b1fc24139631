"""What must hold between the parts of a pack, beyond the form of each part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from knowledge_base import schema
from knowledge_base.faults import Fault
from knowledge_base.hours import broken_hours, zone_known
from knowledge_base.reading import Draft, Item, nearest
from knowledge_base.references import references, targets
from knowledge_base.source import Place

TITLE_MAX, SHORT_MAX, MORE_MAX = 30, 700, 3500
RECEIPT_PLACEHOLDERS = frozenset({"number", "due", "first"})
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)")
_IN_BRACES = re.compile(r"\{([^{}\s]{1,40})\}")
_SPEAKING = ("templates", "services", "intents")
"""Kinds that share one space of slugs: what a message can be understood as."""


def broken_rules(draft: Draft, required_texts: frozenset[str]) -> Iterator[Fault]:
    """Every rule that the pack breaks; a part that could not be read is passed over."""
    yield from references(draft)
    yield from _one_space_of_slugs(draft)
    yield from targets(draft)
    yield from broken_hours(draft)
    for item in draft.items["templates"].values():
        yield from _lengths(item)
        yield from _placeholders(item)
        yield from _variants(item)
    for item in draft.items["services"].values():
        yield from _form(item)
        yield from _receipt(item)
    yield from _samples(draft)
    yield from _placeholders_agree(draft)
    yield from _touchpoints(draft)
    if draft.agency is not None:
        yield from _agency(draft.agency)
        yield from _languages(draft, draft.agency.model)
        yield from _texts(draft, draft.agency.model, required_texts)


def _one_space_of_slugs(draft: Draft) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for kind in _SPEAKING:
        for slug, item in draft.items[kind].items():
            if slug in seen:
                yield item.fault(("slug",), f"slug {slug!r} is also in {seen[slug]}", "rename one of the two")
            seen.setdefault(slug, item.source.name)
    known = set().union(*(draft.names[kind] for kind in _SPEAKING))
    for slug, (_, source) in draft.questions.items():
        if slug not in known:
            remedy = nearest(slug, known) or "mend the slug or remove the questions"
            yield source.fault((slug,), f"{slug!r} is not a template, service or intent", remedy)


def _lengths(item: Item[schema.Template]) -> Iterator[Fault]:
    template = item.model
    limited: list[tuple[Place, schema.Localized, int]] = [(("title",), template.title, TITLE_MAX)]
    texts: list[tuple[Place, schema.Template | schema.Variant]] = [((), template)]
    texts += [(("variants", number), variant) for number, variant in enumerate(template.variants)]
    for place, one in texts:
        limited += [((*place, "short"), one.short, SHORT_MAX), ((*place, "more"), one.more or {}, MORE_MAX)]
    for place, by_language, limit in limited:
        for language, text in by_language.items():
            if len(text) > limit:
                what = f"{place[-1]} has {len(text)} characters, {limit} are allowed"
                yield item.fault((*place, language), what, f"shorten it by {len(text) - limit}")


def _variants(item: Item[schema.Template]) -> Iterator[Fault]:
    """Each for other clients than the rest."""
    seen = []
    for number, variant in enumerate(item.model.variants):
        whose = (variant.segment, variant.situation)
        if whose == (None, None):
            what = "the variant names neither a segment nor a situation"
            yield item.fault(("variants", number), what, "name one: everybody else gets the default")
        elif whose in seen:
            what = "the variant is for the same clients as an earlier one"
            yield item.fault(("variants", number), what, "join the two")
        seen.append(whose)


def _placeholders(item: Item[schema.Template]) -> Iterator[Fault]:
    """What nothing fills in would be read by clients as it stands there."""
    allowed = {"short": schema.TEMPLATE_PLACEHOLDERS, "more": schema.TEMPLATE_PLACEHOLDERS}
    for place, by_language in localized(item.model):
        name = place[-1]
        for language, text in by_language.items() if name in ("title", *allowed) else ():
            for unknown in sorted(set(_IN_BRACES.findall(text)) - allowed.get(str(name), frozenset())):
                remedy = "use only {agency} and {due}" if name in allowed else "a title has none"
                yield item.fault((*place, language), f"{name}: placeholder {{{unknown}}} is unknown", remedy)


def _form(item: Item[schema.Service]) -> Iterator[Fault]:
    service = item.model
    if not service.fields:
        yield item.fault(("fields",), "the form asks for nothing", "add a field")
    for index, field in enumerate(service.fields):
        place: Place = ("fields", index)
        if field.type is schema.FieldType.CHOICE and not field.choices:
            yield item.fault(place, f"field {field.name!r} has no choices", "add choices or change its type")
        if field.type is not schema.FieldType.CHOICE and field.choices:
            what = f"field {field.name!r} has choices but is of type {field.type}"
            yield item.fault((*place, "choices"), what, "make it a choice or remove them")
        if field.min_length > field.max_length:
            what = f"field {field.name!r} cannot be filled: min_length is above max_length"
            yield item.fault((*place, "min_length"), what, "lower min_length")
        yield from _repeated(item, (*place, "choices"), [choice.value for choice in field.choices])
    yield from _repeated(item, ("fields",), [field.name for field in service.fields])
    yield from _repeated(item, ("stages",), [stage.slug for stage in service.stages])
    if service.numbered and not service.stages:
        yield item.fault(("stages",), "a numbered request has no stages", "add stages or set numbered: false")
    for index, stage in enumerate(service.stages):
        if stage.refusal and (stage.final or index == 0):
            yield item.fault(("stages", index), "a refusal is neither the first stage nor final", "take final away")
    if service.stages and not any(stage.final for stage in service.stages):
        yield item.fault(("stages",), "no stage is final", "mark the last stage with final: true")


def _repeated(item: Item[Any], place: Place, names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield item.fault((*place, index), f"{name!r} is used twice", "rename one of the two")


def _receipt(item: Item[schema.Service]) -> Iterator[Fault]:
    for language, text in item.model.receipt.items():
        for name in sorted(set(_PLACEHOLDER.findall(text)) - RECEIPT_PLACEHOLDERS):
            remedy = "use only {number}, {due} and {first}"
            yield item.fault(("receipt", language), f"placeholder {{{name}}} is unknown", remedy)


@lru_cache(maxsize=200_000)
def plain(sample: str) -> str:
    """A sample without case, ё, punctuation: two that are equal so teach the engine the same."""
    return " ".join(re.findall(r"\w+", sample.casefold().replace("ё", "е")))


def _samples(draft: Draft) -> Iterator[Fault]:
    """No phrase may stand for two things, and no test question may be taught."""
    taught: dict[str, tuple[str, str]] = {}
    for kind in _SPEAKING:
        for slug, item in draft.items[kind].items():
            for language, samples in item.model.samples.items():
                for index, sample in enumerate(samples):
                    place: Place = ("samples", language, index)
                    where = f"{item.source.name}:{item.source.line((*item.place, *place))}"
                    first = taught.setdefault(plain(sample), (slug, where))
                    if first[0] != slug:
                        what = f"sample {sample!r} is also a sample of {first[0]!r}"
                        yield item.fault(place, what, f"keep one of the two (the other is at {first[1]})")
    asked: dict[str, str] = {}
    for slug, (questions, source) in draft.questions.items():
        for index, question in enumerate(questions):
            key = plain(question)
            if key in taught:
                what = f"test question {question!r} is also a sample"
                yield source.fault((slug, index), what, f"word it otherwise (the sample is at {taught[key][1]})")
            if asked.setdefault(key, slug) != slug:
                what = f"test question {question!r} is also asked for {asked[key]!r}"
                yield source.fault((slug, index), what, "keep one of the two")


def _placeholders_agree(draft: Draft) -> Iterator[Fault]:
    default = draft.agency.model.default_language if draft.agency is not None else ""
    for key, by_language in draft.texts.items():
        ordered = sorted(by_language.items(), key=lambda pair: (pair[0] != default, pair[0]))
        first = ordered[0]
        for _, text in ordered[1:]:
            odd = set(_PLACEHOLDER.findall(text.value)) ^ set(_PLACEHOLDER.findall(first[1].value))
            if odd:
                names = ", ".join(f"{{{name}}}" for name in sorted(odd))
                what = f"text {key!r} differs from its {first[0]!r} version in {names}"
                yield text.source.fault(text.place, what, "use the same placeholders in every language")


def _touchpoints(draft: Draft) -> Iterator[Fault]:
    """Stages of a process add needs to its touchpoint, not rows."""
    seen: dict[tuple[str, str], str] = {}
    for slug, item in draft.items["touchpoints"].items():
        key = plain(item.model.process), plain(item.model.place)
        if key in seen:
            what = f"this touchpoint of this process is {seen[key]!r} already"
            yield item.fault(("place",), what, "add the needs of this one there and remove it")
        seen.setdefault(key, slug)
        yield from _repeated(item, ("needs",), list(item.model.needs))


def _agency(item: Item[schema.Agency]) -> Iterator[Fault]:
    agency = item.model
    if not zone_known(agency.timezone):
        yield item.fault(("timezone",), f"time zone {agency.timezone!r} is unknown", "write one like Europe/Moscow")
    if agency.default_language not in agency.languages:
        what = f"default language {agency.default_language!r} is not in languages"
        yield item.fault(("default_language",), what, "add it to languages")
    if agency.thresholds.clarify > agency.thresholds.answer:
        what = "threshold clarify is above answer"
        yield item.fault(("thresholds", "clarify"), what, "lower clarify or raise answer")


def _languages(draft: Draft, agency: schema.Agency) -> Iterator[Fault]:
    """Every text and every list of samples in the default language, none in an undeclared one."""
    items = [item for kind in draft.items.values() for item in kind.values()]
    for item in [*items, *([draft.agency] if draft.agency else [])]:
        for place, by_language in localized(item.model):
            if not by_language.get(agency.default_language):
                what = f"{place[-1]!r} has nothing in the default language {agency.default_language!r}"
                yield item.fault(place, what, f"add {agency.default_language}: under it")
            for language in by_language.keys() - set(agency.languages):
                what = f"language {language!r} is not among the languages of pack.yml"
                yield item.fault((*place, language), what, "declare it there or remove the text")


def localized(model: BaseModel, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every text and list of samples of a model, by language, and where it stands."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if name == "samples" or info.annotation in (schema.Localized, schema.Localized | None):
            if value is not None:
                yield (*place, name), value
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                if isinstance(part, BaseModel):
                    yield from localized(part, (*place, name, index))
                elif isinstance(part, dict):
                    yield (*place, name, index), part


def _texts(draft: Draft, agency: schema.Agency, required: frozenset[str]) -> Iterator[Fault]:
    default = f"texts/{agency.default_language}.yml"
    unreadable = any(fault.file == default for fault in draft.faults)
    for key in sorted(required - draft.texts.keys() if not unreadable else ()):
        yield Fault(default, 1, f"missing key {key!r}", "add the text")
    for key, by_language in draft.texts.items():
        for language, text in by_language.items():
            if language not in agency.languages:
                what = f"language {language!r} is not among the languages of pack.yml"
                yield text.source.fault((), what, "declare it there or delete the file")
            elif agency.default_language not in by_language and not unreadable:
                what = f"text {key!r} is not in the default language {agency.default_language!r}"
                yield text.source.fault(text.place, what, f"add it to {default}")
