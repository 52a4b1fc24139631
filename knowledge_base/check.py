"""What ``otklik kb check`` says of a pack: faults that stop it, and warnings that do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from knowledge_base.faults import Fault, PackError
from knowledge_base.files import idle_files
from knowledge_base.load import pack_of, read_checked
from knowledge_base.plainness import plainness
from knowledge_base.reading import Draft
from knowledge_base.rules import plain
from knowledge_base.schema import GUIDANCE, Pack

FEW_SAMPLES = 8
"""Fewer samples than this teach the engine too little."""


class Checked(NamedTuple):
    """``faults`` and ``warnings`` are sorted by place; ``ease`` is the middle reading ease (0-100) by language."""

    faults: list[Fault]
    warnings: list[Fault]
    ease: Mapping[str, int]


def kb_check(path: Path, today: dt.date, required_texts: frozenset[str] = frozenset()) -> Checked:
    """The pack in ``path`` with every fault and warning. ``today`` is the office's date.

    A pack with faults is never published; warnings are advice.
    """
    draft, faults = read_checked(path, required_texts)
    plain = plainness(draft)
    return Checked(sorted([*faults, *plain.faults]), sorted([*_warnings(draft, today), *plain.warnings]), plain.ease)


def load_held(path: Path, required_texts: frozenset[str] = frozenset()) -> Pack:
    """Load a pack as ``load_pack`` does, and hold it to its own limits of plain language.

    Raises PackError with every fault found, each with file, line and remedy.
    """
    draft, faults = read_checked(path, required_texts)
    faults += plainness(draft).faults
    if faults:
        raise PackError(tuple(faults))
    return pack_of(draft)


def _warnings(draft: Draft, today: dt.date) -> Iterator[Fault]:
    yield from _overdue(draft, today)
    yield from _thin(draft)
    yield from _unreachable_menus(draft)
    yield from _untranslated(draft)
    yield from idle_files(draft)


def _overdue(draft: Draft, today: dt.date) -> Iterator[Fault]:
    for kind in ("templates", "services", *GUIDANCE):
        for slug, item in draft.items[kind].items():
            if item.model.review_by < today:
                what = f"{slug!r} was to be reviewed by {item.model.review_by}"
                yield item.fault(("review_by",), what, "read it again and set a new date")


def _thin(draft: Draft) -> Iterator[Fault]:
    """Too few or repeated samples, and nothing to test with."""
    for kind in ("templates", "services", "intents"):
        for slug, item in draft.items[kind].items():
            seen: set[str] = set()
            for language, samples in item.model.samples.items():
                for index, sample in enumerate(samples):
                    if plain(sample) in seen:
                        what = f"sample {sample!r} is written twice"
                        yield item.fault(("samples", language, index), what, "replace it by another wording")
                    seen.add(plain(sample))
            if len(seen) < FEW_SAMPLES:
                what = f"{slug!r} has only {len(seen)} samples"
                yield item.fault(("samples",), what, f"give at least {FEW_SAMPLES}, as people type them")
            if slug not in draft.questions:
                what = f"{slug!r} has no test questions"
                yield item.fault(("slug",), what, "add about five under questions/, in another voice")


def _unreachable_menus(draft: Draft) -> Iterator[Fault]:
    menus = draft.items["menus"]
    reached, ahead = {"main"}, ["main"]
    while ahead:
        item = menus.get(ahead.pop())
        for entry in item.model.items if item else ():
            if entry.menu is not None and entry.menu not in reached:
                reached.add(entry.menu)
                ahead.append(entry.menu)
    for slug in sorted(menus.keys() - reached):
        what = f"no button leads to menu {slug!r}"
        yield menus[slug].fault(("slug",), what, "open it from another menu or delete it")


def _untranslated(draft: Draft) -> Iterator[Fault]:
    if draft.agency is None:
        return
    agency = draft.agency.model
    for key, by_language in draft.texts.items():
        text = by_language.get(agency.default_language)
        missing = [language for language in agency.languages if language not in by_language]
        if text is not None and missing:
            what = f"text {key!r} is not in {', '.join(missing)}"
            yield text.source.fault(text.place, what, f"add it to texts/{missing[0]}.yml")
