"""The client's page as it is read and used in a real browser: keyboard, screen reader, small screens, files."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.domain.messages import FileRef, Mark, Rendered, RenderedButton, Style
from tests.channels.page_visit import Arrive

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]


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
