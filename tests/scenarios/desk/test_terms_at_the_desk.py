"""Asking the client back, handing on, opening again: what each does to the term, and who is told."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.case import CaseState
from bot.domain.desk_errors import NotDone
from bot.domain.desk_views import LineKind
from bot.domain.messages import Channel
from tests.scenarios.desk.clerk import clerk
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("E3", "E7")
async def test_the_term_waits_for_the_clients_answer(world: World, channel: Channel) -> None:
    """Asked back half an hour in, the client takes two days; nobody is warned, and an hour and a half is left."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("до 16:40 сегодня")
    await world.passes(minutes=30)
    await olga.opens()
    before = olga.case.term
    assert before is not None
    await olga.answers("На какую субсидию вы подавали?", asks=True)
    await ivan.hears("Разговор ведёт сотрудник приёмной")
    await ivan.hears("На какую субсидию", "Ответьте, пожалуйста")
    await pavel.sees("Ольга спрашивает клиента", "На какую субсидию")
    await olga.opens()
    assert olga.case.state is CaseState.ASKED

    await world.passes(hours=48)
    await world.quiet()
    assert not any("срок" in line.text for line in (*pavel.posts(general=True), *pavel.posts()[1:]))
    await ivan.says("на молоко")
    await pavel.sees("Клиент: на молоко")
    await olga.opens()
    answered = olga.case
    after = answered.term
    assert answered.state is CaseState.NEW
    assert after is not None
    assert dt.timedelta(days=1, hours=23, minutes=58) < after.due_at - before.due_at < dt.timedelta(days=2, minutes=2)

    await world.passes(minutes=61)
    await pavel.sees("срок близко")
    await olga.opens()
    assert olga.case.term is not None
    assert olga.case.term.near
    await world.passes(minutes=30)
    await pavel.sees("срок ответа прошёл", general=True)
    assert [row.id for row in await olga.queue(late=True)] == [olga.case.id]


@pytest.mark.requirement("E3", "E6")
async def test_asked_back_from_the_group(world: World) -> None:
    """In the group a message that begins with ?? does the same."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await pavel.answers("?? Какой у вас район?")
    await ivan.hears("Какой у вас район?", "Ответьте, пожалуйста")
    await olga.opens()
    assert olga.case.state is CaseState.ASKED
    assert await world.value("SELECT count(*) FROM timer WHERE state = 'set'") == 0
    await ivan.says("Озёрский")
    await pavel.sees("Клиент: Озёрский")
    assert await world.value("SELECT count(*) FROM timer WHERE state = 'set'") == 3


@pytest.mark.requirement("E7")
async def test_handed_on_to_another_department_and_to_a_person(world: World, channel: Channel) -> None:
    olga = await clerk(world, "Ольга")
    denis = await clerk(world, "Денис", team="livestock-department")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.opens()
    await olga.claims()
    await ivan.hears("Разговор ведёт")
    await olga.opens()
    await olga.hands_on(team="livestock-department")
    await ivan.hears("теперь ведёт отдел животноводства")
    await denis.staff.sees("Вопрос передан", "отдел животноводства", "Ольга")
    (row,) = await denis.queue(team="livestock-department", unclaimed=True)
    assert row.state is CaseState.NEW
    assert await olga.queue(mine=True) == ()

    await olga.opens()
    await olga.hands_on(person=denis.number)
    (mine,) = await denis.queue(mine=True)
    assert (mine.holder_name, mine.team) == ("Денис", "livestock-department")
    await denis.opens()
    assert [line.verb.value for line in denis.lines(LineKind.ACT) if line.verb] == ["claim", "hand_on", "hand_on"]
    with pytest.raises(NotDone) as refused:
        await denis.hands_on(team="no-such-team")
    assert refused.value.why == "staff.no_team"


@pytest.mark.requirement("E6", "E7")
async def test_handed_on_by_buttons_in_the_group(world: World) -> None:
    pavel = await world.staff("Павел")
    olga = await clerk(world, "Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await pavel.sees("Просит сотрудника")
    await pavel.presses("Беру")
    await pavel.sees("отвечает Павел")
    await pavel.presses("Передать")
    await pavel.sees("Кому передать")
    await pavel.presses("отдел грантов")
    await ivan.hears("теперь ведёт отдел грантов")
    (row,) = await olga.queue(team="grants-department")
    assert row.holder is None


@pytest.mark.requirement("E6", "E7")
async def test_opened_again(world: World, channel: Channel) -> None:
    """A closed case that turned out unsettled: the client hears until when, a next-answer term runs."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел", team="front-office")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await pavel.sees("Просит сотрудника")
    await pavel.answers("Готово.")
    await ivan.hears("Готово.")
    await pavel.presses("Закрыть")
    await ivan.hears("закрыл вопрос")
    await world.settled()
    address = await world.value('SELECT address_id FROM "case"')
    await olga.opens(address)
    assert olga.case.state is CaseState.CLOSED
    await olga.reopens()
    await ivan.hears("Вернулись к вашему вопросу", "ответим до")
    await pavel.sees("снова открыт", "Ольга")
    await olga.opens(address)
    assert (olga.case.state, olga.case.holder_name) == (CaseState.TAKEN, "Ольга")
    assert olga.case.term is not None
    with pytest.raises(NotDone):
        await olga.reopens()
    await olga.answers("Проверили ещё раз, всё зачислено.")
    await ivan.hears("всё зачислено")
    await olga.opens(address)
    await olga.closes(ask_score=False)
    await ivan.hears("закрыл вопрос")
    await pavel.presses("Открыть снова")
    await ivan.hears("Вернулись к вашему вопросу")
