"""What the emulated Bot API server accepts, refuses and hands over, call by call."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiogram.types import ChatMemberAdministrator, ForumTopic, Update
from aiogram.types import Message as AiogramMessage
from pydantic import ValidationError

from tests.emulators import TelegramEmulator
from tests.emulators.sdk import aiogram_bot
from tests.emulators.telegram_payloads import KINDS
from tests.emulators.telegram_updates import MALFORMED

CLIENT, STAFF = 501, 77
BODIES = ("form", "json", "multipart", "query")


class _Raw:
    """Bare calls of the Bot API, in any of the ways it may be called."""

    def __init__(self, http: aiohttp.ClientSession, emulator: TelegramEmulator) -> None:
        self._http = http
        self._emulator = emulator

    async def __call__(self, method: str, way: str = "json", **params: Any) -> Any:
        """The `result`, or (code, description) of a refusal."""
        url = f"{self._emulator.url}/bot{self._emulator.token}/{method}"
        flat = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
        given: dict[str, Any] = {"json": params}
        if way == "query":
            given = {"params": flat}
        elif way == "form":
            given = {"data": flat}
        elif way == "multipart":
            form = aiohttp.FormData(flat)
            form.add_field("unused", b"\r\n--\x00", filename="a.bin")
            given = {"data": form}
        async with self._http.request("GET" if way == "query" else "POST", url, **given) as answer:
            body = await answer.json()
        return body["result"] if body["ok"] else (answer.status, body["description"])


@asynccontextmanager
async def _telegram(**options: Any) -> AsyncIterator[tuple[TelegramEmulator, _Raw]]:
    async with TelegramEmulator(**options) as telegram, aiohttp.ClientSession() as http:
        yield telegram, _Raw(http, telegram)
        assert not telegram.server.errors


def _inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Да", **button}]]}


@pytest.mark.parametrize("way", BODIES)
async def test_a_call_means_the_same_in_every_body(way: str) -> None:
    async with _telegram(open_chats=True) as (telegram, call):
        text = "Привет, «мир» & +100 % 🙂"
        result = await call("SendMessage", way, chat_id=CLIENT, text=text, reply_markup=_inline(callback_data="y"))
        assert AiogramMessage.model_validate(result).text == text
        (sent,) = telegram.messages(CLIENT)
        assert (sent.text, sent.labels, sent.button("y")) == (text, ["Да"], sent.buttons[0])


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"text": "я" * 4097}, "message is too long"),
        ({"text": "🙂" * 2049}, "message is too long"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "<b>раз", "parse_mode": "HTML"}, 'can\'t parse entities: Can\'t find end tag'),
        ({"text": "<i>раз</b>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag"),
        ({"text": "2 < 3", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "раз", "chat_id": 999}, "chat not found"),
        ({"text": "раз", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "раз", "reply_markup": _inline(callback_data="я" * 32 + "a")}, "BUTTON_DATA_INVALID"),
        ({"text": "раз", "reply_markup": _inline(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "раз", "reply_markup": _inline(url="http://localhost/")}, "Wrong HTTP URL"),
        ({"text": "раз", "reply_markup": _inline()}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "раз", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "раз", "message_thread_id": 5, "chat_id": -1_001_000_000_001}, "message thread not found"),
    ],
)  # fmt: skip
async def test_refused_messages(params: dict[str, Any], refusal: str) -> None:
    async with _telegram() as (telegram, call):
        telegram.client_starts(CLIENT)
        code, description = await call("sendMessage", **{"chat_id": CLIENT, **params})
        assert code == 400 and description.startswith("Bad Request: ") and refusal in description
        assert telegram.ledger.total == 0


async def test_limits_are_met_exactly() -> None:
    async with _telegram(open_chats=True) as (telegram, call):
        for text in ("я" * 4096, "🙂" * 2048, f"<b>{'я' * 4096}</b>"):
            await call("sendMessage", chat_id=CLIENT, text=text, parse_mode="HTML")
        await call("sendMessage", chat_id=CLIENT, text="раз", reply_markup=_inline(callback_data="я" * 32))
        assert len(telegram.messages(CLIENT)) == 4


async def test_html_becomes_text_and_entities_in_utf16_units() -> None:
    async with _telegram(open_chats=True) as (_, call):
        html = '  🙂 <b>жир <i>ный</i></b> &lt;тег&gt; <a href="https://a.ru/?b=1&amp;c=2">тут</a>'
        result = await call("sendMessage", chat_id=CLIENT, text=html, parse_mode="HTML")
        assert result["text"] == "🙂 жир ный <тег> тут"
        assert result["entities"] == [
            {"type": "bold", "offset": 3, "length": 7},
            {"type": "italic", "offset": 7, "length": 3},
            {"type": "text_link", "url": "https://a.ru/?b=1&c=2", "offset": 17, "length": 3},
        ]


async def test_wrong_addresses() -> None:
    async with _telegram() as (telegram, call):
        assert await call("makeCoffee") == (404, "Not Found")
        telegram.token = "1:another"
        good, telegram.token = telegram.token, "2:changed"
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{telegram.url}/bot{good}/getMe") as answer:
                assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")
            async with http.get(f"{telegram.url}/botnonsense/getMe") as answer:
                assert answer.status == 404


async def test_offsets_confirm_and_polls_wait() -> None:
    async with _telegram(first_update_id=100) as (telegram, call):
        assert [telegram.client_says(CLIENT, str(number)).update_id for number in range(5)] == [*range(100, 105)]
        assert [update["update_id"] for update in await call("getUpdates", limit=2)] == [100, 101]
        assert len(await call("getUpdates")) == 5
        assert [update["update_id"] for update in await call("getUpdates", offset=103)] == [103, 104]
        assert [update["update_id"] for update in await call("getUpdates", offset=-1)] == [104]
        assert await call("getUpdates", offset=105) == []
        poll = asyncio.create_task(call("getUpdates", offset=105, timeout=5))
        await asyncio.sleep(0.1)
        assert not poll.done()
        telegram.client_says(CLIENT, "новое")
        assert [update["message"]["text"] for update in await poll] == ["новое"]
        began = time.monotonic()
        assert await call("getUpdates", offset=106, timeout=1) == []
        assert 0.9 < time.monotonic() - began < 3


async def test_two_pollers_and_a_webhook_conflict() -> None:
    async with _telegram() as (telegram, call):
        first = asyncio.create_task(call("getUpdates", timeout=5))
        await telegram.wait_polled()
        second = asyncio.create_task(call("getUpdates", timeout=5))
        code, description = await first
        assert code == 409 and "terminated by other getUpdates request" in description
        assert telegram.polled
        telegram.client_says(CLIENT, "раз")
        assert len(await second) == 1
        assert not telegram.polled
        assert await call("setWebhook", url="https://example.org/hook")
        assert (await call("getWebhookInfo"))["pending_update_count"] == 1
        assert (await call("getUpdates"))[0] == 409
        assert await call("deleteWebhook", drop_pending_updates=True)
        assert await call("getUpdates") == []


async def test_allowed_updates_hold_until_named_again() -> None:
    async with _telegram() as (telegram, call):
        telegram.client_says(CLIENT, "раз")
        await call("getUpdates", allowed_updates=["message"])
        assert telegram.block(CLIENT).update_id == 0
        await call("getUpdates", allowed_updates=[])
        assert telegram.unblock(CLIENT).update_id != 0


async def test_a_client_who_blocked_the_bot() -> None:
    async with _telegram() as (telegram, call):
        telegram.client_starts(CLIENT)
        telegram.block(CLIENT)
        refusal = (403, "Forbidden: bot was blocked by the user")
        assert await call("sendMessage", chat_id=CLIENT, text="раз") == refusal
        telegram.client_says(CLIENT, "я вернулся")
        assert (await call("sendMessage", chat_id=CLIENT, text="раз"))["text"] == "раз"
        kinds = [set(update) - {"update_id"} for update in await call("getUpdates")]
        assert kinds == [{"message"}, {"my_chat_member"}, {"my_chat_member"}, {"message"}]


async def test_buttons_answers_and_edits() -> None:
    async with _telegram(callback_ttl=0.2) as (telegram, call):
        telegram.client_starts(CLIENT)
        old = await call("sendMessage", chat_id=CLIENT, text="раз", reply_markup=_inline(callback_data="old"))
        await call("sendMessage", chat_id=CLIENT, text="два", reply_markup={"keyboard": [["Меню"]]})
        with pytest.raises(LookupError, match="Меню"):
            telegram.client_presses(CLIENT, "Нет такой")
        telegram.client_presses(CLIENT, "Меню")
        telegram.client_presses(CLIENT, "old", message_id=old["message_id"])
        telegram.client_presses(CLIENT, "foreign data", forged=True)
        updates = (await call("getUpdates"))[1:]
        assert updates[0]["message"]["text"] == "Меню"
        query = updates[1]["callback_query"]
        assert (query["data"], query["message"]["message_id"]) == ("old", old["message_id"])
        assert "message" not in updates[2]["callback_query"]
        assert await call("answerCallbackQuery", callback_query_id=query["id"], text="да")
        await asyncio.sleep(0.25)
        late = await call("answerCallbackQuery", callback_query_id=query["id"])
        assert late[0] == 400 and "query is too old" in late[1]
        where: dict[str, Any] = {"chat_id": CLIENT, "message_id": old["message_id"]}
        assert (await call("editMessageText", text="три", **where))["text"] == "три"
        assert "message is not modified" in (await call("editMessageText", text="три", **where))[1]
        await call("editMessageReplyMarkup", reply_markup=_inline(callback_data="new"), **where)
        assert telegram.messages(CLIENT)[0].edits == ["раз"]
        assert telegram.messages(CLIENT)[0].labels == ["Да"]
        assert await call("deleteMessage", **where)
        assert (await call("editMessageText", text="три", **where))[1] == "Bad Request: message to edit not found"


async def test_topics_of_the_staff_group() -> None:
    async with _telegram() as (telegram, call):
        forum: dict[str, Any] = {"chat_id": telegram.forums[0]}
        topic = ForumTopic.model_validate(await call("createForumTopic", name="я" * 200, **forum))
        there: dict[str, Any] = {**forum, "message_thread_id": topic.message_thread_id}
        assert topic.name == "я" * 128
        assert (await call("sendMessage", text="раз", **there))["is_topic_message"]
        assert [sent.text for sent in telegram.in_topic(telegram.forums[0], topic.message_thread_id)] == ["раз"]
        assert await call("editForumTopic", name="другое", **there)
        assert await call("closeForumTopic", **there)
        assert await call("closeForumTopic", **there) == (400, "Bad Request: TOPIC_NOT_MODIFIED")
        assert [(known.name, known.closed) for known in telegram.topics(telegram.forums[0])] == [("другое", True)]
        assert await call("reopenForumTopic", **there)
        assert await call("deleteForumTopic", **there)
        assert (await call("sendMessage", text="раз", **there))[1] == "Bad Request: message thread not found"
        telegram.client_starts(CLIENT)
        assert (await call("createForumTopic", name="a", chat_id=CLIENT))[1].endswith("the chat is not a forum")


async def test_every_update_suits_the_sdk_and_every_malformed_one_does_not() -> None:
    async with TelegramEmulator() as telegram, aiogram_bot(telegram) as bot:
        for kind in KINDS:
            telegram.client_sends(CLIENT, kind)
        topic = await bot.create_forum_topic(telegram.forums[0], "тема")
        telegram.staff_says(STAFF, telegram.forums[0], topic.message_thread_id, "раз")
        telegram.staff_says(STAFF, telegram.forums[0], None, "в общей теме")
        telegram.client_presses(CLIENT, "data", forged=True)
        telegram.block(CLIENT)
        updates = await bot.get_updates()
        assert len(updates) == len(KINDS) + 4
        photo = next(update.message.photo for update in updates if update.message and update.message.photo)
        content = await bot.download(photo[0])
        assert content is not None and content.read().startswith(b"emulated file")
        for broken in MALFORMED:
            with pytest.raises(ValidationError):
                Update.model_validate({"update_id": 1, **broken})


async def test_the_bot_can_look_around_and_introduce_itself() -> None:
    async with TelegramEmulator() as telegram, aiogram_bot(telegram) as bot:
        telegram.client_starts(CLIENT, first_name="Айгуль")
        assert (await bot.get_chat(CLIENT)).first_name == "Айгуль"
        assert (await bot.get_chat(telegram.forums[0])).is_forum
        member = await bot.get_chat_member(telegram.forums[0], bot.id)
        assert isinstance(member, ChatMemberAdministrator) and member.can_manage_topics
        assert await bot.set_my_description("Отвечаем круглосуточно")
        assert (await bot.get_my_description()).description == "Отвечаем круглосуточно"
        assert await bot.send_chat_action(CLIENT, "typing")
        assert await bot.get_my_commands() == []
