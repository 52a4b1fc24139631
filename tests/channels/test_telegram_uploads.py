"""Files that go out to Telegram: whole once, by their name from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.telegram.send import TelegramSender
from bot.domain.errors import HandleGone, OutcomeUnknown, Refused
from bot.domain.messages import Call, CallKind, Channel, FileRef, Mark, Rendered, Style, Upload
from tests.emulators import TelegramEmulator

FORM = Rendered("Бланк", (Mark(0, 5, Style.BOLD),), file=FileRef("ab", "Бланк «А».docx", "application/x", 3))


def a_file(upload: Upload | None, rendered: Rendered = FORM) -> Call:
    return Call(9, Channel.TELEGRAM, CallKind.FILE, "501", rendered, upload=upload)


async def test_a_file_goes_out_whole_and_by_its_name_from_then_on() -> None:
    async with TelegramEmulator(open_chats=True) as telegram:
        sender = TelegramSender(telegram.token, telegram.url)
        first = await sender.send(a_file(Upload(b"abc")))
        assert first.handle
        again = await sender.send(a_file(Upload(handle=first.handle)))
        assert again.handle == first.handle and again.message_id != first.message_id
        for sent in telegram.messages(501):
            assert sent.text == "Бланк" and sent.entities
            assert sent.file is not None and (sent.file.name, sent.file.content) == ("Бланк «А».docx", b"abc")
        with pytest.raises(HandleGone):
            await sender.send(a_file(Upload(handle="of-another-bot")))
        with pytest.raises(Refused):
            await sender.send(a_file(Upload(b"")))
        with pytest.raises(Refused):
            await sender.send(a_file(None))
        with pytest.raises(Refused):
            await sender.send(a_file(Upload(b"abc"), replace(FORM, text="я" * 1025)))
        await sender.close()


async def test_an_upload_that_breaks_off_may_have_taken_place() -> None:
    async with TelegramEmulator(open_chats=True) as telegram:
        sender = TelegramSender(telegram.token, telegram.url)
        telegram.faults.next("drop", method="sendDocument", after=True)
        with pytest.raises(OutcomeUnknown):
            await sender.send(a_file(Upload(b"abc")))
        await sender.close()
