"""Asking for information and for advice: by words, by menu, by a button of an answer; in both languages."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("R1", "R3", "J1")
async def test_information_is_asked_for_in_ones_own_words(world: World, channel: Channel) -> None:
    """A number, thirty days by law, and a timeline; name and mail are nowhere in plain words."""
    olga = await world.staff("Ольга")
    ivan = world.client("Иван", channel)
    await ivan.says("хочу запросить информацию о работе министерства")
    first = await ivan.hears("Шаг 1 из 3", "бесплатно", "30 дней")
    assert "Другие способы" in first.labels
    await ivan.says("Сколько хозяйств Озёрского района получили субсидию на молоко в 2025 году")
    await ivan.hears("Шаг 2 из 3", "№ 8-ФЗ")
    await ivan.says("Лебедев Иван Сергеевич")
    await ivan.hears("Шаг 3 из 3")
    await ivan.says("lebedev@example.ru")
    await ivan.hears("Проверьте", "Лебедев Иван Сергеевич", "lebedev@example.ru")
    await ivan.presses("Отправить")
    receipt = await ivan.hears("✅ Запрос ОТ-2026-000001 принят", "до 25 декабря", "до 16:40 сегодня")
    assert receipt.labels[0] == "Где мой запрос"

    await ivan.presses("Где мой запрос")
    await ivan.hears(
        "ОТ-2026-000001 · Запрос сведений", "⏳ Передача в отдел — до 2 декабря", "▫️ Ответ — до 25 декабря"
    )
    await olga.sees("Запрос сведений", "ОТ-2026-000001")
    await olga.sees("lebedev@example.ru")
    kept = await world.value("SELECT string_agg(coalesce(text, ''), ' ') FROM message")
    assert "Лебедев" not in kept and "lebedev" not in kept


@pytest.mark.requirement("R1", "R3", "E2")
async def test_advice_is_asked_for_from_the_menu_and_given(world: World, channel: Channel) -> None:
    """One working day: asked on Wednesday afternoon, promised for Thursday afternoon; no telephone, so in the chat."""
    olga = await world.staff("Ольга")
    anna = world.client("Анна", channel)
    await anna.starts()
    await anna.hears("Здравствуйте")
    for label in ("Все темы", "Обращения", "Консультация"):
        await anna.presses(label)
        await anna.hears_on()
    await anna.says("Держу 12 коров, хочу открыть ферму. Какую помощь выбрать")
    await anna.hears("Шаг 2 из 3", "пропустить")
    await anna.presses("Пропустить")
    await anna.hears("Шаг 3 из 3")
    await anna.says("Анна")
    await anna.hears("Проверьте", "Держу 12 коров")
    await anna.presses("Отправить")
    receipt = await anna.hears("консультация ОТ-2026-000001", "до 14:40 завтра")
    assert receipt.labels[0] == "Что с консультацией"

    await olga.sees("Консультация", "ОТ-2026-000001")
    await olga.presses("Беру")
    await anna.hears("ОТ-2026-000001", "Специалист изучает вопрос")
    await olga.answers("Вам подойдёт «Агростартап»: до 5 млн на новую ферму.")
    await anna.hears("Вам подойдёт «Агростартап»")
    await olga.presses("Закрыть")
    await anna.hears("Совет дан")
    await anna.hears("Насколько вы довольны")


@pytest.mark.requirement("R1")
async def test_an_answer_leads_to_the_service_that_fits(world: World, channel: Channel) -> None:
    pavel = world.client("Павел", channel)
    await pavel.says("статистика")
    await pavel.hears("Открытые данные")
    await pavel.presses("Запросить сведения")
    await pavel.hears("Что вы хотите узнать о работе министерства")
    await pavel.presses("Отменить")
    await pavel.hears("Черновик удал")
    await pavel.says("какие меры поддержки есть")
    await pavel.hears("Помогаем тремя способами")
    await pavel.presses("Консультация")
    await pavel.hears("О чём хотите посоветоваться")


@pytest.mark.requirement("R1", "R3")
async def test_the_same_without_a_messenger(world: World, channel: Channel) -> None:
    """Post, telephone and reception are told inside the form, which waits where it was."""
    vera = world.client("Вера", channel)
    await vera.says("запрос сведений о деятельности министерства")
    await vera.hears("Шаг 1 из 3")
    await vera.presses("Другие способы")
    await vera.hears("Письмом", "По телефону", "Шаг 1 из 3")
    await vera.says("Сколько тракторов зарегистрировано в Озёрском районе")
    await vera.hears("Шаг 2 из 3")


@pytest.mark.requirement("H1", "R3", "J1")
async def test_a_whole_form_in_english_on_the_page(world: World) -> None:
    """From the first sentence to the timeline not one Russian word, but for the number's letters."""
    john = world.client("John", Channel.PAGE)
    await john.says("I would like to request information on the ministry's work")
    await john.hears("Step 1 of 3", "It is free", "within 30 days")
    await john.says("How many farms of Ozersky district received the milk subsidy in 2025")
    await john.hears("Step 2 of 3", "No. 8-FZ")
    await john.says("Smith John")
    await john.hears("Step 3 of 3", "may be skipped")
    await john.says("not an address")
    await john.hears("does not look like an e-mail")
    await john.says("john@example.com")
    await john.hears("check that all is right", "Smith John", "john@example.com")
    await john.presses("Send")
    receipt = await john.hears("is accepted", "by 25 December", "by 16:40 today")
    assert receipt.labels[0] == "Where is my request"
    await john.presses("Where is my request")
    await john.hears("Information request", "✅ Accepted", "Passing to a department", "by 2 December")
    said = " ".join(" ".join((line.text, *line.labels)) for line in await john.lines())
    said = said.replace("ОТ-2026-000001", "")
    assert not [word for word in said.split() if any("а" <= letter <= "я" for letter in word.lower())], said


@pytest.mark.requirement("H1", "R3", "A9")
async def test_another_language_in_the_middle_of_a_form_keeps_it(world: World, channel: Channel) -> None:
    kate = world.client("Kate", channel)
    await kate.says("нужна консультация специалиста")
    await kate.hears("Шаг 1 из 3")
    await kate.says("Хочу купить трактор в лизинг, с чего начинать")
    await kate.hears("Шаг 2 из 3")
    await kate.says("In English")
    await kate.hears("Step 2 of 3", "Which number shall we call")
    await kate.presses("Skip")
    await kate.hears("Step 3 of 3")
    await kate.presses("Skip")
    await kate.hears("Хочу купить трактор в лизинг", "Telephone: not given")
    await kate.presses("Send")
    await kate.hears("consultation", "by 14:40 tomorrow")
