"""The console and the Telegram group are one desk: the same case, term, words, whoever works where."""

from __future__ import annotations

import pytest

from bot.domain.case import CaseState
from bot.domain.desk_errors import Conflict, NotDone
from bot.domain.desk_views import Delivery, LineKind
from bot.domain.errors import Forbidden
from bot.domain.messages import Channel
from tests.scenarios.desk.clerk import clerk
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("E6", "E7")
async def test_taken_at_the_console_seen_in_the_group(world: World, channel: Channel) -> None:
    """Olga takes, answers and closes at the console; Pavel reads along in the group; the client in his channel."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите живого человека")
    await ivan.hears("Передал")
    await pavel.sees("Просит сотрудника")

    await olga.opens()
    assert olga.case.state is CaseState.NEW
    assert olga.case.last_words == "позовите живого человека"
    await olga.claims()
    await ivan.hears("Разговор ведёт сотрудник приёмной")
    await pavel.sees("отвечает Ольга")
    await pavel.presses("Беру")
    await pavel.sees("уже взял другой")

    await olga.opens()
    assert (olga.case.state, olga.case.holder_name) == (CaseState.TAKEN, "Ольга")
    await olga.notes("Проверить в хозяйстве Петрова")
    await pavel.sees("Ольга", "заметка", "Петрова")
    await olga.answers("Добрый день! Ищем вашу корову.")
    await ivan.hears("Ищем вашу корову")
    await pavel.sees("Ольга", "Ищем вашу корову")
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 0

    await ivan.says("она рыжая")
    await pavel.sees("Клиент: она рыжая")
    await pavel.answers("Нашли, у соседа.")
    await ivan.hears("Нашли, у соседа")
    await world.quiet()
    await olga.opens()
    said = {(line.kind, line.name): line for line in olga.shown.lines}
    assert "Нашли, у соседа" in (said[LineKind.STAFF, "Павел"].text or "")
    assert said[LineKind.NOTE, "Ольга"].text == "Проверить в хозяйстве Петрова"
    assert said[LineKind.CLIENT, ""].text == "она рыжая"
    if channel is not Channel.PAGE:
        assert said[LineKind.STAFF, "Павел"].delivery is Delivery.SENT

    await olga.closes()
    await ivan.hears("закрыл вопрос", "Насколько вы довольны")
    await pavel.sees("Вопрос закрыт", "Ольга")
    assert await olga.queue() == ()


@pytest.mark.requirement("E7")
async def test_two_people_answer_at_once(world: World) -> None:
    """The second answer, written on an old screen, is held back with what happened meanwhile; then it may go."""
    olga, pavel = await clerk(world, "Ольга"), await clerk(world, "Павел")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.opens()
    await pavel.opens()
    await pavel.answers("Слушаю вас!")
    await ivan.hears("Слушаю вас!")
    with pytest.raises(Conflict) as conflict:
        await olga.answers("Чем помочь?")
    assert [(change.name, change.verb.value) for change in conflict.value.changes] == [("Павел", "answer")]
    await ivan.hears_nothing()
    await olga.opens()
    await olga.answers("Чем помочь?")
    await ivan.hears("Чем помочь?")


@pytest.mark.requirement("E6", "E7")
async def test_an_answer_in_the_group_makes_the_consoles_screen_old(world: World) -> None:
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.opens()
    await pavel.answers("Я отвечу")
    await ivan.hears("Я отвечу")
    with pytest.raises(Conflict):
        await olga.answers("И я отвечу")
    await ivan.hears_nothing()


@pytest.mark.requirement("E7", "S5")
async def test_a_form_sent_twice_is_one_answer(world: World) -> None:
    """A double click, a reload, a lost connection: the client hears the words once."""
    olga = await clerk(world, "Ольга")
    ivan = world.client("Иван", Channel.PAGE)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.opens()
    form = olga.form()
    first = await olga.answers("Здравствуйте!", form)
    again = await olga.answers("Здравствуйте!", form)
    assert (again.outcome, again.repeated) == (first.outcome, True)
    await ivan.hears("Здравствуйте!")
    await ivan.hears_nothing()
    assert await world.value("SELECT count(*) FROM message WHERE staff_id IS NOT NULL") == 1


@pytest.mark.requirement("E7")
async def test_who_may_not(world: World) -> None:
    """A moderator reads and notes but never writes to a client; nobody closes what was not answered."""
    maria, olga = await clerk(world, "Мария", role="moderator"), await clerk(world, "Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await maria.opens()
    for attempt in (maria.claims(), maria.answers("Привет"), maria.closes()):
        with pytest.raises(Forbidden):
            await attempt
    await maria.notes("Ответ есть в шаблоне")
    await olga.opens()
    assert [line.text for line in olga.lines(LineKind.NOTE)] == ["Ответ есть в шаблоне"]
    with pytest.raises(NotDone) as refusal:
        await olga.closes()
    assert refusal.value.why == "staff.answer_first"
    await ivan.hears_nothing()
    assert await world.value("SELECT count(*) FROM audit WHERE verb = 'desk.conversation'") == 2
