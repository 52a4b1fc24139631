"""The agency's page as a person uses it: a real worker, a real browser, staff in their Telegram group.

With ``OTKLIK_PICTURES=<folder>`` the screens that the README shows are kept there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Error, Locator, Page, async_playwright, expect

from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = os.environ.get("OTKLIK_PICTURES")
PATIENCE = 10_000
"""Milliseconds that a person waits for something to appear."""


class Browsing:
    """Мария at the page: a telephone's width, Russian, the clock of the story."""

    def __init__(self, world: World, page: Page) -> None:
        self.world, self.page = world, page
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", self._failed)

    async def opens(self) -> None:
        await self.page.goto(self.world.url)
        await self.page.locator("#log:not([aria-busy])").wait_for(state="attached")

    async def reads(self, *parts: str) -> Locator:
        """Waits until the newest message of the assistant holds all parts."""
        newest = self.page.locator(".theirs").last
        for part in parts:
            await expect(newest).to_contain_text(part, timeout=PATIENCE)
        return newest

    async def writes(self, text: str) -> None:
        """By keyboard, wherever the focus stands: the field is asked for by its name."""
        await self.page.get_by_role("textbox", name="Ваше сообщение").focus()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    async def presses(self, label: str) -> None:
        """Clicks the newest button with this label."""
        await self.page.get_by_role("button", name=label, exact=True).last.click()

    async def reaches(self, label: str) -> None:
        """By keyboard alone: back from the field to a button, and Enter."""
        await self.page.get_by_role("textbox", name="Ваше сообщение").focus()
        for _ in range(20):
            await self.page.keyboard.press("Shift+Tab")
            focused = self.page.locator(":focus")
            if await focused.inner_text() == label:
                await expect(focused).to_have_css("outline-style", "solid")
                await self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"the keyboard does not reach «{label}»")

    async def conversation(self) -> list[str]:
        """Both sides, oldest first."""
        return await self.page.locator(".message .text").all_inner_texts()

    async def pictures(self, name: str) -> None:
        """Keeps the screen for the README, if asked to."""
        if PICTURES:
            await self.page.wait_for_timeout(400)
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    def _failed(self, error: Error) -> None:
        self.faults.append(str(error))


