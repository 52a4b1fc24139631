"""What people ask in vain becomes an answer: out of what staff said, in one press."""

from __future__ import annotations

import secrets

import pytest

from bot.acting import Form
from bot.domain.gaps import State
from bot.domain.messages import Channel
from bot.usecases import read_gaps
from bot.usecases.group_questions import group_questions
from bot.usecases.handle_gap import draft_from_gap
from bot.usecases.settle_questions import settle_questions
from tests.scenarios.moderation.moderators import moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION = "сломался колодец кто чинит"


@pytest.mark.timeout(600)
@pytest.mark.requirement("K6", "A4")
async def test_a_gap_becomes_an_answer(world: World) -> None:
    """Мария and Иван ask in vain, Ольга answers; Анна makes a draft of it, Борис releases it; Иван is answered."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    olga = await world.staff("Ольга", "front-office")
    ivan, maria = world.client("Иван", Channel.VK), world.client("Мария", Channel.TELEGRAM)
    await ivan.says("кто чинит колодец")
    await ivan.hears("нет проверенного ответа")
    await maria.says(QUESTION)
    await maria.hears("нет проверенного ответа")
    await maria.presses("Передать сотруднику")
    await maria.hears("Передал сотруднику")
    await olga.sees("Просит сотрудника")
    await olga.presses("Беру")
    await maria.hears("Разговор ведёт")
    await olga.answers("Мария Ивановна, колодцы чинит администрация округа, звоните: 112.")
    await maria.hears("чинит администрация округа")
    await world.settled()
    await settle_questions(world.runtime)
    await group_questions(world.runtime)
    (row,) = (await read_gaps.listing(world.runtime, anna.staff.number, State.OPEN, 10)).rows
    assert (row.gap.asked, row.gap.unanswered, row.gap.answers) == (2, 2, 1)
    card = await read_gaps.card(world.runtime, anna.staff.number, row.gap.id)
    said = next(one for one in card.asked if one.staff_answer)
    form = Form(secrets.token_urlsafe(12))
    await draft_from_gap(world.runtime, anna.staff.number, row.gap.id, said.id, "broken-well", form)
    item = await anna.opens("broken-well")
    assert item["short"]["ru"] == "…, колодцы чинит администрация округа, звоните: 000."
    assert sorted(item["samples"]["ru"]) == ["кто чинит колодец", QUESTION]
    anna.item["short"]["ru"] = "Колодцы чинит администрация округа. Звоните: 112."
    anna.item["title"]["ru"], anna.item["topic"] = "Починка колодца", "agency"
    await anna.saves()
    await anna.submits("broken-well")
    await boris.approves("broken-well")
    await boris.releases("broken-well", reason="спрашивают")
    await served(world, 2)
    await ivan.says(QUESTION)
    await ivan.hears("чинит администрация округа")
    closed = await read_gaps.card(world.runtime, anna.staff.number, row.gap.id)
    assert (closed.gap.state, closed.gap.release, closed.gap.after) == (State.CLOSED, 2, 0)
    assert closed.after is not None
    await world.settled()
