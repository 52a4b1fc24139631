"""Which of a template's variants a client gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.domain.profile import Profile
from knowledge_base.schema import Template, TemplateButton, Variant


@dataclass(frozen=True, slots=True)
class Chosen:
    """Keys of ``speech.Ref`` for the texts of an answer, and its buttons with theirs."""

    short: str
    more: str | None
    buttons: Sequence[tuple[str, TemplateButton]]
    languages: frozenset[str]
    """That the longer text is written in."""


def chosen(template: Template, who: Profile, language: str) -> Chosen:
    """The texts that fit a client best; what a variant leaves out is the template's own."""
    number = best(template, who, language)
    own = f"template/{template.slug}"
    variant = None if number is None else template.variants[number]
    varied = f"{own}/variant/{number}"
    longer = (variant.more if variant else None) or template.more
    more = None if longer is None else f"{varied if variant and variant.more else own}/more"
    whose, buttons = (varied, variant.buttons) if variant and variant.buttons else (own, template.buttons)
    labelled = [(f"{whose}/button/{place}", button) for place, button in enumerate(buttons)]
    return Chosen(f"{varied if variant else own}/short", more, labelled, frozenset(longer or ()))


def best(template: Template, who: Profile, language: str) -> int | None:
    """The variant that fits a client best, by its place; None: the default, the template's own texts.

    Only variants count whose every condition is known to hold. A text in the client's language goes before one
    that is not; then both conditions before one, and a life situation, which is nearer to him, before a segment.
    """
    ranks: dict[int | None, tuple[bool, int]] = {None: (language in template.short, 0)}
    fitting = (place for place, one in enumerate(template.variants) if _fits(one, who))
    ranks |= {place: _rank(template.variants[place], language) for place in fitting}
    return max(ranks, key=lambda place: ranks[place])


def unasked(template: Template, who: Profile) -> Literal["segment", "situation"] | None:
    """What the client could tell of himself to get, perhaps, an answer that fits better."""
    possible = [
        one
        for one in template.variants
        if one.segment in (None, who.segment or one.segment) and one.situation in (None, who.situation or one.situation)
    ]
    if not who.segment and any(one.segment for one in possible):
        return "segment"
    return "situation" if not who.situation and any(one.situation for one in possible) else None


def _fits(variant: Variant, who: Profile) -> bool:
    return variant.segment in (None, who.segment) and variant.situation in (None, who.situation)


def _rank(variant: Variant, language: str) -> tuple[bool, int]:
    return language in variant.short, (variant.segment is not None) + 2 * (variant.situation is not None)
