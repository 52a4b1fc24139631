"""Moderators of the stories: each reads a screen, then acts on what it showed."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bot.acting import Done, Form
from bot.domain.drafts import TEMPLATES, Draft, DraftConflict
from bot.storage import drafts
from bot.usecases import release_drafts, review_draft, roll_back, write_draft
from tests.colleagues import Staff
from tests.world import World

LEARNING = 240.0
"""Seconds that a busy machine may take to learn a pack."""
SOON = 30.0
"""Seconds that a busy machine may take to serve a new text: it does not wait for the learning."""


@dataclass(slots=True)
class Moderator:
    world: World
    staff: Staff
    slug: str = ""
    item: dict[str, Any] = field(default_factory=dict)
    """What stands in the fields of the editor."""
    draft: Draft | None = None
    seen: int = 0
    base: int | None = None

    async def opens(self, slug: str) -> dict[str, Any]:
        """The editor of a template: its open draft, else what clients get."""
        async with self.world.runtime.db.begin() as tx:
            self.draft = await drafts.open_of(tx, TEMPLATES, slug)
            live = await drafts.live(tx, TEMPLATES, slug)
        self.slug, self.seen, self.base = slug, self.draft.step if self.draft else 0, live.id if live else None
        shown = self.draft or live
        self.item = (json.loads(shown.body) if shown else {}) or {}
        return self.item

    def form(self) -> Form:
        return Form(secrets.token_urlsafe(12), self.seen)

    async def saves(self, form: Form | None = None) -> Done:
        done = await write_draft.write_draft(
            self.world.runtime, self.staff.number, self.slug, self.item, form or self.form(), self.base
        )
        await self.opens(self.slug)
        return done

    async def takes_away(self, slug: str) -> Done:
        """Opens a template and proposes that clients do not get it any more."""
        await self.opens(slug)
        return await write_draft.write_deletion(self.world.runtime, self.staff.number, slug, self.form(), self.base)

    async def edits(self, slug: str, short: str) -> None:
        """Opens, changes the short Russian answer, saves."""
        await self.opens(slug)
        self.item["short"]["ru"] = short
        await self.saves()

    async def _number(self, slug: str) -> int:
        await self.opens(slug)
        assert self.draft is not None, f"there is no draft of {slug}"
        return self.draft.id

    async def submits(self, slug: str) -> Done:
        return await review_draft.submit(self.world.runtime, self.staff.number, await self._number(slug), self.form())

    async def approves(self, slug: str) -> Done:
        return await review_draft.approve(self.world.runtime, self.staff.number, await self._number(slug), self.form())

    async def sends_back(self, slug: str, remark: str) -> Done:
        number = await self._number(slug)
        return await review_draft.send_back(self.world.runtime, self.staff.number, number, remark, self.form())

    async def drops(self, slug: str) -> Done:
        return await review_draft.drop(self.world.runtime, self.staff.number, await self._number(slug), self.form())

    async def releases(self, *slugs: str, reason: str = "так вернее") -> Done:
        numbers = [await self._number(slug) for slug in slugs]
        return await release_drafts.release_drafts(
            self.world.runtime, self.staff.number, numbers, reason, Form(secrets.token_urlsafe(12))
        )

    async def rolls_back(self, number: int, reason: str = "было вернее") -> Done:
        form = Form(secrets.token_urlsafe(12))
        return await roll_back.roll_back(self.world.runtime, self.staff.number, number, reason, form)

    def takes_over(self, conflict: DraftConflict) -> None:
        """Has seen what a colleague wrote; his own words stand in the fields as before."""
        self.seen, self.base = conflict.step, conflict.base


async def moderator(world: World, name: str, role: str = "moderator") -> Moderator:
    return Moderator(world, await world.staff(name, "front-office", role))


async def served(world: World, number: int) -> None:
    """Waits until the worker serves a release."""
    deadline = time.monotonic() + SOON
    while world.runtime.shelf.content.release != number:
        assert time.monotonic() < deadline, f"release {number} is not served"
        await asyncio.sleep(0.1)


async def learned(world: World) -> None:
    """Waits until how people ask is learned, too."""
    deadline = time.monotonic() + LEARNING
    while not world.runtime.shelf.content.learned or world.runtime.shelf.coming is not None:
        assert time.monotonic() < deadline, "the newest release is not learned"
        await asyncio.sleep(0.1)
