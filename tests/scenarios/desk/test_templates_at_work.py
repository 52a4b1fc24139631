"""One approved answer at work: in either language with all its parts, found by staff by what people ask."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from bot.usecases import read_desk
from tests.scenarios.desk.clerk import clerk
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("K1", "H1", "A7")
async def test_an_answer_has_all_its_parts_in_english_too(world: World, channel: Channel) -> None:
    """John reads the short part, then the long one, in English; the form to fill in is under it."""
    john = world.client("John", channel)
    await john.says("how can I get the Agrostartup grant for a new farm?")
    short = await john.hears("Agrostartup grant gives up to 5 million roubles")
    assert "Download a form" in short.labels
    await john.presses("More")
    more = await john.hears("Who can get it", "commission reads the business plan")
    assert "Кто может" not in more.text


@pytest.mark.requirement("K1", "E6")
async def test_staff_find_an_answer_by_what_people_ask(world: World) -> None:
    """By its title, by a sample question, by words that only mean it; in the language of whoever looks."""
    olga = await clerk(world, "Ольга")
    for words, language, title in (
        ("агростартап", "ru", "Грант «Агростартап»"),
        ("как до вас доехать на автобусе", "ru", "Контакты министерства"),
        ("agrostartup", "en", "Agrostartup grant"),
    ):
        found = await read_desk.templates(world.runtime, olga.number, words, language)
        assert title in [one.title for one in found], words
