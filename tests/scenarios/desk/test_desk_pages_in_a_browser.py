"""Requests and the register of staff at the desk, in real browsers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from bot.usecases.first_link import first_link
from tests.browsing import Office
from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.requirement("J2", "J3", "S2")
async def test_a_request_is_refused_with_a_reason_and_a_way_on(world: World, office: Office) -> None:
    """Found in the list, read with its personal values, refused; the client hears why and what to do."""
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = world.client("Мария", Channel.TELEGRAM)
    await maria.starts()
    await maria.says("хочу написать обращение")
    await maria.hears("Шаг 1")
    await maria.presses("Жалоба")
    await maria.hears("Шаг 2")
    await maria.says("Второй месяц не приходит субсидия на молоко")
    await maria.hears("Шаг 3")
    await maria.presses("Пропустить")
    await maria.hears("Шаг 4")
    await maria.says("Кузнецова Мария")
    await maria.hears("Шаг 5")
    await maria.presses("Пропустить")
    await maria.hears("Проверьте")
    await maria.presses("Отправить")
    await maria.hears("принято")
    await olga.comes()
    await olga.page.get_by_role("link", name="Заявки").click()
    await olga.pictures("desk-requests")
    await olga.page.get_by_role("link", name=re.compile("^ОТ-2026-000001")).click()
    await expect(olga.page.get_by_text("Кузнецова Мария")).to_be_visible()
    await olga.page.get_by_label("Готовим ответ").check()
    await olga.presses("Перевести и сообщить клиенту")
    await maria.hears("Готовим ответ")
    await expect(olga.page.locator(".timeline")).to_contain_text("Ольга")
    await olga.page.reload()
    await olga.pictures("desk-request", readme=620)
    await olga.page.get_by_role("radio", name="Отказ").check()
    await olga.page.get_by_label("Почему отказ").fill("Молоко сдано не в нашем районе.")
    await olga.page.reload()
    await expect(olga.page.get_by_label("Почему отказ")).to_have_value("Молоко сдано не в нашем районе.")
    await olga.page.get_by_label("Что сделать клиенту").fill("Подайте заявку в своём районе до 1 марта.")
    await olga.pictures("desk-refusal")
    await olga.presses("Перевести и сообщить клиенту")
    await maria.hears("Молоко сдано не в нашем районе", "Подайте заявку в своём районе")
    await expect(olga.page.get_by_role("button", name="Перевести")).to_have_count(0)
    looks = await world.value("SELECT count(*) FROM audit WHERE verb = 'desk.personal'")
    assert looks >= 1


@pytest.mark.requirement("S2", "S4")
async def test_the_first_administrator_lets_a_colleague_in(world: World, office: Office) -> None:
    """By a one-time link each; the colleague has no pages of administrators, and is out once deactivated."""
    token = await first_link(world.runtime.db, "Анна", "front-office", world.clock())
    anna, boris = await office.stranger("Анна", "admin"), await office.stranger("Борис", "boris")
    await anna.opens(f"/desk/link?t={token}")
    for field in ("Новый пароль", "Ещё раз"):
        await anna.page.get_by_label(field).fill("три слова подряд")
    await anna.presses("Сохранить и войти")
    await anna.page.get_by_role("link", name="Сотрудники").click()
    await anna.page.get_by_text("Добавить сотрудника").click()
    await anna.page.get_by_label("Имя", exact=True).fill("Борис")
    await anna.page.get_by_label("Логин", exact=True).fill("boris")
    await anna.presses("Добавить и создать ссылку")
    link = await anna.page.get_by_label("Одноразовая ссылка").input_value()
    await anna.pictures("desk-staff")
    await boris.page.goto(link)
    await boris.pictures("desk-link")
    for field in ("Новый пароль", "Ещё раз"):
        await boris.page.get_by_label(field).fill("другие три слова")
    await boris.presses("Сохранить и войти")
    await expect(boris.page.locator(".menu summary", has_text="Борис")).to_be_visible()
    await expect(boris.page.get_by_role("link", name="Сотрудники")).to_have_count(0)
    await anna.page.locator("li.card", has_text="Борис").get_by_role("button", name="Отключить").click()
    await boris.page.reload()
    await expect(boris.page.get_by_label("Логин")).to_be_visible()
    await boris.pictures("desk-sign-in")
    await anna.page.get_by_role("link", name="Журнал").click()
    await expect(anna.page.get_by_text("staff.deactivated")).to_be_visible()
    await anna.pictures("desk-audit")
