"""The client's page in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Route, expect

from bot.domain.messages import Mark, Rendered, RenderedButton, Style
from tests.channels.page_stub import House, serve
from tests.channels.page_visit import Arrive, replies

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]

NASTY = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>&amp;'


async def test_first_contact_greets_once_and_a_reload_keeps_the_conversation(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await expect(visit.page.locator(".theirs")).to_have_count(1)
    await visit.write("где моя заявка")
    await expect(visit.page.locator(".theirs")).to_have_count(2)
    before = await visit.shown()
    await visit.page.reload()
    await expect(visit.page.locator(".message")).to_have_count(3)
    assert await visit.shown() == before == ["Здравствуйте!", "где моя заявка", "Ответ: где моя заявка"]
    assert [row.payload["kind"] for row in visit.house.stored] == ["start", "text"]
    await visit.until(lambda: visit.house.acknowledged.get(visit.visitor) == 4)


async def test_whatever_is_written_is_text_and_never_markup(arrive: Arrive) -> None:
    rows = ((RenderedButton(NASTY, "x"), RenderedButton("Сайт", link="javascript:window.hit=1")),)
    visit = await arrive(House(answer=lambda i: [Rendered(NASTY, (Mark(0, 9, Style.BOLD),), rows)]))
    await visit.open()
    await visit.write(NASTY)
    await expect(visit.page.locator(".message")).to_have_count(3)
    assert await visit.shown() == [NASTY, NASTY, NASTY]
    await visit.page.locator(".option").nth(3).click()
    assert await visit.page.evaluate("window.hit") is None
    assert await visit.page.locator("#log img, #log script, a[href^=javascript]").count() == 0
    assert await visit.page.locator(".theirs .option").first.inner_text() == NASTY


async def test_what_is_written_offline_is_sent_once_when_the_server_is_back(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.served.stop()
    await visit.write("первое")
    await visit.write("второе")
    await expect(visit.page.locator("[data-state=waiting]").first).to_be_visible()
    await expect(visit.page.locator("#state")).to_contain_text("reconnecting")
    await visit.restart()
    await expect(visit.page.locator("[data-state=delivered]")).to_have_count(2)
    await expect(visit.page.locator(".message")).to_have_count(5)
    assert visit.house.texts_stored == ["первое", "второе"]
    assert (await visit.shown())[1:] in (
        ["первое", "второе", "Ответ: первое", "Ответ: второе"],
        ["первое", "Ответ: первое", "второе", "Ответ: второе"],
    )
    await expect(visit.page.locator("#state")).to_be_hidden()
    await visit.page.reload()
    await expect(visit.page.locator(".message")).to_have_count(5)
    assert visit.house.texts_stored == ["первое", "второе"]


async def test_unsent_words_outlive_the_page(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.page.route("**/chat/messages", lambda route: route.abort())
    await visit.write("не потеряйте меня")
    await expect(visit.page.locator("[data-state=waiting]")).to_have_count(1)
    await visit.page.locator("#text").fill("и этот черновик\nтоже")
    await visit.page.reload()
    await expect(visit.page.locator("#text")).to_have_value("и этот черновик\nтоже")
    await expect(visit.page.locator("[data-state=waiting]")).to_have_count(1)
    await visit.page.unroute("**/chat/messages")
    await expect(visit.page.locator(".message")).to_have_count(3)
    assert visit.house.texts_stored == ["не потеряйте меня"]


@pytest.mark.parametrize("echo", [True, False], ids=["shown by the stream", "not shown yet"])
async def test_an_answer_lost_on_the_way_makes_no_second_message(arrive: Arrive, echo: bool) -> None:
    visit = await arrive(House(answer=replies, echo=echo))
    await visit.open()
    lost: list[Route] = []

    async def lose_first(route: Route) -> None:
        if lost:
            await route.continue_()
        else:
            lost.append(route)
            await route.fetch()
            await route.abort()

    await visit.page.route("**/chat/messages", lose_first)
    await visit.write("один раз")
    await expect(visit.page.locator("[data-state=delivered]")).to_have_count(1)
    await expect(visit.page.locator(".message")).to_have_count(3)
    assert visit.house.texts_stored == ["один раз"]
    assert visit.house.attempts == 3 or echo


async def test_the_same_words_twice_are_two_messages(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    for count in (1, 2, 3):
        await visit.write("да")
        await expect(visit.page.locator(".own[data-state=delivered]")).to_have_count(count)
        await expect(visit.page.locator(".theirs")).to_have_count(count + 1)
    await visit.page.reload()
    await expect(visit.page.locator(".message")).to_have_count(7)
    await visit.write("да")
    await expect(visit.page.locator(".message")).to_have_count(9)
    assert visit.house.texts_stored == ["да"] * 4


async def test_a_flood_is_slowed_and_nothing_of_it_lost(arrive: Arrive) -> None:
    house = House(answer=lambda incoming: [])
    visit = await arrive(house)
    await visit.served.stop()
    visit.served = await serve(replace(house.ports(), burst=3, rate=4), visit.served.port)
    await visit.open()
    words = [f"слово {n}" for n in range(6)]
    for word in words:
        await visit.write(word)
    await expect(visit.page.locator("[data-state=delivered]")).to_have_count(6)
    assert house.texts_stored == words


async def test_a_browser_that_lost_its_cookie_gets_a_new_one_and_its_words_arrive(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.context.clear_cookies()
    await visit.write("вы меня слышите?")
    await visit.until(lambda: visit.house.texts_stored == ["вы меня слышите?"])
    assert len(visit.house.rows) == 2


async def test_words_that_the_server_refuses_can_be_written_anew(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.page.route("**/chat/messages", lambda r: r.fulfill(status=422, json={"error": "error_long"}))
    await visit.write("слишком длинно")
    failed = visit.page.locator("[data-state=failed] .delivery")
    await expect(failed).to_contain_text("failed. error_long")
    await visit.page.reload()
    await expect(failed).to_contain_text("failed. error_long")
    await visit.page.locator(".edit").click()
    await expect(visit.page.locator("#text")).to_have_value("слишком длинно")
    await expect(visit.page.locator(".own")).to_have_count(0)


async def test_too_long_a_text_stays_in_the_field(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.write("я" * 20_001)
    await expect(visit.page.locator("#state")).to_contain_text("error_long")
    assert len(await visit.page.locator("#text").input_value()) == 20_001
    assert visit.house.texts_stored == []


async def test_buttons_post_their_action_and_older_ones_still_work(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.page.get_by_role("button", name="Моя заявка").click()
    await expect(visit.page.locator(".theirs").last).to_contain_text("Ответ: Моя заявка")
    pressed = visit.house.stored[-1].payload
    assert (pressed["kind"], pressed["action"], pressed["language"]) == ("button", "mine", "ru")
    await visit.house.say(visit.visitor, Rendered("Ещё", rows=((RenderedButton("Новая", "new"),),)))
    await expect(visit.page.locator(".newest")).to_contain_text("Новая")
    await visit.page.wait_for_timeout(1050)
    await visit.page.get_by_role("button", name="Моя заявка").click()
    await visit.until(lambda: [r.payload["action"] for r in visit.house.stored].count("mine") == 2)


async def test_links_open_apart_and_numbers_are_copied_by_a_press(arrive: Arrive) -> None:
    visit = await arrive(permissions=["clipboard-read", "clipboard-write"])
    await visit.open()
    text = "👍 Номер ОТ-2026-000123, звоните 8 (800) 123-45-67, см. https://example.invalid/a?b=1."
    rows = ((RenderedButton("Подать", link="https://example.invalid/apply"),),)
    await visit.house.say(visit.visitor, Rendered(text, (Mark(8, 14, Style.CODE),), rows))
    number = visit.page.locator(".code")
    await number.click()
    assert await visit.page.evaluate("navigator.clipboard.readText()") == "ОТ-2026-000123"
    await expect(visit.page.locator("#spoken")).to_have_text("copied: ОТ-2026-000123")
    link = visit.page.locator("a.option")
    assert await link.get_attribute("rel") == "noopener noreferrer"
    assert await link.get_attribute("href") == "https://example.invalid/apply"
    found = visit.page.locator(".text a")
    assert await found.evaluate_all("all => all.map(a => a.href)") == [
        "tel:+78001234567",
        "https://example.invalid/a?b=1",
    ]
