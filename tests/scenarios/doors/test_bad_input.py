"""Presses delivered twice, and files that are too large or dangerous, sent by staff and on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.messages import Channel
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXECUTABLE = b"MZ\x90\0" + b"\0" * 200
MEGABYTE = 1024 * 1024


@pytest.mark.requirement("T1", "T2", "S4")
@pytest.mark.parametrize("by_webhook", [True, False], ids=["by webhook", "by polling"])
@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.VK], ids=str)
async def test_a_press_delivered_twice_is_one_press(
    database_url: str, var: Path, channel: Channel, by_webhook: bool
) -> None:
    """Анна calls a person; the messenger delivers her press once more after it was taken. One case, told once."""
    async with a_world(database_url, var, by_webhook=by_webhook) as world:
        olga = await world.staff("Ольга")
        anna = world.client("Анна", channel)
        await anna.says("абырвалг")
        await anna.hears_on()
        emulator = world.telegram if channel is Channel.TELEGRAM else world.vk
        if by_webhook:
            emulator.faults.next("duplicate", 1)
        else:
            emulator.duplicate_next()
        await anna.presses("Передать сотруднику")
        await anna.hears("Передал сотруднику")
        await olga.sees("Просит сотрудника")
        await anna.hears_nothing()
        assert await world.value('SELECT count(*) FROM "case"') == 1
        assert await world.value("SELECT count(*) FROM inbox WHERE channel = $1", channel.value) == 2


@pytest.mark.requirement("R5", "E6")
@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (EXECUTABLE, "отчёт.pdf", "может быть опасен"),
        (SVG, "схема.svg", "может быть опасен"),
        (b"\0" * (50 * MEGABYTE), "кино.mp4", "больше 20 МБ"),
    ],
    ids=["executable as pdf", "svg with script", "50 MB"],
)
async def test_what_staff_may_not_send_reaches_no_client(world: World, data: bytes, name: str, why: str) -> None:
    """Ольга is told why in the topic; the client sees nothing of it."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите человека")
    await ivan.hears("Передал сотруднику")
    await olga.sees("Просит сотрудника")
    await olga.presses("Беру")
    await ivan.hears("Разговор ведёт")
    await olga.sends_file(data, name)
    await olga.sees(why)
    await ivan.hears_nothing()


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("data", "name", "refused"),
    [
        (EXECUTABLE, "фото.jpg", (422, "error_file_type")),
        (SVG, "герб.svg", (422, "error_file_type")),
        (b"\0" * (50 * MEGABYTE), "кино.mp4", (413, "error_file_big")),
    ],
    ids=["executable as photo", "svg with script", "50 MB"],
)
async def test_the_page_refuses_before_it_stores(
    world: World, data: bytes, name: str, refused: tuple[int, str]
) -> None:
    """At once, and nothing of it is kept."""
    zoya = world.client("Зоя", Channel.PAGE)
    await zoya.says("здравствуйте")
    status, told = await (await zoya.visitor()).uploads(data, name)
    assert (status, told["error"]) == refused
    assert await world.value("SELECT count(*) FROM attachment") == 0
