"""An answer proves wrong: a person answers meanwhile, and whoever got it is told what is true, once."""

from __future__ import annotations

import secrets

import pytest

from bot.acting import Form
from bot.domain.messages import Channel
from bot.domain.recalls import OwnRecall, StillGiven
from bot.usecases.send_recall import send_recall
from bot.usecases.withdraw_template import withdraw_template
from bot.usecases.write_recall import write_recall
from tests.scenarios.moderation.moderators import moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION = "когда вы работаете"
TRUE = "В субботу мы не работаем, приходите в будни до 18:00."


def a_form(seen: int = 0) -> Form:
    return Form(secrets.token_urlsafe(12), seen)


@pytest.mark.timeout(600)
@pytest.mark.requirement("K3", "C5")
async def test_a_wrong_answer_is_put_right(world: World) -> None:
    """Анна takes it out and writes the correction, Борис sends it; whoever got it hears, but Иван who blocked us."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    maria, petr = world.client("Мария", Channel.TELEGRAM), world.client("Пётр", Channel.PAGE)
    ivan = world.client("Иван", Channel.VK)
    for client in (maria, petr, ivan):
        await client.says(QUESTION)
        await client.hears("с понедельника по четверг с 9:00 до 18:00")
    world.vk.deny(ivan.id)
    await world.settled()
    wrong = await world.value(
        "SELECT v.id FROM item_version v JOIN item i ON i.id = v.item_id WHERE i.slug = 'working-hours'"
    )
    await write_recall(world.runtime, anna.staff.number, "working-hours", [wrong], {"ru": TRUE}, a_form())
    with pytest.raises(OwnRecall):
        await send_recall(world.runtime, anna.staff.number, 1, a_form(1))
    with pytest.raises(StillGiven):
        await send_recall(world.runtime, boris.staff.number, 1, a_form(1))
    await withdraw_template(world.runtime, anna.staff.number, "working-hours", "суббота указана зря", a_form())
    await served(world, 2)
    olga = world.client("Ольга", Channel.TELEGRAM)
    await olga.says(QUESTION)
    await olga.hears("Передал вопрос сотруднику")
    await send_recall(world.runtime, boris.staff.number, 1, a_form(1))
    for client in (maria, petr):
        await client.hears("ответили вам неточно", "Часы работы", TRUE)
        await client.hears_nothing()
    assert TRUE not in await ivan.transcript()
    assert TRUE not in await olga.transcript()
    assert await world.value("SELECT array_agg(state ORDER BY state) FROM recall_client") == ["blocked", "said", "said"]
    await maria.says("спасибо")
    await maria.hears_on()
