"""Another body is asked: the client knows whom we wait for, the term waits too, whoever asked is reminded."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.case import CaseState
from bot.domain.desk_errors import Conflict, NotDone
from bot.domain.desk_views import LineKind
from bot.domain.messages import Channel
from bot.usecases import read_desk
from bot.usecases.remind_of_bodies import remind_of_bodies
from tests.scenarios.desk.clerk import clerk
from tests.scenarios.main_job.test_requests import fill_appeal
from tests.world import World

pytestmark = pytest.mark.asyncio

FRIDAY = dt.date(2026, 12, 4)


@pytest.mark.requirement("E7", "J1", "E3")
async def test_a_registry_is_asked_and_answers(world: World, channel: Channel) -> None:
    """Anna's timeline names the land registry, the term waits, Olga is reminded; its answer sets us to work again."""
    olga, anna = await clerk(world, "Ольга"), world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.opens()
    await olga.asks_body("land-registry", FRIDAY, "границы участка у реки")
    await anna.hears("Запросили: Росреестр", "до 4 декабря")
    await olga.staff.sees("Ольга", "запрос — Росреестр")
    await anna.says("где моё обращение")
    await anna.hears("ОТ-2026-000001", "Ждём ответ: Росреестр, до 4 декабря")
    await olga.opens()
    assert olga.case.state is CaseState.BODY
    assert [(wait.body, wait.name, wait.late) for wait in olga.case.waits] == [("land-registry", "Ольга", False)]
    assert [line.text for line in olga.lines(LineKind.NOTE)] == ["границы участка у реки"]
    request = olga.case.request
    assert request is not None
    assert (await read_desk.request(world.runtime, olga.number, request)).waits == olga.case.waits

    await world.passes(days=8)
    await remind_of_bodies(world.runtime)
    await olga.staff.sees("Ольга, скоро должен прийти ответ", "Росреестр")
    await world.passes(days=3)
    await remind_of_bodies(world.runtime)
    await olga.staff.sees("Ольга, ответа нет", "Росреестр")
    assert await remind_of_bodies(world.runtime) == 0
    posts = [line.text for line in (*olga.staff.posts(), *olga.staff.posts(general=True))]
    assert len([text for text in posts if "Росреестр" in text and text.startswith(("⏳", "🔴"))]) == 2
    assert not [text for text in posts if "срок ответа прошёл" in text], "our own term stood still"

    await olga.opens()
    assert olga.case.waits[0].late
    await olga.hears_from("land-registry", "Границы уточнены 1 декабря.")
    await anna.hears("Ответ пришёл: Росреестр", "готовим ответ вам")
    await anna.says("где моё обращение")
    assert "Росреестр" not in (await anna.hears("ОТ-2026-000001", "Готовим ответ")).text
    await olga.opens()
    assert (olga.case.state, olga.case.waits) == (CaseState.NEW, ())
    assert [line.verb.value for line in olga.lines(LineKind.ACT) if line.verb] == ["ask_body", "body_answered"]


@pytest.mark.requirement("E6", "E7")
async def test_asked_from_the_group_and_seen_at_the_desk(world: World) -> None:
    """By a button with the usual term, by typing with another one; the answer is typed there too."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await pavel.sees("Просит сотрудника")
    await pavel.presses("Беру")
    await ivan.hears("Разговор ведёт")
    await pavel.presses("Запросить")
    await pavel.sees("Кого запросили")
    await pavel.presses("налоговая служба")
    await ivan.hears("Запросили: налоговая служба")
    await pavel.answers(">> Архив села Ола до 18.12 похозяйственная книга")
    await ivan.hears("Запросили: Архив села Ола", "до 18 декабря")
    await olga.opens()
    assert [wait.body for wait in olga.case.waits] == ["tax-service", "Архив села Ола"]
    await pavel.answers("<< Архив села Ола: книга нашлась")
    await ivan.hears("Ответ пришёл: Архив села Ола")
    await olga.opens()
    assert [line.text for line in olga.lines(LineKind.NOTE)] == ["похозяйственная книга", "книга нашлась"]
    await pavel.answers("Книга нашлась, ждём налоговую.")
    await ivan.hears("Книга нашлась")
    await pavel.presses("Закрыть")
    await ivan.hears("закрыл вопрос")
    await world.passes(days=30)
    assert await remind_of_bodies(world.runtime) == 0, "of a closed case nobody is reminded"


@pytest.mark.requirement("E7")
async def test_two_colleagues_ask_the_same_body(world: World) -> None:
    """The second one, on an old screen, is shown what the first did; the client hears of it once."""
    olga, boris = await clerk(world, "Ольга"), await clerk(world, "Борис")
    ivan = world.client("Иван", Channel.PAGE)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.opens()
    await boris.opens()
    await olga.asks_body("bank", FRIDAY)
    await ivan.hears("Запросили: уполномоченный банк")
    with pytest.raises(Conflict) as conflict:
        await boris.asks_body("bank", FRIDAY)
    assert [(change.name, change.verb.value, change.detail) for change in conflict.value.changes] == [
        ("Ольга", "ask_body", "bank")
    ]
    await ivan.hears_nothing()
    await boris.opens()
    with pytest.raises(NotDone) as refused:
        await boris.asks_body("bank", dt.date(2026, 11, 1))
    assert refused.value.why == "staff.body_date"
