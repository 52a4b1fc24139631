"""The emulated messengers, driven by the real SDKs: a conversation on each, and each fault once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import requests
import vk_api  # type: ignore[import-untyped]
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from vk_api.bot_longpoll import VkBotEventType, VkBotLongPoll  # type: ignore[import-untyped]
from vk_api.keyboard import VkKeyboard  # type: ignore[import-untyped]

from tests.emulators import TelegramEmulator, VkEmulator
from tests.emulators.sdk import aiogram_bot, vk_session

CLIENT, STAFF = 501, 77


async def test_an_aiogram_bot_talks_presses_and_opens_topics() -> None:
    async with TelegramEmulator() as telegram, aiogram_bot(telegram) as bot:
        polling = asyncio.create_task(_echo_bot(telegram).start_polling(bot, handle_signals=False))
        telegram.client_starts(CLIENT, first_name="Айгуль")
        assert (await telegram.wait_for(CLIENT, 1))[0].text == "Айгуль: /start"
        asked = telegram.client_says(CLIENT, "  Где моя заявка? 🙂 ")
        answer = await telegram.wait_for(CLIENT, 1, after=asked.message_id)
        assert answer[0].labels == ["Сотрудник", "Сайт"]
        telegram.client_presses(CLIENT, "Сотрудник")
        edited = await telegram.wait_for(CLIENT, lambda sent: sent.text == "Передано")
        assert edited.rows == ()
        assert telegram.callback_answers[-1].text == "Хорошо"
        forum = telegram.forums[0]
        (topic,) = telegram.topics(forum)
        telegram.staff_says(STAFF, forum, topic.thread_id, "Здравствуйте, я на связи")
        reply = await telegram.wait_for(CLIENT, lambda sent: "я на связи" in sent.text)
        assert reply.text == "Здравствуйте, я на связи"
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
        assert telegram.requests["getMe"] >= 1
        assert not telegram.server.errors


def _echo_bot(telegram: TelegramEmulator) -> Dispatcher:
    dispatcher = Dispatcher()
    buttons = [
        InlineKeyboardButton(text="Сотрудник", callback_data="person"),
        InlineKeyboardButton(text="Сайт", url="https://example.org/"),
    ]
    keyboard = InlineKeyboardMarkup(inline_keyboard=[buttons])

    @dispatcher.message()
    async def _said(message: Message) -> None:
        assert message.from_user is not None and message.text is not None
        if message.is_topic_message and message.bot is not None:
            await message.bot.send_message(CLIENT, message.text)
        else:
            await message.answer(f"{message.from_user.first_name}: {message.text}", reply_markup=keyboard)

    @dispatcher.callback_query()
    async def _pressed(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message) and query.bot is not None
        await query.bot.create_forum_topic(telegram.forums[0], "Айгуль")
        await query.answer("Хорошо")
        await query.message.edit_text("Передано")

    return dispatcher


async def test_a_vk_api_bot_talks_and_answers_buttons() -> None:
    async with VkEmulator() as vk:
        bot = asyncio.create_task(asyncio.to_thread(_vk_echo, vk))
        await vk.wait_polled()
        vk.client_starts(CLIENT, first_name="Айгуль")
        first = await vk.wait_for(CLIENT, lambda sent: sent.text == "Айгуль: Начать")
        assert first.labels == ["Дальше", "Подсказка"]
        vk.client_presses(CLIENT, {"step": 2})
        await vk.wait_for(CLIENT, lambda sent: sent.text == "Айгуль: Дальше", after=first.message_id)
        vk.client_presses(CLIENT, "Подсказка")
        await vk.wait_for(CLIENT, lambda sent: sent.edits == ["Айгуль: Дальше"])
        assert vk.event_answers[-1].data == {"type": "show_snackbar", "text": "Вот"}
        vk.client_says(CLIENT, "стоп")
        await bot
        assert not vk.server.errors


def _vk_echo(vk: VkEmulator) -> None:
    session = vk_session(vk)
    poll = VkBotLongPoll(session, vk.group_id, wait=5)
    assert poll.server.startswith(vk.url) and isinstance(poll.ts, str)
    api = session.get_api()
    keyboard = VkKeyboard(inline=True)
    keyboard.add_button("Дальше", payload={"step": 2})
    keyboard.add_callback_button("Подсказка", payload={"hint": 1})
    for event in poll.listen():
        if event.type is VkBotEventType.MESSAGE_EVENT:
            user_id, asked = event.object.user_id, event.object.conversation_message_id
            snackbar = '{"type": "show_snackbar", "text": "Вот"}'
            common = {"user_id": user_id, "peer_id": event.object.peer_id}
            api.messages.sendMessageEventAnswer(event_id=event.object.event_id, event_data=snackbar, **common)
            api.messages.edit(peer_id=user_id, conversation_message_id=asked, message="Показано")
            continue
        if event.message.text == "стоп":
            return
        name = api.users.get(user_ids=event.message.from_id)[0]["first_name"]
        api.messages.send(
            peer_id=event.message.peer_id, random_id=int(event.raw["event_id"][:7], 16),
            message=f"{name}: {event.message.text}", keyboard=keyboard.get_keyboard(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "options", "raised"),
    [
        ("drop", {}, TelegramNetworkError),
        ("drop", {"after": True}, TelegramNetworkError),
        ("hang", {}, TelegramNetworkError),
        ("hang", {"seconds": 0.05}, TelegramNetworkError),
        ("garbage", {}, ClientDecodeError),
        ("error_500", {"after": True}, TelegramServerError),
        ("error_502", {}, ClientDecodeError),
        ("too_many", {"retry_after": 7}, TelegramRetryAfter),
        ("error", {"code": 403, "text": "Forbidden: user is deactivated"}, TelegramAPIError),
    ],
)
async def test_a_fault_of_a_telegram_call(kind: str, options: dict[str, Any], raised: type[Exception]) -> None:
    async with TelegramEmulator(open_chats=True) as telegram, aiogram_bot(telegram, timeout=1.0) as bot:
        telegram.faults.next(kind, method="sendMessage", **options)
        assert await bot.get_me()
        with pytest.raises(raised) as caught:
            await bot.send_message(CLIENT, "раз")
        if isinstance(caught.value, TelegramRetryAfter):
            assert caught.value.retry_after == 7
        assert len(telegram.messages(CLIENT)) == int(bool(options.get("after")))
        await bot.send_message(CLIENT, "два")
        assert telegram.last(CLIENT).text == "два"
        assert telegram.faults.injected == {kind: 1}
        assert not telegram.server.errors


@pytest.mark.parametrize(
    ("kind", "options", "raised"),
    [
        ("drop", {}, requests.ConnectionError),
        ("drop", {"after": True}, requests.ConnectionError),
        ("hang", {"after": True}, requests.ReadTimeout),
        ("garbage", {}, requests.JSONDecodeError),
        ("error_500", {}, vk_api.ApiHttpError),
        ("error_502", {"after": True}, vk_api.ApiHttpError),
        ("captcha", {}, vk_api.Captcha),
        ("captcha", {"bare": True}, KeyError),
        ("error", {"code": 10}, vk_api.ApiError),
    ],
)
async def test_a_fault_of_a_vk_call(kind: str, options: dict[str, Any], raised: type[Exception]) -> None:
    async with VkEmulator(open_chats=True) as vk:
        session = vk_session(vk, timeout=1.0)
        vk.faults.next(kind, **options)
        with pytest.raises(raised):
            await _vk_call(session, "messages.send", peer_id=CLIENT, random_id=5, message="раз")
        assert len(vk.messages(CLIENT)) == int(bool(options.get("after")))
        # The same random_id again: sent once, whatever became of the first call.
        await _vk_call(session, "messages.send", peer_id=CLIENT, random_id=5, message="раз")
        assert [sent.text for sent in vk.messages(CLIENT)] == ["раз"]
        assert vk.repeats == int(bool(options.get("after")))
        assert vk.faults.injected == {kind: 1}
        assert not vk.server.errors


async def test_the_sdk_itself_waits_after_too_many_requests_on_vk() -> None:
    async with VkEmulator(open_chats=True) as vk:
        vk.faults.next("too_many")
        await _vk_call(vk_session(vk), "messages.send", peer_id=CLIENT, random_id=5, message="раз")
        assert vk.requests["messages.send"] == 2
        assert len(vk.messages(CLIENT)) == 1


async def test_a_delay_before_and_after_the_effect() -> None:
    async with TelegramEmulator(open_chats=True) as telegram, aiogram_bot(telegram) as bot:
        await _delayed(telegram, bot, after=False)
        await _delayed(telegram, bot, after=True)


async def _delayed(telegram: TelegramEmulator, bot: Bot, after: bool) -> None:
    telegram.faults.next("delay", seconds=0.3, after=after)
    sent, asked = len(telegram.messages(CLIENT)), telegram.requests["sendMessage"]
    call = asyncio.create_task(bot.send_message(CLIENT, "раз"))
    await _until(lambda: telegram.requests["sendMessage"] > asked)
    assert not call.done()
    assert len(telegram.messages(CLIENT)) == sent + after
    await call
    assert len(telegram.messages(CLIENT)) == sent + 1


async def test_telegram_updates_twice_out_of_order_and_malformed() -> None:
    async with TelegramEmulator(seed=3) as telegram, aiogram_bot(telegram) as bot:
        told = [telegram.client_says(CLIENT, str(number)).update_id for number in range(4)]
        telegram.faults.next("duplicate", later=False)
        assert [update.update_id for update in await bot.get_updates()] == [told[0], *told]
        telegram.faults.next("duplicate", later=True)
        assert [update.update_id for update in await bot.get_updates()] == told
        assert [update.update_id for update in await bot.get_updates(offset=told[3] + 1)] == [told[0]]
        mixed = [telegram.client_says(CLIENT, str(number)).update_id for number in range(5)]
        telegram.faults.next("reorder")
        seen = [update.update_id for update in await bot.get_updates()]
        assert seen != mixed and sorted(seen) == mixed
        telegram.faults.next("malformed")
        # The SDK fails on the whole batch, and will again until the offset moves past the bad update.
        for _ in range(2):
            with pytest.raises(ClientDecodeError):
                await bot.get_updates(offset=mixed[0])
        good = telegram.client_says(CLIENT, "после").update_id
        assert [update.update_id for update in await bot.get_updates(offset=good)] == [good]


async def test_vk_events_twice_out_of_order_and_malformed() -> None:
    async with VkEmulator(seed=3) as vk:
        poll = await asyncio.to_thread(VkBotLongPoll, vk_session(vk), vk.group_id, 1)
        told = [vk.client_says(CLIENT, str(number)).update_id for number in range(4)]
        vk.faults.next("duplicate", later=False)
        assert await _event_ids(poll) == [*told, told[0]]
        more = [vk.client_says(CLIENT, str(number)).update_id for number in range(2)]
        vk.faults.next("duplicate", later=True)
        assert await _event_ids(poll) == more
        assert await _event_ids(poll) == [more[0]]
        mixed = [vk.client_says(CLIENT, str(number)).update_id for number in range(5)]
        vk.faults.next("reorder")
        seen = await _event_ids(poll)
        assert seen != mixed and sorted(seen) == sorted(map(str, mixed))
        vk.push_raw({"object": {"message": {"peer_id": CLIENT}}})
        with pytest.raises(KeyError):
            await asyncio.to_thread(poll.check)
        vk.client_says(CLIENT, "после")
        vk.faults.next("malformed")
        with suppress(KeyError, TypeError, AttributeError, ValueError):
            await asyncio.to_thread(poll.check)
        assert vk.faults.injected["malformed"] == 1


async def test_polling_survives_faults_drawn_by_lot() -> None:
    """Two hundred messages through failing polls and sends: the emulator itself loses and doubles nothing."""
    async with TelegramEmulator(seed=11) as telegram, aiogram_bot(telegram) as bot:
        for kind in ("drop", "error_502", "garbage", "error_500"):
            telegram.faults.chance(kind, 0.05, method="*")
        told = [telegram.client_says(CLIENT, str(number)).update_id for number in range(200)]
        seen: list[int] = []
        while len(seen) < len(told):
            with suppress(TelegramAPIError, ClientDecodeError):
                batch: list[Update] = await bot.get_updates(offset=seen[-1] + 1 if seen else None, limit=7)
                seen.extend(update.update_id for update in batch)
        assert seen == told
        assert set(telegram.faults.injected) >= {"drop", "error_502"}


async def _vk_call(session: vk_api.VkApi, method: str, **values: Any) -> Any:
    return await asyncio.to_thread(session.method, method, values)


async def _event_ids(poll: VkBotLongPoll) -> list[str]:
    return [event.raw["event_id"] for event in await asyncio.to_thread(poll.check)]


async def _until(true: Callable[[], bool], timeout: float = 5.0) -> None:
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
