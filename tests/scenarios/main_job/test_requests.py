"""A client fills in a form, gets a number and a receipt, and sees where his request stands."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.people import Client
from tests.world import World

pytestmark = pytest.mark.asyncio


async def fill_appeal(client: Client, text: str = "Второй месяц не приходит субсидия на молоко") -> None:
    """Up to the summary."""
    await client.says("хочу написать жалобу")
    await client.hears("Шаг 1 из 5")
    await client.presses("Жалоба")
    await client.hears("Шаг 2 из 5")
    await client.says(text)
    await client.hears("Шаг 3 из 5")
    await client.presses("Пропустить")
    await client.hears("Шаг 4 из 5")
    await client.says("Кузнецова Мария Ильинична")
    await client.hears("Шаг 5 из 5")
    await client.says("8 911 765-43-21")
    await client.hears("Проверьте", "Кузнецова Мария Ильинична", "+79117654321")


@pytest.mark.requirement("R3", "R7", "J1", "T8", "E2")
async def test_an_appeal_from_start_to_receipt_and_status(world: World, channel: Channel) -> None:
    """Number, term and next step at once; the status is a timeline, not a code."""
    olga = await world.staff("Ольга")
    anna = world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    receipt = await anna.hears("ОТ-2026-000001", "до 25 декабря", "до 16:40 сегодня")
    assert receipt.labels[0] == "Где моё обращение"

    await anna.presses("Где моё обращение")
    timeline = await anna.hears("ОТ-2026-000001 · Обращение", "✅ Принято — 25 ноября, 14:40", "⏳", "▫️ Ответ")
    assert "ничего не нужно" in timeline.text

    await olga.sees("ОТ-2026-000001")
    await olga.sees("Кузнецова Мария Ильинична", "+79117654321")
    kept = await world.value("SELECT string_agg(coalesce(text, ''), ' ') FROM message")
    assert "Кузнецова" not in kept and "9117654321" not in kept
    values = await world.value("SELECT values FROM request")
    assert "Кузнецова" not in values


@pytest.mark.requirement("R7", "S5")
async def test_send_pressed_twice_makes_one_request(world: World, channel: Channel) -> None:
    anna = world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await anna.hears("Уже отправлено")
    assert await world.value("SELECT count(*) FROM request") == 1


@pytest.mark.requirement("R3")
async def test_back_skip_correct_cancel(world: World, channel: Channel) -> None:
    """A form can be walked back, corrected from its summary, left, resumed and dropped."""
    pavel = world.client("Павел", channel)
    await fill_appeal(pavel)
    await pavel.presses("Исправить")
    await pavel.hears("Что исправить")
    await pavel.presses("Место")
    await pavel.hears("Шаг 3 из 5")
    await pavel.says("Озёрский район, село Берёзовка")
    await pavel.hears("Проверьте", "село Берёзовка")
    await pavel.presses("Сохранить и выйти")
    await pavel.hears("Сохранил")
    await pavel.says("когда министерство работает")
    await pavel.hears("9:00")
    await pavel.says("хочу подать жалобу")
    await pavel.hears("незаконченный черновик")
    await pavel.presses("Продолжить")
    await pavel.hears("Проверьте", "село Берёзовка")
    await pavel.presses("Отменить")
    await pavel.hears("Удалить всё")
    await pavel.presses("Удалить черновик")
    await pavel.hears("Черновик удалил")
    assert await world.value("SELECT count(*) FROM personal") == 0
    assert await world.value("SELECT count(*) FROM request") == 0


@pytest.mark.requirement("R3")
async def test_a_wrong_value_says_how_to_write_it(world: World, channel: Channel) -> None:
    anna = world.client("Анна", channel)
    await anna.says("хочу подать жалобу")
    await anna.hears("Шаг 1 из 5")
    await anna.says("синее")
    await anna.hears("один из вариантов", "Шаг 1")
    await anna.says("жалоба")
    await anna.hears("Шаг 2 из 5")
    await anna.says("плохо")
    await anna.hears("Коротковато", "Шаг 2")
    await anna.presses("Назад")
    await anna.hears("Шаг 1 из 5")


@pytest.mark.requirement("A9")
async def test_a_question_in_the_middle_of_a_form(world: World, channel: Channel) -> None:
    """It is answered, and the form goes on where it stood."""
    ivan = world.client("Иван", channel)
    await ivan.says("написать обращение")
    await ivan.hears("Шаг 1 из 5")
    await ivan.presses("Предложение")
    await ivan.hears("Шаг 2 из 5")
    await ivan.says("сколько дней ждать ответ на обращение?")
    await ivan.hears("30 дней")
    await ivan.hears("Вернёмся к анкете", "Шаг 2 из 5")
    await ivan.says("Предлагаю открыть ярмарку по субботам у вокзала")
    await ivan.hears("Шаг 3 из 5")


@pytest.mark.requirement("R3", "S5")
async def test_an_old_button_says_that_its_step_is_over(world: World, channel: Channel) -> None:
    ivan = world.client("Иван", channel)
    await ivan.says("написать обращение")
    first = await ivan.hears("Шаг 1 из 5")
    old = first.actions[first.labels.index("Жалоба")]
    await ivan.presses("Предложение")
    await ivan.hears("Шаг 2 из 5")
    await ivan.forges(old)
    await ivan.hears("Этот шаг уже пройден", "Шаг 2 из 5")


@pytest.mark.requirement("J1")
async def test_status_by_number_is_the_owner_s_alone(world: World, channel: Channel) -> None:
    """Another client's number is answered as if it did not exist."""
    anna, stranger = world.client("Анна", channel), world.client("Чужой", channel)
    await stranger.says("где моя заявка")
    await stranger.hears("Заявок", "пока нет")
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await anna.says("статус от-2026-1")
    await anna.hears("✅ Принято")
    await stranger.says("статус ОТ-2026-000001")
    heard = await stranger.hears("нет номера ОТ-2026-000001")
    assert "Принято" not in heard.text


@pytest.mark.requirement("F1")
async def test_feedback_at_ones_own_wish(world: World, channel: Channel) -> None:
    maria = world.client("Мария", channel)
    await maria.says("хочу оставить отзыв")
    await maria.hears("Шаг 1 из 3")
    await maria.says("приём в районе")
    await maria.hears("Шаг 2 из 3")
    await maria.presses("4")
    await maria.hears("Шаг 3 из 3")
    await maria.says("быстро и вежливо")
    await maria.hears("Проверьте", "быстро и вежливо")
    await maria.presses("Отправить")
    await maria.hears("пасибо")
    assert await world.value("SELECT value FROM score") == 4
    assert await world.value("SELECT count(*) FROM request") == 0
