"""What stays open at the desk stays true: the card, older messages, another body, a client who was erased."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from bot.usecases.erase_client import StillOwed, erase_client
from tests.browsing import PATIENCE, Office
from tests.scenarios.desk.callers import calls_a_person
from tests.scenarios.desk.clerk import clerk
from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.requirement("E7", "J1")
async def test_another_body_is_asked_by_keyboard(world: World, office: Office) -> None:
    """Chosen by its first letters, with its usual day; the client hears of it, the queue and the request show it."""
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "границы участка неверные")
    await olga.comes()
    await olga.enters("границы участка неверные")
    menu = olga.page.locator("summary", has_text="Запросить")
    await menu.focus()
    await olga.page.keyboard.press("Enter")
    await olga.page.keyboard.press("Tab")
    await expect(olga.page.get_by_label("Кого запросили")).to_be_focused()
    await olga.page.keyboard.type("Росреестр")
    await expect(olga.page.get_by_label("Ответ до")).to_have_value("2026-12-02")
    await olga.page.get_by_label("О чём, для своих").fill("где проходит граница")
    await olga.pictures("desk-ask-body")
    await olga.page.get_by_role("button", name="Отметить и сообщить клиенту").press("Enter")
    await maria.hears("Запросили: Росреестр", "2 декабря")
    await olga.reads("Ольга", "запрос в ведомство: Росреестр")
    await olga.reads("Заметка", "где проходит граница")
    await olga.sees_in_queue("границы участка", "Росреестр", "пауза")
    await olga.pictures("desk-waits")
    await olga.page.locator(".waits summary", has_text="Ответили").click()
    await olga.page.get_by_label("Что ответили, для своих").fill("граница по реке")
    await olga.page.get_by_role("button", name="Записать ответ").click()
    await maria.hears("Ответ пришёл: Росреестр")
    await olga.reads("пришёл ответ: Росреестр")
    await expect(olga.page.locator(".waits")).to_have_count(0)


@pytest.mark.requirement("E7")
async def test_two_people_ask_a_body_the_second_keeps_his_words(world: World, office: Office) -> None:
    olga, boris = await office.clerk("Ольга", "olga"), await office.clerk("Борис", "boris")
    maria = await calls_a_person(world, Channel.VK, "Мария", "границы участка неверные")
    for one in (olga, boris):
        await one.comes()
        await one.enters("границы участка неверные")
        await one.page.locator("summary", has_text="Запросить").click()
        await one.page.get_by_label("Кого запросили").fill("Росреестр")
        await one.page.get_by_label("О чём, для своих").fill(f"вопрос: {one.name}")
    await olga.presses("Отметить и сообщить клиенту")
    await maria.hears("Запросили: Росреестр")
    await boris.presses("Отметить и сообщить клиенту")
    await boris.is_warned("Ольга", "запрос в ведомство: Росреестр")
    await expect(boris.page.get_by_label("О чём, для своих")).to_have_value("вопрос: Борис")
    await maria.hears_nothing()


@pytest.mark.requirement("E6", "F1")
async def test_the_clients_card_follows_the_conversation(world: World, office: Office) -> None:
    """A score given after the case was closed appears on the open card by itself."""
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    await olga.comes()
    await olga.enters("когда придёт субсидия")
    card = olga.page.get_by_role("complementary", name="Клиент")
    await expect(card).to_contain_text("Пока нет")
    await olga.types("До 5 декабря.")
    await olga.sends()
    await maria.hears("До 5 декабря.")
    await olga.page.locator("summary", has_text="Закрыть").click()
    await olga.presses("Вопрос решён")
    await maria.hears("Насколько вы довольны")
    await expect(card).to_contain_text("закрыт", timeout=PATIENCE)
    await maria.presses("4")
    await maria.hears("Спасибо за оценку")
    await expect(card.get_by_role("img", name="4 из 5")).to_be_visible(timeout=PATIENCE)


@pytest.mark.requirement("E6", "E7")
async def test_older_messages_of_a_long_conversation(world: World, office: Office) -> None:
    """By keyboard, then by scrolling up; what was being read stays in sight, and new words still come in live."""
    olga = await office.clerk("Ольга", "olga")
    maria = await calls_a_person(world, Channel.VK, "Мария", "самое первое слово")
    address = await world.value('SELECT address_id FROM "case"')
    await world.value(
        "INSERT INTO message (address_id, direction, at, text, release) "
        "SELECT $1, 'in', $2, 'слово ' || n, 1 FROM generate_series(1, 250) AS n RETURNING 1",
        address,
        world.clock(),
    )
    await olga.comes()
    await olga.enters("слово 250")
    log = olga.page.locator(".log")
    await expect(log.get_by_text("слово 151", exact=True)).to_have_count(1)
    await expect(log.get_by_text("слово 150", exact=True)).to_have_count(0)
    wish = olga.page.get_by_role("link", name="Показать более ранние")
    await wish.focus()
    await olga.page.keyboard.press("Enter")
    await expect(log.get_by_text("слово 51", exact=True)).to_have_count(1)
    await expect(wish).to_be_focused()
    await log.evaluate("(log) => { log.scrollTop = 900; }")
    await olga.page.wait_for_timeout(100)
    await log.evaluate("(log) => { log.scrollTop = 0; }")
    await expect(log.get_by_text("самое первое слово", exact=True)).to_have_count(1)
    await expect(wish).to_have_count(0)
    assert await log.evaluate("(log) => log.scrollTop") > 0, "what was at the top is still in sight"
    await maria.says("ещё одно слово")
    await expect(log.get_by_text("ещё одно слово", exact=True)).to_have_count(1, timeout=PATIENCE)
    await expect(log.get_by_text("самое первое слово", exact=True)).to_have_count(1)


@pytest.mark.requirement("S1", "E7")
async def test_a_client_is_erased_while_his_conversation_is_open(world: World, office: Office) -> None:
    """Owed an answer, he stays; once closed, the open page shows nothing of him, and an answer says why it can't go."""
    olga, chief = await office.clerk("Ольга", "olga", team="front-office"), await clerk(world, "Анна")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "тайна усадьбы Берёзки")
    key = f"telegram:{maria.id}"
    await olga.comes()
    await olga.enters("тайна усадьбы Берёзки")
    with pytest.raises(StillOwed):
        await erase_client(world.runtime.db, key, actor="cli", now=world.clock())
    address = (await chief.queue())[0].address
    await chief.opens(address)
    await chief.answers("Разобрались.")
    await maria.hears("Разобрались")
    await chief.opens(address)
    await chief.closes(ask_score=False)
    await maria.hears("закрыл вопрос")
    await erase_client(world.runtime.db, key, actor="cli", now=world.clock())
    await olga.types("Здравствуйте")
    await olga.sends()
    await expect(olga.page.locator("#trouble")).to_be_visible(timeout=PATIENCE)
    await expect(olga.field).to_have_value("Здравствуйте")
    await olga.page.reload()
    await expect(olga.page.get_by_text("Берёзки")).to_have_count(0)
