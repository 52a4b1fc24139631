"""Blank forms come into the conversation as files that open in Word."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.domain.messages import Channel
from tests.world import World

pytestmark = pytest.mark.asyncio


def words_of(document: bytes) -> str:
    """What a Word document says."""
    with zipfile.ZipFile(io.BytesIO(document)) as opened:
        assert opened.testzip() is None
        return opened.read("word/document.xml").decode()


@pytest.mark.requirement("A7", "T8")
async def test_the_form_of_an_answer_comes_by_one_press(world: World, channel: Channel) -> None:
    """Анна asks about the grant, presses «Скачать бланк» and gets the form itself."""
    anna = world.client("Анна", channel)
    await anna.says("грант агростартап")
    answer = await anna.hears("Агростартап", "1–30 апреля")
    assert "Скачать бланк" in answer.labels

    await anna.presses("Скачать бланк")
    sent = await anna.hears("Заявление на «Агростартап»", "от руки")
    assert sent.file == "Заявление на «Агростартап».docx"
    assert "на участие в отборе" in words_of(await anna.opens_file(sent))


@pytest.mark.requirement("A7")
async def test_of_several_forms_one_is_chosen(world: World, channel: Channel) -> None:
    """Where several forms fit, the client is asked which one; the link to all of them stays."""
    pyotr = world.client("Пётр", channel)
    await pyotr.says("где скачать бланк заявления")
    await pyotr.hears("пришлю прямо сюда")
    await pyotr.presses("Скачать бланк")
    asked = await pyotr.hears("Какой бланк нужен")
    assert "Доверенность" in asked.labels and len(asked.labels) == 6

    await pyotr.says("доверенность")
    sent = await pyotr.hears("Доверенность")
    assert sent.file == "Доверенность.docx"
    assert "ДОВЕРЕННОСТЬ" in words_of(await pyotr.opens_file(sent))


@pytest.mark.requirement("A7")
async def test_telegram_is_given_a_file_once(world: World) -> None:
    """The second client gets the same form without another upload, and again after Telegram has lost it."""
    for name in ("Иван", "Мария"):
        client = world.client(name, Channel.TELEGRAM)
        await client.says("бланки")
        await client.hears("бланк")
        await client.presses("Скачать бланк")
        await client.hears("Какой бланк")
        await client.presses("Бланк обращения")
        sent = await client.hears("Бланк обращения", "от руки")
        assert "ОБРАЩЕНИЕ" in words_of(await client.opens_file(sent))
    assert len(world.telegram.state.sent_files) == 1

    world.telegram.state.sent_files.clear()
    olga = world.client("Ольга", Channel.TELEGRAM)
    await olga.says("бланки")
    await olga.hears("бланк")
    await olga.presses("Скачать бланк")
    await olga.hears("Какой бланк")
    await olga.presses("Бланк обращения")
    await olga.hears("Бланк обращения", "от руки")
    assert len(world.telegram.state.sent_files) == 1


@pytest.mark.requirement("A7")
async def test_a_form_of_the_page_is_only_for_its_visitor(world: World) -> None:
    """A file is downloaded, never shown as a page, and by nobody but the one whom it was sent."""
    zoya, thief = world.client("Зоя", Channel.PAGE), world.client("Чужой", Channel.PAGE)
    await thief.says("здравствуйте")
    await zoya.says("перенести проверку")
    await zoya.hears("провер")
    await zoya.presses("Скачать бланк")
    sent = await zoya.hears("Перенос проверки")

    data, headers = await (await zoya.visitor()).downloads(sent.link)
    assert data.startswith(b"PK")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    with pytest.raises(AssertionError, match="404"):
        await (await thief.visitor()).downloads(sent.link)


@pytest.mark.requirement("A7")
async def test_an_old_button_of_a_form_that_is_gone(world: World, channel: Channel) -> None:
    """A form that the pack no longer has: said so, with a way on."""
    ivan = world.client("Иван", channel)
    await ivan.says("здравствуйте")
    await ivan.hears_on()
    await ivan.forges("bf:no-such-form")
    stale = await ivan.hears("уже не работает")
    assert stale.labels
