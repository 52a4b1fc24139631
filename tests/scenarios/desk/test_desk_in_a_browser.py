"""The desk as staff use it: a real worker, real browsers, clients on every channel.

With ``OTKLIK_PICTURES=<folder>`` the screens that the README shows are kept there.
"""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from tests.browsing import PATIENCE, Office
from tests.scenarios.desk.callers import calls_a_person
from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(180)]


PDF = b"%PDF-1.7\n" + b"1" * 400


def picture() -> bytes:
    """A green square that a browser can draw."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x2e\x7d\x32" * 48) * 48)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.requirement("E6", "E7", "E1", "F1")
async def test_a_client_is_answered_from_the_desk(world: World, office: Office, channel: Channel) -> None:
    """The case appears by itself; taken, answered by keyboard, delivered, resolved; the client gives a score."""
    olga = await office.clerk("Ольга", "olga")
    await olga.comes()
    await expect(olga.page.get_by_text("Очередь пуста")).to_be_visible()
    maria = await calls_a_person(world, channel, "Мария", "какие нужны выписки на субсидию")
    row = await olga.sees_in_queue("какие нужны выписки", "свободен")
    await expect(row.locator(".chip")).to_contain_text("1 ч")
    await olga.enters("какие нужны выписки")
    await olga.presses("Взять")
    await maria.hears("Разговор ведёт")
    await olga.reads("Ольга", "взят в работу")
    await olga.types("Выписки мы запросим сами, нужен только паспорт.")
    await olga.sends()
    await maria.hears("Выписки мы запросим сами")
    said = await olga.reads("Выписки мы запросим сами", "Ольга")
    if channel is not Channel.PAGE:
        await expect(said).to_contain_text("доставлено", timeout=PATIENCE)
    await expect(olga.field).to_have_value("")
    await maria.says("спасибо, поняла")
    await olga.reads("Клиент", "спасибо, поняла")
    await olga.types("Хорошего дня!")
    await olga.sends()
    await maria.hears("Хорошего дня")
    await olga.page.locator("summary", has_text="Закрыть").click()
    await olga.presses("Вопрос решён")
    await maria.hears("Насколько вы довольны")
    await expect(olga.page.get_by_text("Очередь пуста")).to_be_visible()


@pytest.mark.requirement("E7")
async def test_two_people_answer_at_once(world: World, office: Office) -> None:
    """The second one is told what the first did, keeps his text, and sends it all the same."""
    olga, boris = await office.clerk("Ольга", "olga"), await office.clerk("Борис", "boris")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    for clerk in (olga, boris):
        await clerk.comes()
        await clerk.enters("когда придёт субсидия")
    await boris.types("Деньги придут пятого")
    await olga.types("Деньги придут до 5 декабря.")
    await olga.sends()
    await maria.hears("до 5 декабря")
    await boris.reads("Ольга", "Деньги придут до 5 декабря")
    await boris.is_warned("коллега уже что-то сделал")
    await boris.sends()
    await boris.is_warned("Ваш текст на месте", "Ольга", "ответ клиенту")
    await expect(boris.field).to_have_value("Деньги придут пятого")
    await boris.pictures("desk-conflict")
    await maria.hears_nothing()
    await boris.types(", утром.")
    await boris.sends()
    await maria.hears("Деньги придут пятого, утром.")
    await expect(boris.field).to_have_value("")
    await expect(boris.page.locator("#trouble")).to_be_hidden()


@pytest.mark.requirement("E7", "S4")
async def test_a_session_ends_in_the_middle_of_an_answer(world: World, office: Office) -> None:
    """She signs in again, and her words are still there; signing out by herself leaves nothing."""
    olga = await office.clerk("Ольга", "olga")
    maria = await calls_a_person(world, Channel.VK, "Мария", "когда придёт субсидия")
    await olga.comes()
    await olga.enters("когда придёт субсидия")
    await olga.types("Деньги придут до 5 декабря, ")
    await world.passes(hours=2)
    await olga.types("это точно.")
    await olga.sends()
    await expect(olga.page.get_by_text("Набранный текст сохранён")).to_be_visible()
    await maria.hears_nothing()
    await olga.signs_in()
    await expect(olga.field).to_have_value("Деньги придут до 5 декабря, это точно.")
    await olga.field.focus()
    await olga.sends()
    await maria.hears("Деньги придут до 5 декабря, это точно.")
    await olga.types("и ещё")
    await olga.page.locator(".menu summary", has_text="Ольга").click()
    await olga.presses("Выйти")
    await expect(olga.page.get_by_label("Логин")).to_be_visible()
    assert await olga.page.evaluate("Object.keys(localStorage).length") == 0


@pytest.mark.requirement("S4")
async def test_a_clients_script_is_only_text(world: World, office: Office) -> None:
    """Shown as it was typed, in the queue and in the conversation, live and after a reload; nothing runs."""
    olga = await office.clerk("Ольга", "olga")
    words = "<script>document.title='взлом'</script><img src=x onerror=\"document.title='взлом'\"> \"'&lt;b&gt;"
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "привет")
    await olga.comes()
    await olga.enters("привет")
    await maria.says(words)
    await olga.reads(words)
    await expect(olga.page.get_by_role("status").filter(has_text=words)).to_have_count(1)
    await olga.sees_in_queue("<script>document.title")
    await olga.page.reload()
    await olga.reads(words)
    assert "взлом" not in await olga.page.title()
    assert await olga.page.locator(".log img, .log script").count() == 0


@pytest.mark.requirement("R5", "E6", "S4")
async def test_a_clients_files_are_seen_and_saved(world: World, office: Office, channel: Channel) -> None:
    """A picture shows in place, live; a document is saved under its name and opens nothing in the browser."""
    olga = await office.clerk("Ольга", "olga")
    maria = await calls_a_person(world, channel, "Мария", "дорогу к ферме размыло")
    await olga.comes()
    await olga.enters("дорогу к ферме размыло")
    await olga.presses("Взять")
    await maria.hears("Разговор ведёт")
    await maria.sends_file(picture(), "дорога.png")
    shown = olga.page.get_by_role("img", name="дорога.png")
    await shown.scroll_into_view_if_needed(timeout=PATIENCE)
    await expect(shown).to_have_js_property("naturalWidth", 48)
    await maria.sends_file(PDF, "справка.pdf")
    await expect(olga.page.get_by_role("link", name="справка.pdf", exact=True)).to_be_visible(timeout=PATIENCE)
    await expect(shown).to_have_js_property("naturalWidth", 48)
    looks = "SELECT count(*) FROM audit WHERE verb = 'desk.file'"
    assert await world.value(looks) == 1, "a live page fetches no picture twice"
    async with olga.page.expect_download() as saving:
        await olga.page.get_by_role("link", name="справка.pdf", exact=True).click()
    saved = await saving.value
    assert saved.suggested_filename == "справка.pdf"
    assert (await saved.path()).read_bytes() == PDF
    assert await world.value(looks) == 2
    await olga.pictures(f"desk-files-{channel.value}")


@pytest.mark.requirement("E6", "E7")
async def test_a_template_goes_in_by_one_key_and_a_note_stays_inside(world: World, office: Office) -> None:
    olga = await office.clerk("Ольга", "olga")
    await calls_a_person(world, Channel.VK, "Иван", "трактор стоит без номеров, куда идти")
    await world.passes(minutes=80)
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "как получить грант агростартап")
    await olga.comes()
    await olga.enters("агростартап")
    await olga.presses("Взять")
    await olga.reads("взят в работу")
    await expect(olga.page.locator("[data-inserts]").first).to_be_visible()
    await olga.field.focus()
    await olga.page.keyboard.press("Alt+1")
    await expect(olga.field).to_have_value(re.compile("Агростартап"))
    await olga.field.fill("")
    await olga.types("/")
    await olga.page.keyboard.type("график работы")
    await expect(olga.page.locator("#template-list [role=option]").first).to_be_visible()
    await olga.pictures("desk-templates")
    await olga.page.keyboard.press("Escape")
    await expect(olga.field).to_be_focused()
    await olga.types("Здравствуйте! Заявки примем с 1 апреля, расчёт поможем составить.")
    await olga.sends()
    await maria.hears("расчёт поможем составить")
    await expect(olga.field).to_have_value("")
    await olga.page.get_by_label("Заметка для своих").check()
    await olga.types("проверить у бухгалтерии")
    await olga.sends()
    await olga.reads("Заметка", "Ольга", "проверить у бухгалтерии")
    assert "бухгалтерии" not in await maria.transcript()
    await olga.page.wait_for_timeout(3000)
    await expect(olga.page.locator(".said-note").last).to_be_in_viewport()
    await olga.pictures("desk", readme=900)


@pytest.mark.requirement("E7")
async def test_the_desk_by_keyboard_alone(world: World, office: Office) -> None:
    """J and K through the queue, Enter, and the focus is always seen."""
    olga = await office.clerk("Ольга", "olga")
    await calls_a_person(world, Channel.TELEGRAM, "Мария", "первый вопрос про субсидию")
    await world.passes(minutes=5)
    await calls_a_person(world, Channel.VK, "Иван", "второй вопрос про субсидию")
    await olga.comes()
    await olga.sees_in_queue("второй вопрос")
    await olga.page.keyboard.press("j")
    await expect(olga.page.locator(":focus")).to_contain_text("первый вопрос")
    await expect(olga.page.locator(":focus")).to_have_css("outline-style", "solid")
    await olga.page.keyboard.press("j")
    await expect(olga.page.locator(":focus")).to_contain_text("второй вопрос")
    await olga.page.keyboard.press("k")
    await olga.page.keyboard.press("Enter")
    await expect(olga.page.locator(".log")).to_contain_text("первый вопрос")


@pytest.mark.requirement("E7", "S5")
async def test_a_lost_connection_loses_no_words(world: World, office: Office) -> None:
    olga = await office.clerk("Ольга", "olga")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    await olga.comes()
    await olga.enters("когда придёт субсидия")
    await olga.types("До 5 декабря.")
    await olga.page.context.set_offline(True)
    await expect(olga.page.locator("#line")).to_have_text("○ нет связи")
    await olga.sends()
    await olga.is_warned("нет связи", "Текст на месте")
    await olga.page.context.set_offline(False)
    await expect(olga.page.locator("#line")).to_have_text("● на связи", timeout=PATIENCE)
    await olga.field.focus()
    await olga.sends()
    await maria.hears("До 5 декабря.")
    await expect(olga.field).to_have_value("")
    assert await world.value("SELECT count(*) FROM message WHERE text LIKE '%До 5 декабря.%'") == 1
