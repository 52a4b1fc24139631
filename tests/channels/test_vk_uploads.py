"""Files that go out to VK: uploaded, saved, attached."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.vk.send import VkSender
from bot.domain.errors import Refused, RetryLater, Unreachable
from bot.domain.messages import Call, CallKind, Channel, FileRef, Rendered, Upload
from tests.emulators import VkEmulator

FORM = Rendered("Бланк", file=FileRef("ab", "Бланк «А».docx", "application/x", 3))


def a_file(upload: Upload | None, rendered: Rendered = FORM, number: int = 9) -> Call:
    return Call(number, Channel.VK, CallKind.FILE, "501", rendered, upload=upload)


async def test_a_file_is_uploaded_saved_and_attached() -> None:
    async with VkEmulator(open_chats=True) as vk:
        sender = VkSender(vk.token, vk.group_id, vk.url)
        first = await sender.send(a_file(Upload(b"abc")))
        assert await sender.send(a_file(Upload(b"abc"))) == first, "a repeat after a crash sends no second message"
        (sent,) = vk.messages(501)
        assert sent.text == "Бланк"
        assert sent.file is not None and (sent.file.name, sent.file.content) == ("Бланк «А».docx", b"abc")
        await sender.send(a_file(Upload(b"abc"), replace(FORM, text=""), number=10))
        with pytest.raises(Refused):
            await sender.send(a_file(Upload(b"abc"), replace(FORM, file=FileRef("ab", "a.exe", "x", 3)), number=11))
        with pytest.raises(Refused):
            await sender.send(a_file(None))
        await sender.close()


async def test_an_upload_server_that_fails_is_tried_again() -> None:
    async with VkEmulator(open_chats=True) as vk:
        sender = VkSender(vk.token, vk.group_id, vk.url)
        for fault in ("error_502", "drop"):
            vk.faults.next(fault, method="upload")
            with pytest.raises(RetryLater):
                await sender.send(a_file(Upload(b"abc")))
        vk.deny(501)
        with pytest.raises(Unreachable):
            await sender.send(a_file(Upload(b"abc")))
        assert not vk.messages(501)
        await sender.close()
