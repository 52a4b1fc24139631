"""Canned answers, rules for untypical messages, telephone scripts and rules for comments stand where staff write."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from tests.browsing import Office
from tests.console.house import House
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.browser
@pytest.mark.requirement("K9")
async def test_a_rule_is_shown_for_a_message_out_of_the_common(world: World, office: Office) -> None:
    """A journalist writes; Ольга sees the rule for it, takes its words, finds a canned answer, and sends."""
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("/start")
    await ivan.hears("помощник")
    await ivan.presses("Позвать сотрудника")
    await ivan.hears("сотрудник")
    await ivan.says("Добрый день, я журналист из газеты, нужен ответ сегодня")
    olga = await office.clerk("Ольга", "olga", team="front-office")
    await olga.comes()
    await olga.enters("журналист")
    panel = olga.page.locator("#guides")
    await expect(panel.locator("summary").first).to_contain_text("Пишет журналист")
    await panel.locator("summary").first.click()
    await expect(panel.get_by_text("отвечает пресс-служба").first).to_be_visible()
    await olga.pictures("guides")
    await panel.get_by_label("Найти в правилах").fill("пресс-служба")
    await expect(panel.get_by_text("Оскорбления и угрозы").first).to_be_hidden()
    await panel.get_by_label("Найти в правилах").press("Enter")
    await panel.get_by_role("button", name="Вставить в ответ").click()
    await expect(olga.field).to_be_focused()
    await olga.sends()
    await ivan.hears("Журналистам отвечает пресс-служба")
    await olga.types("/")
    await olga.page.get_by_label("Найти готовый ответ").fill("передали")
    await expect(olga.page.locator("#template-list li").first).to_contain_text("заготовка")
    await olga.page.keyboard.press("Enter")
    await expect(olga.field).to_have_value(re.compile("^Передала ваш вопрос"))


@pytest.mark.requirement("K9")
async def test_they_have_owners_and_review_dates(house: House) -> None:
    """The list at the desk: all four kinds, by team and by what is due."""
    olga = await house.seated("olga")
    page = await olga.gets("/desk/guidance")
    for shown in ("Пишет журналист", "Передали в отдел", "Входящий звонок", "комментарий скрываем", "1 июня 2027"):
        assert shown in page.text
    livestock = (await olga.gets("/desk/guidance?owner=livestock-department")).text
    assert "Врач выезжает" in livestock
    assert "Входящий звонок" not in livestock
    assert "Ничего не подошло" in (await olga.gets("/desk/guidance?show=overdue")).text
