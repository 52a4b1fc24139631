"""What a message means depends on what is expected: a value, a question, a command, the end of a number."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.people import Client
from tests.world import World

pytestmark = pytest.mark.asyncio
TROUBLE = "На улице Советской третий день нет воды, колонка сломана"


async def writes_an_appeal(client: Client, upto: str = "Шаг 2") -> None:
    await client.says("хочу пожаловаться")
    await client.hears("Шаг 1")
    await client.presses("Жалоба")
    await client.hears("Шаг 2")
    if upto == "Шаг 2":
        return
    await client.says(TROUBLE)
    await client.hears("Шаг 3")


@pytest.mark.requirement("A9", "A1")
async def test_a_misspelt_question_in_the_middle_of_a_form(world: World, channel: Channel) -> None:
    """It is answered, and the form goes on where it stood."""
    anna = world.client("Анна", channel)
    await writes_an_appeal(anna, "Шаг 3")
    await anna.says("как полчить агрострартап?")
    await anna.hears("Агростартап")
    await anna.hears("Шаг 3")
    await anna.says("Медовское, ул. Лесная, 4")
    await anna.hears("Шаг 4")


@pytest.mark.requirement("A9", "R3")
async def test_a_number_in_a_sentence_fills_the_field(world: World, channel: Channel) -> None:
    anna = world.client("Анна", channel)
    await writes_an_appeal(anna, "Шаг 3")
    await anna.says("Медовское, ул. Лесная, 4")
    await anna.hears("Шаг 4")
    await anna.says("Смирнова Анна Петровна")
    await anna.hears("Шаг 5")
    await anna.says("мой телефон 8 900 123-45-67, звоните после шести")
    summary = await anna.hears("Проверьте", "Медовское")
    assert "+79001234567" in summary.text


@pytest.mark.requirement("R3", "R9")
async def test_a_typed_cancel_asks_before_anything_is_lost(world: World, channel: Channel) -> None:
    anna = world.client("Анна", channel)
    await writes_an_appeal(anna, "Шаг 3")
    await anna.says("отмена")
    asked = await anna.hears_on()
    assert "Продолжить" in asked.labels and len(asked.labels) == 2
    await anna.presses("Продолжить")
    await anna.hears("Шаг 3")


@pytest.mark.requirement("R9")
async def test_a_request_is_not_taken_back_by_one_message(world: World) -> None:
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("хочу отозвать заявку")
    await ivan.hears("Отозвать поданное может только сотрудник")
    assert await world.value('SELECT count(*) FROM "case"') == 0
    await ivan.presses("Передать сотруднику")
    await ivan.hears("Передал сотруднику")
    await olga.sees("отозвать заявку")


@pytest.mark.requirement("A10", "J1")
async def test_a_bare_number_shows_ones_own_request(world: World, channel: Channel) -> None:
    """«1» is the end of his request's number; «777» is of none, and asked about."""
    anna = world.client("Анна", channel)
    await writes_an_appeal(anna, "Шаг 3")
    await anna.presses("Пропустить")
    await anna.hears("Шаг 4")
    await anna.says("Смирнова Анна Петровна")
    await anna.hears("Шаг 5")
    await anna.presses("Пропустить")
    await anna.hears("Проверьте")
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await anna.says("№ 1")
    await anna.hears("ОТ-2026-000001", "✅")
    await anna.says("777")
    await anna.hears("Вижу только число")


@pytest.mark.requirement("H1")
async def test_english_is_answered_in_english_and_back(world: World, channel: Channel) -> None:
    maria = world.client("Мария", channel)
    await maria.says("how can I apply for a subsidy")
    await maria.hears("apply")
    await maria.says("а где вы находитесь")
    await maria.hears("ул. Полевая, 5")


@pytest.mark.requirement("H1")
async def test_a_language_nobody_taught_is_noticed(world: World, channel: Channel) -> None:
    """It says which languages it speaks, in both, and offers a person."""
    hans = world.client("Hans", channel)
    await hans.says("Guten Tag, wo ist das Ministerium und wann kann ich kommen?")
    told = await hans.hears("по-русски", "I speak Russian and English")
    assert "Передать сотруднику" in told.labels


@pytest.mark.requirement("R5")
async def test_a_spoken_value_is_corrected(world: World) -> None:
    """VK's transcript is shown; Пётр types what he meant, and that is what goes into the form."""
    petr = world.client("Пётр", Channel.VK)
    await writes_an_appeal(petr)
    world.vk.client_speaks(petr.id, "На улице Советской третий день нет мёда")
    heard = await petr.hears("Услышал так", "нет мёда", "Верно?")
    assert heard.labels == ("Верно", "Написать заново")
    await petr.says(TROUBLE)
    await petr.hears("Шаг 3")
    await petr.presses("Пропустить")
    await petr.hears("Шаг 4")
    world.vk.client_speaks(petr.id, "Пётр Иванов")
    await petr.hears("Услышал так", "Пётр Иванов")
    await petr.says("да")
    await petr.hears("Шаг 5")
    await petr.presses("Пропустить")
    summary = await petr.hears("Проверьте")
    assert "нет воды" in summary.text
    assert "Пётр Иванов" in summary.text
    assert "мёда" not in summary.text


@pytest.mark.requirement("R5", "A1")
async def test_a_spoken_question_with_its_hesitations(world: World) -> None:
    petr = world.client("Пётр", Channel.VK)
    world.vk.client_speaks(petr.id, "ээ алло здравствуйте это самое а как получить агростартап вот")
    await petr.hears("Услышал так", "1–30 апреля")
