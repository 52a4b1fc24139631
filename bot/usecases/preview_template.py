"""Show a template, as it is being typed, as clients of each channel will read it. Nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot import moderation
from bot.domain.desk_errors import BadForm
from bot.domain.messages import Channel
from bot.domain.previews import Shown, preview
from bot.domain.profile import Profile
from bot.domain.staff import Right
from bot.turn import Runtime


async def preview_template(
    runtime: Runtime, actor: int, slug: str, item: Mapping[str, Any], language: str, who: Profile
) -> Mapping[Channel, Shown]:
    """``item``: the template as it was typed, whole or not; ``who``: what its reader has told of himself.

    Raises Forbidden, BadForm for what no draft can hold.
    """
    await moderation.allowed(runtime, actor, Right.EDIT)
    moderation.body_of(slug, item)
    pack, now = runtime.shelf.content.pack, runtime.clock()
    if language not in pack.agency.languages:
        raise BadForm

    def shown() -> Mapping[Channel, Shown]:
        return {
            channel: preview(pack, slug, item, language, limits, now, who) for channel, limits in runtime.limits.items()
        }

    return await asyncio.to_thread(shown)
