"""Clients who call a person."""

from __future__ import annotations

from bot.domain.messages import Channel
from tests.people import Client
from tests.world import World


async def calls_a_person(world: World, channel: Channel, name: str, words: str) -> Client:
    """A client who asked for a person and told why."""
    client = world.client(name, channel)
    await client.starts()
    await client.hears("Здравствуйте")
    await client.says("позовите сотрудника")
    await client.hears("Передал сотруднику")
    await client.says(words)
    await world.settled()
    return client
