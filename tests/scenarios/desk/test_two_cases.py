"""A client with a request who also calls a person: two cases in one conversation, each led by itself."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, Route, expect

from bot.domain.messages import Channel
from tests.browsing import PATIENCE, Clerk, Office
from tests.people import Client
from tests.scenarios.desk.callers import sends_an_appeal
from tests.world import World

pytestmark = [pytest.mark.alone, pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(240)]

CASES = ".cases > .case"


async def with_two_cases(world: World) -> Client:
    """She complains in writing, and half an hour later wants to talk to somebody."""
    maria = world.client("Мария", Channel.TELEGRAM)
    await sends_an_appeal(maria, "Второй месяц не приходит субсидия на молоко")
    await world.passes(minutes=30)
    await maria.says("позовите сотрудника")
    await maria.hears("Передал сотруднику")
    return maria


def case(clerk: Clerk, about: str) -> Locator:
    return clerk.page.locator(CASES, has_text=about)


@pytest.mark.requirement("E6", "E7")
async def test_each_of_two_cases_has_its_own_name_term_and_controls(world: World, office: Office) -> None:
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = await with_two_cases(world)
    await olga.comes()
    await olga.enters("ОТ-2026-000001")
    appeal, talk = case(olga, "ОТ-2026-000001"), case(olga, "Просит сотрудника")
    await expect(olga.page.locator(CASES)).to_have_count(2)
    await expect(appeal).to_contain_text("Обращение")
    assert await appeal.locator(".chip").inner_text() != await talk.locator(".chip").inner_text()
    for one in (appeal, talk):
        for name in ("Взять", "Запросить", "Передать", "Закрыть"):
            await expect(one.get_by_text(name, exact=True).first).to_be_visible()
    card = olga.page.get_by_role("complementary", name="Клиент")
    await expect(card.get_by_role("link", name="Просит сотрудника")).to_be_visible()
    await card.get_by_role("link", name="ОТ-2026-000001 · Обращение").click()
    await expect(appeal).to_be_focused()
    await olga.pictures("desk-two-cases")

    await talk.get_by_role("button", name="Взять").press("Enter")
    await maria.hears("Разговор ведёт")
    await expect(olga.field).to_be_focused()
    await expect(talk.get_by_role("button", name="Взять")).to_have_count(0)
    await expect(talk).to_contain_text("у вас")
    await expect(appeal).to_contain_text("свободен")

    ask = appeal.locator("summary", has_text="Запросить")
    await ask.press("Enter")
    await appeal.get_by_label("Кого запросили").fill("Росреестр")
    await appeal.get_by_role("button", name="Отметить и сообщить клиенту").press("Enter")
    await maria.hears("Запросили: Росреестр")
    await expect(appeal).to_contain_text("Росреестр")
    await expect(talk).not_to_contain_text("Росреестр")
    await expect(ask).to_be_focused()

    await olga.types("Деньги придут до 5 декабря.")
    await olga.sends()
    await maria.hears("Деньги придут до 5 декабря.")
    for one in (appeal, talk):
        await expect(one.locator(".chip").first).to_contain_text("отвечен", timeout=PATIENCE)
    await talk.locator("summary", has_text="Закрыть").press("Enter")
    await talk.get_by_role("button", name="Вопрос решён").press("Enter")
    await maria.hears("Насколько вы довольны")
    await expect(olga.page.locator(CASES)).to_have_count(1)
    await expect(appeal).to_be_visible()
    await expect(olga.field).to_be_focused()
    await olga.sees_in_queue("ОТ-2026-000001")
    await expect(olga.page.locator(".row-link")).to_have_count(1)


@pytest.mark.requirement("E7", "S2")
async def test_one_leads_only_the_case_of_his_own_team(world: World, office: Office) -> None:
    """Both are shown to everybody; what a colleague of another team has taken can't be closed or handed on."""
    boris = await office.clerk("Борис", "boris", team="livestock-department")
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = await with_two_cases(world)
    for one in (olga, boris):
        await one.comes()
        await one.enters("ОТ-2026-000001")
    await case(olga, "ОТ-2026-000001").get_by_role("button", name="Взять").press("Enter")
    await maria.hears("Готовим ответ")
    talk = case(olga, "Просит сотрудника")
    await talk.locator("summary", has_text="Передать").press("Enter")
    await talk.get_by_label("Кому").select_option(label="отдел животноводства и ветеринарии")
    await talk.get_by_role("button", name="Передать").press("Enter")
    talk, appeal = case(boris, "Просит сотрудника"), case(boris, "ОТ-2026-000001")
    await expect(talk).to_contain_text("животноводства", timeout=PATIENCE)
    await expect(appeal).to_contain_text("Ольга")
    for name, of_another in (("Закрыть", 0), ("Передать", 0), ("Запросить", 1)):
        await expect(talk.locator("summary", has_text=name)).to_have_count(1)
        await expect(appeal.locator("summary", has_text=name)).to_have_count(of_another)


@pytest.mark.requirement("E6", "E7")
async def test_what_is_begun_while_an_act_is_on_its_way_stays(world: World, office: Office) -> None:
    """Her line is slow: she takes one case and at once writes in a menu of the other, which must not close on her."""
    olga = await office.clerk("Ольга", "olga", team="front-office")
    maria = await with_two_cases(world)
    await olga.comes()
    await olga.enters("ОТ-2026-000001")
    appeal, talk = case(olga, "ОТ-2026-000001"), case(olga, "Просит сотрудника")
    arrived = asyncio.Event()

    async def slowly(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await olga.page.route("**/live/conversation/**", slowly)
    await appeal.get_by_role("button", name="Взять").press("Enter")
    await maria.hears("Готовим ответ")
    await talk.locator("summary", has_text="Запросить").press("Enter")
    body, question = talk.get_by_label("Кого запросили"), talk.get_by_label("О чём, для своих")
    await body.fill("Росреестр")
    await question.press_sequentially("Чей это уча")
    arrived.set()
    await expect(appeal).to_contain_text("у вас", timeout=PATIENCE)
    await expect(body).to_have_value("Росреестр")
    await expect(question).to_be_focused()
    await olga.page.keyboard.type("сток?")
    await expect(question).to_have_value("Чей это участок?")
    await talk.get_by_role("button", name="Отметить и сообщить клиенту").press("Enter")
    await maria.hears("Запросили: Росреестр")
    await expect(talk).to_contain_text("Росреестр")
    await expect(question).to_be_hidden()
