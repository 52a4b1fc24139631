"""The draft release: what clients would get, were the drafts that are open now released.

Its engine: ``runtime.engines.drafts.of(found.pack)``, a future that is done when it is learned (in a process of its
own, from remembered sentence vectors; see ``nlu.draft_engines``). Nothing here is seen by a client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot import moderation
from bot.domain.drafts import TEMPLATES, Draft, leads_to
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import drafts, releases
from bot.storage.session import Database, Tx
from knowledge_base import stored
from knowledge_base.faults import Fault, PackError
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies, Key


@dataclass(frozen=True, slots=True)
class DraftRelease:
    base: int
    """The newest release, which it would follow; 0: none."""
    pack: Pack
    """Its version is that of a release of just these drafts: what was learned for it serves that one, too."""
    taken: tuple[Draft, ...]
    left_out: Mapping[str, tuple[Fault, ...]]
    """Slugs of drafts that no release could take as they are, and why."""


async def draft_release(db: Database, chosen: Collection[str] | None = None) -> DraftRelease:
    """``chosen``: slugs whose drafts are wanted, with those of new templates that they lead to; None: every open one.

    A draft that stands in the way, half-written or at odds with another, is left out and told. Raises PackError where
    the newest release itself is broken by what this program asks of it.
    """
    async with db.begin() as tx:
        newest = await releases.latest(tx)
        content = await releases.content(tx, newest.number) if newest else {}
        opened = await open_drafts(tx)
    wanted = opened if chosen is None else _with_companions(opened, chosen, content)
    pack, left_out = await asyncio.to_thread(_whole, content, {(one.kind, one.slug): one.body for one in wanted})
    taken = tuple(one for one in wanted if one.slug not in left_out)
    return DraftRelease(newest.number if newest else 0, pack, taken, left_out)


async def open_drafts(tx: Tx) -> list[Draft]:
    """Every open draft of a template, what was begun first first."""
    return sorted(await drafts.all_open(tx, TEMPLATES), key=lambda one: one.id)


def _with_companions(opened: Collection[Draft], chosen: Collection[str], content: Bodies) -> list[Draft]:
    by_slug = {one.slug: one for one in opened}
    found, waiting = dict[str, Draft](), list(chosen)
    while waiting:
        one = by_slug.get(waiting.pop())
        if one is None or one.slug in found:
            continue
        found[one.slug] = one
        waiting += [slug for slug in leads_to(one.item) if (TEMPLATES, slug) not in content]
    return list(found.values())


def _whole(content: Bodies, changes: Mapping[Key, str]) -> tuple[Pack, dict[str, tuple[Fault, ...]]]:
    """The pack with as many of the changes as fit, and what stands in the way of the others."""
    left, left_out = dict(changes), dict[str, tuple[Fault, ...]]()
    while True:
        try:
            pack = stored.checked(stored.with_changes(content, left), "", REQUIRED_TEXTS)
        except PackError as error:
            if not left:
                raise
            for slug, faults in _guilty(left, error.faults).items():
                left_out[slug] = faults
                del left[TEMPLATES, slug]
        else:
            return pack.model_copy(update={"version": stored.digest(stored.bodies_of(pack))}), left_out


def _guilty(changes: Mapping[Key, str], faults: Collection[Fault]) -> dict[str, tuple[Fault, ...]]:
    """Items taken away that something leads to; else changes in which a fault lies, else those that one names as the
    other of two, else all of them.
    """
    missed = {slug for (_, slug), body in changes.items() if body == stored.GONE}

    def needed(fault: Fault, slug: str) -> bool:
        return slug in missed and fault.what.startswith(f"{slug!r} is not in ")

    for about in (needed, moderation.lies_in, moderation.named_in):
        named = {slug: tuple(one for one in faults if about(one, slug)) for _, slug in changes}
        if found := {slug: told for slug, told in named.items() if told}:
            return found
    return {slug: tuple(faults) for _, slug in changes}
