"""Anybody reads the published answers without asking: on a page that needs no script, and as a menu in the chat."""

from __future__ import annotations

import aiohttp
import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("A12")
async def test_answers_are_read_by_topic_and_found_by_words(world: World) -> None:
    async with aiohttp.ClientSession(world.url, headers={"Accept-Language": "ru"}) as reader:

        async def reads(**wanted: str) -> str:
            async with reader.get("/answers", params=wanted) as page:
                text = await page.text()
                assert page.status == 200
                assert "Set-Cookie" not in page.headers
                assert "<script" not in text
                return text

        assert "Субсидии и возмещение затрат" in await reads()
        grants = await reads(topic="support.grants")
        assert "до 5 млн рублей на новую ферму" in grants
        assert "<strong>Кто может получить.</strong>" in grants
        found = await reads(q="гранту агростартап")  # in another case than written
        assert "Грант «Агростартап»" in found
        assert "Часы работы" not in found
        assert "Ничего не нашлось" in await reads(q='<script>alert("щ")</script>')
        assert "Agrostartup grant" in await reads(lang="en", q="grant")
    maria = world.client("Мария", Channel.VK)
    await maria.says("здравствуйте")
    await maria.hears("помощник")
    for label, heard in (
        ("Все темы", "О чём рассказать?"),
        ("Частые вопросы", "Частые вопросы по темам"),
        ("Ещё", "Частые вопросы по темам"),
        ("Субсидии и возмещение затрат", "О чём рассказать?"),
        ("Темы", "Частые вопросы по темам"),
    ):
        await maria.presses(label)
        await maria.hears(heard)
