"""Where one part of a pack names another: each name must be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from knowledge_base import schema
from knowledge_base.faults import Fault
from knowledge_base.reading import Draft, Item, nearest
from knowledge_base.source import Place


def unknown(item: Item[Any], place: Place, kind: str, name: str, known: set[str]) -> Iterator[Fault]:
    if name not in known:
        remedy = nearest(name, known) or f"declare it in {kind} or mend the name"
        yield item.fault(place, f"{name!r} is not in {kind}", remedy)


def references(draft: Draft) -> Iterator[Fault]:
    """Names of one kind used in another: topics, situations, teams, policies, calendars."""
    spoken = {"topic": "topics", "situation": "situations", "owner": "teams"}
    uses: dict[str, dict[str, str]] = {
        "templates": spoken,
        "services": {**spoken, "team": "teams", "policy": "policies"},
        "policies": {"calendar": "calendars"},
        "rules": {"team": "teams", "policy": "policies"},
        "journeys": {"situation": "situations", "segment": "segments", "owner": "teams"},
        **{kind: {"owner": "teams"} for kind in schema.GUIDANCE},
    }
    for kind, fields in uses.items():
        for item in draft.items[kind].values():
            for name, target in fields.items():
                value = getattr(item.model, name)
                if value is not None:
                    yield from unknown(item, (name,), target, value, draft.names[target])
    yield from _variants(draft)
    yield from _journeys(draft)
    for item in (item for kind in ("teams", *schema.GUIDANCE) for item in draft.items[kind].values()):
        for index, topic in enumerate(item.model.topics):
            yield from unknown(item, ("topics", index), "topics", topic, draft.names["topics"])
    if draft.agency is not None:
        agency_uses = {
            "office": "calendars",
            "default_team": "teams",
            "incident_team": "teams",
            "handoff_policy": "policies",
            "incident_policy": "policies",
        }
        for name, target in agency_uses.items():
            value = getattr(draft.agency.model, name)
            yield from unknown(draft.agency, (name,), target, value, draft.names[target])


def _variants(draft: Draft) -> Iterator[Fault]:
    """For whom they are."""
    for item in draft.items["templates"].values():
        for index, variant in enumerate(item.model.variants):
            for name, target in (("segment", "segments"), ("situation", "situations")):
                if (value := getattr(variant, name)) is not None:
                    yield from unknown(item, ("variants", index, name), target, value, draft.names[target])


def _journeys(draft: Draft) -> Iterator[Fault]:
    """What its steps name."""
    used = draft.names["services"] | draft.names["templates"]
    for item in draft.items["journeys"].values():
        for index, step in enumerate(item.model.steps):
            for n, name in enumerate(step.services):
                yield from unknown(item, ("steps", index, "services", n), "services", name, used)
            for n, name in enumerate(step.touchpoints):
                place = ("steps", index, "touchpoints", n)
                yield from unknown(item, place, "touchpoints", name, draft.names["touchpoints"])


def targets(draft: Draft) -> Iterator[Fault]:
    """Where buttons and menus lead."""
    for item in draft.items["templates"].values():
        owned: list[tuple[Place, schema.Template | schema.Variant]] = [((), item.model)]
        owned += [(("variants", index), variant) for index, variant in enumerate(item.model.variants)]
        buttons = [((*place, "buttons", n), b) for place, owner in owned for n, b in enumerate(owner.buttons)]
        for place, button in buttons:
            yield from _one_target(draft, item, place, button, ("template", "service", "link"))
            if button.template == item.model.slug:
                yield item.fault(place, "the button leads to its own answer", "lead it elsewhere")
    for item in draft.items["menus"].values():
        for index, entry in enumerate(item.model.items):
            kinds = ("template", "service", "menu", "command")
            yield from _one_target(draft, item, ("items", index), entry, kinds)
    menus_broken = any(fault.file == "menus.yml" for fault in draft.faults)
    if not menus_broken and "main" not in draft.names["menus"]:
        yield Fault("menus.yml", 1, "there is no menu 'main'", "add a menu with the slug main")


def _one_target(
    draft: Draft, item: Item[Any], place: Place, entry: BaseModel, kinds: tuple[str, ...]
) -> Iterator[Fault]:
    given = [kind for kind in kinds if getattr(entry, kind) is not None]
    if len(given) != 1:
        what = "the button leads to " + (" and ".join(given) if given else "nothing")
        yield item.fault(place, what, "give exactly one of " + ", ".join(kinds))
    for kind in given:
        if f"{kind}s" in draft.names:
            known = draft.names[f"{kind}s"]
            yield from unknown(item, (*place, kind), f"{kind}s", getattr(entry, kind), known)
