"""The client's page in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FileChooser,
    Page,
    Route,
    async_playwright,
    expect,
)

from bot.domain.messages import FileRef, Incoming, Kind, Mark, Rendered, RenderedButton, Style
from tests.channels.page_stub import House, Served, serve

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NASTY = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>&amp;'


def replies(incoming: Incoming) -> list[Rendered]:
    if incoming.kind is Kind.START:
        return [Rendered("Здравствуйте!", rows=((RenderedButton("Моя заявка", "mine"),),))]
    return [Rendered(f"Ответ: {incoming.text or incoming.action}")]


@dataclass
class Visit:
    """One person at one page."""

    house: House
    served: Served
    context: BrowserContext
    page: Page
    faults: list[str]
    choosers: list[FileChooser] = field(default_factory=list)

    def watch(self) -> None:
        """Collect errors of scripts, breaches of the page's policy, and choosers of files.

        Playwright does not wait until the browser has heard that choosers are wanted: whoever asks at the moment of
        the press may come too late on a busy machine, and the chooser is lost.
        """

        def chooses(chooser: FileChooser) -> None:
            self.choosers.append(chooser)

        def failed(error: Error) -> None:
            self.faults.append(str(error))

        def said(message: ConsoleMessage) -> None:
            if "Content Security" in message.text:
                self.faults.append(message.text)

        self.page.on("filechooser", chooses)
        self.page.on("pageerror", failed)
        self.page.on("console", said)

    async def open(self) -> None:
        await self.page.goto(self.served.url)
        await self.page.locator("#log:not([aria-busy])").wait_for(state="attached")

    async def write(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    async def shown(self) -> list[str]:
        return await self.page.locator(".message .text").all_inner_texts()

    async def restart(self) -> None:
        self.served = await serve(self.house.ports(), self.served.port)

    async def at_bottom(self) -> None:
        """Wait until the page stands at its end. (The page's own policy forbids ``wait_for_function``.)"""
        async with asyncio.timeout(5):
            while not await self.page.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 2"):
                await asyncio.sleep(0.05)

    @property
    def visitor(self) -> str:
        return next(iter(self.house.rows))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():
                await asyncio.sleep(0.03)


Arrive = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="module")
async def arrive(browser: Browser) -> AsyncIterator[Arrive]:
    visits: list[Visit] = []

    async def coming(house: House | None = None, permissions: Sequence[str] = ()) -> Visit:
        house = house or House(answer=replies)
        served = await serve(house.ports())
        context = await browser.new_context(
            locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 390, "height": 800}, permissions=permissions
        )
        page = await context.new_page()
        page.set_default_timeout(8000)
        visit = Visit(house, served, context, page, [])
        visit.watch()
        visits.append(visit)
        return visit

    yield coming
    for visit in visits:
        await visit.context.close()
        await visit.served.stop()
        assert visit.faults == []


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


async def test_enter_sends_and_shift_enter_breaks_the_line(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.page.locator("#text").focus()
    await visit.page.keyboard.type("первая")
    await visit.page.keyboard.press("Shift+Enter")
    await visit.page.keyboard.type("вторая")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator(".own .text")).to_have_text("первая\nвторая", use_inner_text=True)
    await expect(visit.page.locator("#text")).to_have_value("")
    await visit.page.keyboard.press("Enter")
    await visit.page.locator("#text").fill(" \n ")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator(".theirs")).to_have_count(2)
    assert visit.house.texts_stored == ["первая\nвторая"]


async def test_a_screen_reader_is_told_new_messages_only(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.page.goto(visit.served.url)
    log = visit.page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log).not_to_have_attribute("aria-busy", "true")
    await visit.write("ку")
    await expect(visit.page.locator("#spoken")).to_have_text("delivered")
    spoken = await log.aria_snapshot()
    assert "assistant: Здравствуйте!" in spoken.replace('"', "")
    assert "you: ку" in spoken.replace('"', "")


