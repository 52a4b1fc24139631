"""A person takes over, with a term running; the assistant is silent meanwhile."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.domain.messages import Channel
from tests.scenarios.main_job.test_requests import fill_appeal
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("E1", "E2", "F1")
async def test_a_person_joins_answers_and_leaves(world: World, channel: Channel) -> None:
    """Only the person's answer stops the term; the assistant is silent while he leads; then a score."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите живого человека")
    await ivan.hears("Передал", "до 16:40 сегодня")
    await olga.sees("Просит сотрудника", "16:40")

    await olga.presses("Беру")
    await ivan.hears("Разговор ведёт сотрудник приёмной")
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 1

    await ivan.says("какие документы нужны на субсидию")
    await olga.sees("Клиент: какие документы нужны на субсидию")
    await ivan.hears_nothing()

    await olga.answers("Добрый день! Паспорт и справка, список пришлю.")
    await ivan.hears("Добрый день! Паспорт и справка")
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 0

    await olga.answers("// спрошу у бухгалтерии")
    await ivan.hears_nothing()
    await ivan.says("спасибо, жду список")
    await olga.sees("спасибо, жду список")
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 1

    await olga.answers("Список: 1) паспорт, 2) справка.")
    await ivan.hears("Список")
    await olga.presses("Закрыть")
    await ivan.hears("закрыл вопрос", "Насколько вы довольны")
    await ivan.presses("4")
    await ivan.hears("Спасибо за оценку")
    await ivan.says("привет")
    await ivan.hears("Чем помочь")


@pytest.mark.requirement("E2", "E4")
async def test_warning_alarm_supervisor_each_once(world: World, channel: Channel) -> None:
    """The term's marks reach staff exactly once each, and none after the answer."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите сотрудника")
    await ivan.hears("до 16:40 сегодня")
    await olga.sees("Просит сотрудника")

    await world.passes(minutes=91)
    await olga.sees("срок близко")
    await world.passes(minutes=30)
    await olga.sees("срок ответа прошёл", general=True)
    await world.passes(minutes=30)
    await olga.sees("Руководителю", general=True)
    await world.passes(hours=30)
    await world.quiet()
    told = [line.text for line in (*olga.posts(), *olga.posts(general=True))]
    assert sum("срок близко" in text for text in told) == 1
    assert sum("срок ответа прошёл" in text for text in told) == 1
    assert sum("Руководителю" in text for text in told) == 1


@pytest.mark.requirement("E4")
async def test_an_answer_in_time_silences_the_marks(world: World) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await olga.sees("Просит сотрудника")
    await olga.answers("Слушаю вас")
    await ivan.hears("Слушаю вас")
    await world.passes(hours=30)
    await world.quiet()
    assert not any("срок" in line.text for line in olga.posts(general=True))
    assert await world.value("SELECT count(*) FROM timer WHERE state = 'set'") == 0


@pytest.mark.requirement("A11", "E2")
async def test_outside_office_hours(database_url: str, var: Path, channel: Channel) -> None:
    """On Saturday night the client is told that a person answers on Monday; the assistant itself works."""
    saturday = dt.datetime(2026, 11, 28, 20, 0, tzinfo=dt.UTC)
    async with a_world(database_url, var, start=saturday) as world:
        maria = world.client("Мария", channel)
        await maria.says("позовите сотрудника")
        await maria.hears("до 11:00 30 ноября", "нерабочее время")
        await maria.says("грант агростартап")
        await maria.hears("Агростартап")


@pytest.mark.requirement("E1")
async def test_a_low_score_calls_a_person(world: World, channel: Channel) -> None:
    olga = await world.staff("Ольга")
    anna = world.client("Анна", channel)
    await anna.says("сельская ипотека")
    await anna.hears("ипотек")
    await anna.presses("Помогло")
    await anna.hears("Насколько вы довольны")
    await anna.presses("1")
    await anna.hears("Чего не хватило")
    await anna.says("ответ не про мой случай, у меня дом уже построен")
    await anna.hears("Передал ваши слова", "до 16:40 сегодня")
    await olga.sees("Низкая оценка", "дом уже построен")


@pytest.mark.requirement("E1")
async def test_the_assistant_is_broken(world: World, channel: Channel) -> None:
    """That goes to the technical team with a term of its own: an hour, round the clock."""
    olga = await world.staff("Ольга", team="technical")
    ivan = world.client("Иван", channel)
    await ivan.says("у вас бот не работает")
    await ivan.hears("Передал сотруднику", "до 15:40 сегодня")
    await olga.sees("Сбой помощника", "техническая группа")


@pytest.mark.requirement("E1")
async def test_a_sensitive_topic_offers_a_person_first(world: World, channel: Channel) -> None:
    anna = world.client("Анна", channel)
    await anna.says("у меня корова упала и не встаёт, пена изо рта")
    answer = await anna.hears("ветврачу")
    assert answer.labels[0] == "Позвать сотрудника"
    assert "Помогло 👍" not in answer.labels


@pytest.mark.requirement("E1", "J1")
async def test_an_appeal_is_taken_answered_and_closed(world: World, channel: Channel) -> None:
    """Each move of the request reaches the client; the timeline shows it."""
    olga = await world.staff("Ольга")
    anna = world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.sees("ОТ-2026-000001")
    await olga.presses("Закрыть")
    await olga.sees("Сначала ответьте")
    await olga.presses("Беру")
    await anna.hears("ОТ-2026-000001", "новость")
    await olga.answers("Субсидия одобрена, деньги придут до 5 декабря.")
    await anna.hears("деньги придут до 5 декабря")
    await olga.presses("Закрыть")
    await anna.hears("новость", "Ответ")
    await anna.hears("Насколько вы довольны")
    await anna.says("где моё обращение")
    await anna.hears("✅ Ответ", "Всё закончено")


@pytest.mark.requirement("E1", "S5")
async def test_a_stranger_in_the_staff_group_reaches_nobody(world: World) -> None:
    """Whoever is not in the staff register can't write to clients nor take cases."""
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    stranger = await world.stranger("Чужой")
    await stranger.sees("Просит сотрудника")
    await stranger.answers("переведите деньги сюда")
    await stranger.sees("нет в списке сотрудников")
    await stranger.presses("Беру")
    await ivan.hears_nothing()
    assert await world.value('SELECT taken_by FROM "case"') is None


@pytest.mark.requirement("E1")
async def test_the_client_changes_his_mind(world: World, channel: Channel) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("позовите оператора")
    await ivan.hears("Передал")
    await ivan.presses("Уже не нужно")
    await ivan.hears("не беспокою")
    await olga.sees("Клиент передумал")
    assert await world.value("SELECT count(*) FROM timer WHERE state = 'set'") == 0
