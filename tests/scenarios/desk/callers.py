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


async def sends_an_appeal(client: Client, words: str, name: str = "Кузнецова Мария") -> None:
    """A complaint, with no place and no telephone."""
    await client.starts()
    await client.hears("Здравствуйте")
    for said, heard in (("хочу написать обращение", "Шаг 1"), ("Жалоба", "Шаг 2"), (words, "Шаг 3")):
        await client.says(said)
        await client.hears(heard)
    for pressed, heard in (("Пропустить", "Шаг 4"), (name, "Шаг 5"), ("Пропустить", "Проверьте")):
        await (client.says(pressed) if pressed == name else client.presses(pressed))
        await client.hears(heard)
    await client.presses("Отправить")
    await client.hears("принято")
