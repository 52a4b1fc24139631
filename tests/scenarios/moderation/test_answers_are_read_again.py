"""Whoever keeps an answer true is told in time to read it again, and once more when the day has passed: never twice."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.messages import Channel
from bot.domain.reviews import Mark
from bot.usecases.list_templates import Wanted, list_templates
from bot.usecases.remind_of_reviews import remind_of_reviews
from tests.scenarios.moderation.moderators import moderator
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("K7")
async def test_an_owner_is_reminded_before_the_day_and_after_it(world: World) -> None:
    """Ольга of the subsidies hears in her own chat, the others in the group; workers that look again tell nothing."""
    olga, anna = await world.staff("Ольга", "support-department"), await moderator(world, "Анна")
    her_chat = world.client("Ольга", Channel.TELEGRAM)
    await her_chat.says("/start")
    await her_chat.hears("помощник")
    await world.value(
        "UPDATE staff SET telegram_id = (SELECT external_id FROM address WHERE channel = 'telegram') WHERE id = $1",
        olga.number,
    )
    await world.passes(days=61)  # a Monday: 25 January
    await remind_of_reviews(world.runtime)
    await her_chat.hears("Пора перечитать ответы", "отдел субсидий")
    await olga.sees("Пора перечитать ответы", "сотрудник приёмной", general=True)
    told = await world.value("SELECT count(*) FROM review_mark")
    await asyncio.gather(*(remind_of_reviews(world.runtime) for _ in range(3)))
    assert await world.value("SELECT count(*) FROM review_mark") == told
    await world.passes(days=38)  # Thursday, 4 March
    await remind_of_reviews(world.runtime)
    await her_chat.hears("Срок проверки ответов прошёл", "отдел субсидий")
    doubled = await world.value("SELECT count(*) - count(DISTINCT (target, body)) FROM outbox WHERE body LIKE '%чита%'")
    assert doubled == 0
    late = await list_templates(world.runtime, anna.staff.number, Wanted(show="overdue", by_date=True))
    dates = [row.review_by for row in late.rows]
    assert dates == sorted(dates)
    assert {row.mark for row in late.rows} == {Mark.OVERDUE}
    assert len(late.rows) == late.counts["overdue"] > 0
    theirs = await list_templates(world.runtime, anna.staff.number, Wanted(owner="grants-department"))
    assert {row.owner for row in theirs.rows} == {"grants-department"}
