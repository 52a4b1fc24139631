"""Clients write as people write; the assistant understands, asks back, or says that it does not know."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("A1")
async def test_a_farmer_who_spells_by_ear(world: World, channel: Channel) -> None:
    """Николай misspells nearly every word and is answered; so he is when he forgot to switch the keyboard."""
    nikolai = world.client("Николай", channel)
    await nikolai.says("как полчить агрострартап")
    await nikolai.hears("Агростартап", "1–30 апреля")
    await nikolai.says("ghbdtn, rfr pfgbcfnmcz yf ghbtv r vbybcnhe")
    await nikolai.hears("приём")


@pytest.mark.requirement("A1")
async def test_a_word_in_the_wrong_keys_and_one_in_latin_letters(world: World) -> None:
    anna = world.client("Анна", Channel.TELEGRAM)
    await anna.says("какие документы нужны yf subsidiyu")
    await anna.hears("субсидии нужны", "заявка")
    await anna.says("kak poluchit agrostartap")
    await anna.hears("Агростартап")


@pytest.mark.requirement("A1", "A10")
async def test_a_letter_with_greeting_name_and_history(world: World, channel: Channel) -> None:
    """Only the client's own question is answered, not the letter that he quotes below it."""
    pavel = world.client("Павел", channel)
    await pavel.says(
        "Добрый день! Меня зовут Павел. Подскажите, пожалуйста, как получить агростартап? Спасибо!\n\n"
        "----- Исходное сообщение -----\nОт: Министерство\nПриглашаем на ярмарку, места раздаём бесплатно"
    )
    answer = await pavel.hears("Агростартап", "1–30 апреля")
    assert "ярмарк" not in answer.text.casefold()


@pytest.mark.requirement("A10")
async def test_three_questions_in_one_message(world: World, channel: Channel) -> None:
    maria = world.client("Мария", channel)
    await maria.says("Когда вы работаете? Как получить агростартап? Сколько стоит зарегистрировать трактор?")
    await maria.hears("с 9:00 до 18:00")
    await maria.hears("Агростартап")
    await maria.hears("Знаки на трактор", "2250 рублей")
    await maria.hears_nothing()


@pytest.mark.requirement("A10", "E1")
async def test_five_questions_in_one_message(world: World) -> None:
    """Three are answered, a person is offered for the others and reads them all."""
    olga = await world.staff("Ольга")
    maria = world.client("Мария", Channel.TELEGRAM)
    asked = (
        "Когда вы работаете? Где вы находитесь? Как записаться на прием? Как получить агростартап? "
        "Сколько стоит зарегистрировать трактор?"
    )
    await maria.says(asked)
    rest = await maria.hears("На остальное лучше ответит сотрудник")
    assert rest.labels == ("Передать сотруднику",)
    await maria.presses("Передать сотруднику")
    await maria.hears("Передал сотруднику")
    await olga.sees("Сколько стоит зарегистрировать трактор")


@pytest.mark.requirement("A3")
async def test_two_departments_are_told_apart_by_what_they_do(world: World, channel: Channel) -> None:
    """A question back names the topics; «Другое» leads to a person."""
    ivan = world.client("Иван", channel)
    await ivan.says("када прием")
    asked = await ivan.hears("Это про", " или про ")
    assert asked.labels[-1] == "Другое"
    assert 3 <= len(asked.labels) <= 4
    await ivan.presses("Другое")
    await ivan.hears("нет проверенного ответа")


@pytest.mark.requirement("A4", "A10")
async def test_nonsense_is_admitted(world: World, channel: Channel) -> None:
    ivan = world.client("Иван", channel)
    await ivan.says("ыфвыфв лорем ипсум дроны на орбите")
    admitted = await ivan.hears("нет проверенного ответа")
    assert "Передать сотруднику" in admitted.labels


@pytest.mark.requirement("A10")
async def test_emoji_alone(world: World, channel: Channel) -> None:
    """A thumb is a thank-you; a tractor says nothing yet and gets a kind question."""
    anna = world.client("Анна", channel)
    await anna.says("👍")
    await anna.hears("Пожалуйста")
    await anna.says("🚜🚜🚜")
    await anna.hears_on()
    await anna.says("суб😀си😀дия на молоко")
    await anna.hears("молок")