@pytest_asyncio.fixture
async def maria(world: World) -> AsyncIterator[Browsing]:
    """A new visitor of the page; whatever fails in her browser fails the story."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found, args=ARGS)
        context = await chromium.new_context(
            locale="ru-RU",
            timezone_id="Europe/Moscow",
            viewport={"width": 390, "height": 780},
            device_scale_factor=2 if PICTURES else 1,
        )
        await context.clock.install(time=world.clock())
        browsing = Browsing(world, await context.new_page())
        yield browsing
        await chromium.close()
        assert browsing.faults == []


@pytest.mark.requirement("T3", "T8", "A1", "A7", "A9", "R3", "R6", "R7", "J1", "S5")
async def test_maria_asks_and_sends_an_appeal(maria: Browsing, world: World) -> None:
    """Greeting, a typed question, an appeal up to its receipt, a reload, and where it stands."""
    await maria.opens()
    await maria.reads("Здравствуйте", "круглосуточно", "сохраняем")
    await maria.writes("как палучить грант агростартап")
    answer = await maria.reads("Агростартап", "1–30 апреля")
    assert len(await answer.locator(".text").inner_text()) <= 350
    await expect(maria.page.locator(".own .delivery").last).to_contain_text("Доставлено")
    await maria.pictures("chat")
    await maria.reaches("Подробнее")
    await maria.reads("Кто может получить", "На что тратить")

    await maria.writes("хочу написать обращение")
    await maria.reads("Шаг 1 из 5", "30 дней")
    await maria.reaches("Жалоба")
    await maria.reads("Шаг 2 из 5")
    await maria.writes("сколько дней ждать ответ на обращение?")
    await maria.reads("Вернёмся к анкете", "Шаг 2 из 5")
    await expect(maria.page.locator(".theirs").nth(-2)).to_contain_text("30 дней")
    await maria.writes("Второй месяц не приходит субсидия на молоко")
    await maria.reads("Шаг 3 из 5", "можно пропустить")
    await maria.pictures("form")
    await maria.presses("Пропустить")
    await maria.reads("Шаг 4 из 5")
    await maria.writes("Кузнецова Мария")
    await maria.reads("Шаг 5 из 5")
    await maria.writes("восемь девятьсот")
    await maria.reads("Не похоже на телефон", "Шаг 5 из 5")
    await maria.presses("Пропустить")
    await maria.reads("Проверьте", "Кузнецова Мария", "Телефон: не указано")
    await maria.presses("Отправить")
    receipt = await maria.reads("принято", "до 25 декабря", "до 16:40 сегодня")
    await expect(receipt.get_by_role("button", name=re.compile("^ОТ-2026-000001"))).to_be_visible()

    said = await maria.conversation()
    await maria.page.locator("#text").fill("ещё хочу добавить, что")
    await maria.page.reload()
    await maria.reads("принято")
    kept = await maria.conversation()
    named = [place for place, text in enumerate(said) if text in ("Кузнецова Мария", "восемь девятьсот")]
    assert [text for place, text in enumerate(kept) if place in named] == ["Личные данные, храним отдельно"] * 2
    assert [t for i, t in enumerate(kept) if i not in named] == [t for i, t in enumerate(said) if i not in named]
    await expect(maria.page.locator("#text")).to_have_value("ещё хочу добавить, что")

    await maria.presses("Где моё обращение")
    await maria.reads("ОТ-2026-000001", "✅ Принято — 25 ноября, 14:4", "▫️ Ответ — до 25 декабря", "ничего не нужно")
    await maria.page.locator("#text").fill("")
    await maria.pictures("status")
    assert await world.value("SELECT count(*) FROM request") == 1


@pytest.mark.requirement("T3", "T8", "E1", "E6", "F1")
async def test_maria_calls_a_person(maria: Browsing, world: World) -> None:
    """She reads a person's answer without reloading, writes back, and gives a score by keyboard."""
    olga = await world.staff("Ольга")
    await maria.opens()
    await maria.reads("Здравствуйте")
    await maria.presses("Позвать сотрудника")
    await maria.reads("Передал сотруднику", "до 16:4", "сегодня")
    await maria.writes("не приходит субсидия на молоко, уже второй месяц")
    await olga.sees("Просит сотрудника", "страница министерства")
    await olga.sees("не приходит субсидия")

    await olga.presses("Беру")
    await maria.reads("Разговор ведёт сотрудник приёмной")
    await olga.answers("Добрый день! Назовите, пожалуйста, месяц, за который не пришли деньги.")
    await maria.reads("Назовите, пожалуйста, месяц")
    await maria.writes("за сентябрь")
    await olga.sees("Клиент: за сентябрь")
    await olga.answers("Выплата одобрена, деньги придут до 5 декабря.")
    await maria.reads("деньги придут до 5 декабря")
    await maria.pictures("person")

    await olga.presses("Закрыть")
    await maria.reads("Сотрудник ответил и закрыл вопрос", "Насколько вы довольны")
    await maria.reaches("5")
    await maria.reads("Спасибо за оценку")
    assert await world.value("SELECT value FROM score") == 5
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 0


@pytest.mark.requirement("T3", "S5")
async def test_maria_loses_her_connection(maria: Browsing, world: World) -> None:
    """What she writes meanwhile is kept, shown as kept, and sent once when the line is back."""
    await maria.opens()
    await maria.reads("Здравствуйте")
    await maria.page.context.set_offline(True)
    await maria.writes("когда министерство работает")
    sign = maria.page.locator(".own .delivery").last
    await expect(sign).to_contain_text("отправим сами", timeout=PATIENCE)
    await maria.page.context.set_offline(False)
    await maria.reads("9:00")
    await expect(sign).to_contain_text("Доставлено")
    assert await world.value("SELECT count(*) FROM message WHERE text = 'когда министерство работает'") == 1


@pytest.mark.requirement("T3", "H1")
async def test_maria_changes_the_language(maria: Browsing) -> None:
    """The page's own switch turns the assistant too; the conversation stays."""
    await maria.opens()
    await maria.reads("Здравствуйте")
    await maria.page.get_by_role("link", name=re.compile("English")).click()
    await maria.reads("Здравствуйте")
    await maria.presses("Меры поддержки")
    await maria.reads("Support measures", "Grants")
    await expect(maria.page.get_by_role("textbox", name="Your message")).to_be_visible()
