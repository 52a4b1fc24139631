"""Where the focus is: in the order of the screen, always to be seen, and after each act where one goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from tests.browsing import PATIENCE, Clerk, Office
from tests.scenarios.desk.callers import calls_a_person, sends_an_appeal
from tests.world import World

pytestmark = [pytest.mark.alone, pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(240)]


async def focus(clerk: Clerk) -> str:
    """What has the focus, as a person would call it; empty where nobody could see that it has."""
    return str(
        await clerk.page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return "(end)";
              const style = getComputedStyle(at), box = at.getBoundingClientRect();
              const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
              if (!seen || box.width === 0 || box.bottom <= 0 || box.top >= innerHeight) return "";
              const label = at.labels?.[0]?.textContent ?? at.ariaLabel ?? at.textContent;
              return label.trim().replace(/\\s+/g, " ");
            }"""
        )
    )


async def stops(clerk: Clerk) -> list[str]:
    """Every place that Tab comes to, from the top of the page to its end."""
    await clerk.page.reload()
    found: list[str] = []
    while len(found) < 60:
        await clerk.page.keyboard.press("Tab")
        at = await focus(clerk)
        if at == "(end)":
            break
        assert at, f"after {found}: the focus is nowhere to be seen"
        found.append(at)
    return found


def in_this_order(wanted: list[str], found: list[str]) -> None:
    places = [next((i for i, stop in enumerate(found) if word in stop), -1) for word in wanted]
    assert -1 not in places, f"{wanted}: {found}"
    assert places == sorted(places), list(zip(wanted, places, strict=True))


@pytest.mark.requirement("H3", "E7")
async def test_the_inbox_by_tab_alone(world: World, office: Office) -> None:
    """Skip link first, then bar, queue, conversation, answer, card."""
    olga = await office.clerk("Ольга", "olga", role="supervisor")
    await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    await olga.comes()
    await olga.enters("когда придёт субсидия")
    wanted = ["К содержанию", "Входящие", "Поиск в очереди", "когда придёт", "Взять", "Запросить", "Передать"]
    in_this_order([*wanted, "Закрыть", "Сообщения", "Ваш ответ", "Отправить"], await stops(olga))


@pytest.mark.requirement("H3", "E7")
async def test_after_each_act_of_the_inbox_one_goes_on_where_one_was(world: World, office: Office) -> None:
    """Taken: to the answer. Handed on: by the case. What a colleague does meanwhile moves nobody's focus away."""
    olga, boris = await office.clerk("Ольга", "olga", team="front-office"), await office.clerk("Борис", "boris")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    for one in (olga, boris):
        await one.comes()
        await one.enters("когда придёт субсидия")
    take = boris.page.get_by_role("button", name="Взять")
    await take.focus()
    await olga.page.get_by_role("button", name="Взять").press("Enter")
    await maria.hears("Разговор ведёт")
    await expect(olga.field).to_be_focused()
    await expect(take).to_have_count(0, timeout=PATIENCE)
    await expect(boris.page.locator(".case")).to_be_focused()
    hand = olga.page.locator("summary", has_text="Передать")
    await hand.press("Enter")
    await olga.page.get_by_label("Кому").select_option(label="Борис · отдел субсидий")
    await olga.page.get_by_role("button", name="Передать", exact=True).press("Enter")
    await expect(olga.page.locator(".case")).to_contain_text("Борис", timeout=PATIENCE)
    await expect(olga.page.locator(".case")).to_be_focused()
    await expect(boris.page.locator(".case")).to_contain_text("у вас", timeout=PATIENCE)
    await expect(boris.page.locator(".case")).to_be_focused()
    await boris.types("До 5 декабря.")
    await boris.sends()
    await maria.hears("До 5 декабря.")
    await expect(boris.field).to_be_focused()
    close = boris.page.locator("summary", has_text="Закрыть")
    await close.press("Enter")
    await boris.page.keyboard.press("Escape")
    await expect(close).to_be_focused()
    await close.press("Enter")
    await boris.page.get_by_role("button", name="Вопрос решён").press("Enter")
    await expect(boris.page.locator(".case")).to_contain_text("закрыт", timeout=PATIENCE)
    await expect(boris.page.locator(".case")).to_be_focused()
    await boris.page.get_by_role("button", name="Открыть снова").press("Enter")
    await expect(boris.page.locator("summary", has_text="Закрыть")).to_be_visible(timeout=PATIENCE)
    await expect(boris.field).to_be_focused()


@pytest.mark.requirement("H3", "J1")
async def test_the_page_of_a_request_by_tab_alone(world: World, office: Office) -> None:
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = world.client("Мария", Channel.TELEGRAM)
    await sends_an_appeal(maria, "Второй месяц не приходит субсидия на молоко")
    await olga.comes()
    await olga.opens("/desk/requests/1")
    wanted = ["К содержанию", "Входящие", "Заявки", "Ольга", "К разговору", "Передача в отдел", "Перевести и сообщить"]
    in_this_order(wanted, await stops(olga))
    await olga.page.get_by_role("radio", name="Отказ").check()
    await olga.page.get_by_label("Почему отказ").fill("Не тот район")
    in_this_order(["К разговору", "Отказ", "Почему отказ", "Что сделать клиенту", "Перевести"], await stops(olga))


@pytest.mark.requirement("H3", "J2", "J3")
async def test_after_a_move_the_focus_is_at_what_came_of_it(world: World, office: Office) -> None:
    """Moved: at the word that it was. Not moved: at the reason why, beside what was written."""
    olga, boris = await office.clerk("Ольга", "olga", team="front-office"), await office.clerk("Борис", "boris")
    maria = world.client("Мария", Channel.TELEGRAM)
    await sends_an_appeal(maria, "Второй месяц не приходит субсидия на молоко")
    await olga.comes()
    await olga.opens("/desk/requests/1")
    page = olga.page
    await page.get_by_role("radio", name="Готовим ответ").press("Space")
    await page.get_by_role("button", name="Перевести").press("Enter")
    await maria.hears("Готовим ответ")
    moved = page.get_by_role("status").filter(has_text="Этап изменён")
    await expect(moved).to_be_focused()
    await page.get_by_role("radio", name="Отказ").press("Space")
    await page.get_by_label("Почему отказ").fill("Не тот район")
    await page.get_by_label("Что сделать клиенту").fill(" ")
    await page.get_by_role("button", name="Перевести").press("Enter")
    trouble = page.get_by_role("alert")
    await expect(trouble).to_be_focused()
    await expect(trouble).to_be_in_viewport()
    await expect(moved).to_have_count(0)
    await olga.pictures("desk-not-moved")
    await boris.comes()
    await boris.enters("ОТ-2026-000001")
    await boris.reads("Клиент", "Отправить")
    await boris.types("Ищем ваш платёж.")
    await boris.sends()
    await maria.hears("Ищем ваш платёж.")
    await page.get_by_label("Что сделать клиенту").fill("Подайте в своём районе.")
    await page.get_by_role("button", name="Перевести").press("Enter")
    await expect(trouble).to_contain_text("Борис")
    await expect(trouble).to_be_focused()
    await expect(page.get_by_label("Почему отказ")).to_have_value("Не тот район")
    await page.get_by_role("button", name="Перевести").press("Enter")
    await maria.hears("Подайте в своём районе")
    await expect(moved).to_be_focused()
    assert await page.evaluate("Object.keys(localStorage).length") == 0
