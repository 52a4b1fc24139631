"""What must hold after a flood of bent updates, and where such updates are posted."""

from __future__ import annotations

import asyncio
import json
import re
import time

from bot.channels.hooks import Hook, hook
from bot.domain.messages import Channel
from tests.emulators.vk import GROUP_ID
from tests.world import World


def own_hook(world: World, channel: Channel) -> Hook:
    """Where the messenger delivers to this world, and its secret."""
    account = world.telegram.token.partition(":")[0] if channel is Channel.TELEGRAM else str(GROUP_ID)
    return hook(channel.value, account, world.settings.secret_key.get_secret_value())


async def all_is_well(world: World, channel: Channel, patience: float) -> None:
    """Inbox and outbox run empty, nobody heard of another, and a client who writes now is answered.

    The staff group has a pace of its own, a few posts a minute: what waits for it is left out.
    """
    waiting = (
        "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
        f" + (SELECT count(*) FROM outbox WHERE state = 'pending' AND channel = '{channel.value}'"
        "    AND target NOT LIKE '-%')"
    )
    deadline = time.monotonic() + patience
    while left := await world.value(waiting):
        assert time.monotonic() < deadline, f"{left} updates or calls are stuck"
        await asyncio.sleep(0.2)
    # What does not fit the messenger's own schema is set aside at once: anything else there is a fault of ours.
    failed = (
        "SELECT string_agg(outcome || ' ' || payload, '|') FROM inbox WHERE state = 'aside' AND outcome <> 'malformed'"
    )
    assert await world.value(failed) is None
    anna = world.client("Анна", channel)
    await anna.says("как получить агростартап")
    await anna.hears("Агростартап", patience=20)
    emulator = world.telegram if channel is Channel.TELEGRAM else world.vk
    for chat in emulator.ledger.chats():
        told = json.dumps([sent.text for sent in emulator.messages(chat)], ensure_ascii=False)
        assert "Traceback" not in told and "sqlalchemy" not in told.casefold()
        if chat > 0:
            assert set(re.findall(r"м(\d{9})м", told)) <= {str(chat)}, told