async def test_every_control_is_reached_by_keyboard_with_a_visible_focus(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.page.locator("#send").focus()
    seen = []
    for _ in range(3):
        await visit.page.keyboard.press("Shift+Tab")
        name, outline = await visit.page.evaluate(
            "[document.activeElement.id || document.activeElement.className,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        seen.append(name)
        assert outline == "solid", name
    assert seen == ["text", "attach", "option"]


async def test_who_reads_above_is_not_pulled_down(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    for n in range(20):
        await visit.house.say(visit.visitor, Rendered(f"строка {n}\n\n…"))
    await expect(visit.page.locator(".message")).to_have_count(21)
    await visit.at_bottom()
    await visit.page.evaluate("scrollTo(0, 200)")
    await visit.page.wait_for_timeout(100)
    await visit.house.say(visit.visitor, Rendered("новое"))
    newer = visit.page.locator("#newer")
    await expect(newer).to_be_visible()
    assert await visit.page.evaluate("scrollY") < 250
    await newer.click()
    await visit.at_bottom()
    await expect(newer).to_be_hidden()


async def test_nothing_sticks_out_on_narrow_and_zoomed_screens(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    labels = tuple(RenderedButton(f"Подтверждение{n}сельхозтоваропроизводителя", "a") for n in range(5))
    await visit.house.say(visit.visitor, Rendered("д" * 300, (Mark(10, 100, Style.CODE),), (labels,)))
    await visit.write("https://" + "длинно" * 60)
    await expect(visit.page.locator(".message")).to_have_count(4)
    await visit.page.evaluate("scrollTo(0, 0)")
    await visit.page.wait_for_timeout(50)
    await visit.house.say(visit.visitor, Rendered("ниже"))
    await expect(visit.page.locator("#newer")).to_be_visible()
    for width, height in ((160, 320), (195, 422), (320, 568), (640, 360)):
        await visit.page.set_viewport_size({"width": width, "height": height})
        assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width
        for control in ("#text", "#send"):
            box = await visit.page.locator(control).bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
            assert box["height"] >= 44 and box["y"] + box["height"] <= height


async def test_times_and_days_are_shown(arrive: Arrive) -> None:
    visit = await arrive()
    await visit.open()
    await visit.write("ку")
    await expect(visit.page.locator(".theirs")).to_have_count(2)
    times = await visit.page.locator("time").all_inner_texts()
    assert all(len(shown) == 5 and shown[2] == ":" for shown in times)
    assert await visit.page.locator(".day").count() == 1


async def test_a_file_goes_by_button_and_by_drop(arrive: Arrive) -> None:
    """By keyboard or mouse, with the same words read out; what is too large or refused is told with its name."""
    visit = await arrive()
    await visit.open()
    spoken, line = visit.page.locator("#spoken"), visit.page.locator("#state")
    button = visit.page.get_by_role("button", name="attach")
    await button.focus()
    await visit.page.keyboard.press("Enter")
    await visit.until(lambda: bool(visit.choosers))
    await visit.choosers[0].set_files({"name": "акт.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await expect(spoken).to_have_text("uploaded: акт.pdf")
    await expect(line).to_be_hidden()
    stored = visit.house.stored[-1].payload
    assert (stored["kind"], stored["file"]["name"], stored["file"]["size"]) == ("files", "акт.pdf", 8)

    drop = """(content) => {
        const data = new DataTransfer();
        data.items.add(new File([content], "схема.png"));
        for (const kind of ["dragenter", "dragover", "drop"])
            document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    await visit.page.evaluate(drop, "picture")
    await expect(spoken).to_have_text("uploaded: схема.png")
    await expect(visit.page.locator("body.dropping")).to_have_count(0)

    before = len(visit.house.stored)
    await visit.page.evaluate(drop, "MZ")
    await expect(line).to_have_text("! error_file_type (схема.png)")
    await visit.page.evaluate(drop, "a" * (20 * 1024 * 1024 + 1))
    await expect(line).to_have_text("! error_file_big (схема.png)")
    assert len(visit.house.stored) == before
    assert visit.faults == []


async def test_a_file_from_the_agency_is_a_download(arrive: Arrive) -> None:
    """A link with a name and a size, which saves the file and opens nothing."""
    visit = await arrive()
    await visit.open()
    file = FileRef("ab", "Бланк.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 37592)
    (visitor,) = visit.house.rows
    opened = await visit.house.say(visitor, Rendered("Заполните от руки", file=file))
    visit.house.files[visitor, opened.id] = (file, b"PK")
    link = visit.page.get_by_role("link", name="Бланк.docx")
    await expect(link).to_contain_text("37")
    async with visit.page.expect_download() as begun:
        await link.click()
    assert (await begun.value).suggested_filename == "Бланк.docx"
    assert visit.faults == []
