"""Sending to Telegram: what goes over the wire, and what each failure means."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.channels.telegram.send import TelegramSender
from bot.domain.errors import (
    ChatMoved,
    GroupUnfit,
    OutcomeUnknown,
    Refused,
    RetryLater,
    SendFailed,
    TopicGone,
    Unreachable,
)
from bot.domain.messages import Call, CallKind, Mark, RenderedButton, Sent, Style
from tests.channels.telegram_calls import TOKEN, Server, call, refusal


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/{{method}}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[TelegramSender]:
    made = TelegramSender(TOKEN, server.url + "/")
    yield made
    await made.close()


async def test_a_message_as_it_goes_out(server: Server, sender: TelegramSender) -> None:
    rows = (
        (RenderedButton("Да", "a:1"), RenderedButton("Нет", "a:0")),
        (RenderedButton("Сайт", link="https://example.org/x"),),
    )
    marks = (Mark(3, 6, Style.BOLD), Mark(10, 1, Style.CODE))
    sent = await sender.send(call("😀: жирный 7 <b>&_*", marks=marks, rows=rows))
    assert sent == Sent(message_id="71")
    assert server.calls == [(
        "sendMessage",
        {
            "chat_id": 501,
            "text": "😀: жирный 7 <b>&_*",
            "entities": [
                {"type": "bold", "offset": 4, "length": 6}, {"type": "code", "offset": 11, "length": 1},
            ],
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": [
                [{"text": "Да", "callback_data": "a:1"}, {"text": "Нет", "callback_data": "a:0"}],
                [{"text": "Сайт", "url": "https://example.org/x"}],
            ]},
        },
    )]  # fmt: skip


@pytest.mark.parametrize(("thread", "expected"), [("33", 33), (None, None), ("", None), ("0", None), ("1", None)])
async def test_the_topic_of_a_message(
    server: Server, sender: TelegramSender, thread: str | None, expected: int | None
) -> None:
    await sender.send(call(target="-100123", thread=thread))
    assert server.calls[0][1].get("message_thread_id") == expected
    assert server.calls[0][1]["chat_id"] == -100123


async def test_a_topic_is_opened(server: Server, sender: TelegramSender) -> None:
    topic = {"message_thread_id": 34, "name": "x", "icon_color": 7322096}
    server.answers.append(web.json_response({"ok": True, "result": topic}))
    sent = await sender.send(call("Анна\n" + "я" * 200, kind=CallKind.CREATE_TOPIC, target="-100123"))
    assert sent == Sent(topic_id="34")
    method, wish = server.calls[0]
    assert (method, wish["chat_id"]) == ("createForumTopic", -100123)
    assert len(wish["name"]) == 128 and wish["name"].startswith("Анна яяя")


async def test_a_result_of_another_shape_is_still_sent(server: Server, sender: TelegramSender) -> None:
    server.answers.append(web.json_response({"ok": True, "result": {"message_id": 5, "chat": "odd"}}))
    assert await sender.send(call()) == Sent(message_id="5")


def failures() -> dict[str, tuple[web.Response | str, type[SendFailed], float | None]]:
    html = web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
    return {
        "429": (refusal(429, "Too Many Requests: retry after 17", retry_after=17), RetryLater, 17),
        "429 without a wish": (refusal(429, "Too Many Requests"), RetryLater, None),
        "429 of a proxy": (web.Response(status=429, text="<html>slow down</html>"), RetryLater, None),
        "403 of a proxy": (web.Response(status=403, text="<html>forbidden</html>"), RetryLater, None),
        "401": (refusal(401, "Unauthorized"), RetryLater, 60),
        "404": (refusal(404, "Not Found"), RetryLater, 60),
        "409": (refusal(409, "Conflict: something"), RetryLater, None),
        "blocked": (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable, None),
        "deactivated": (refusal(403, "Forbidden: user is deactivated"), Unreachable, None),
        "no chat": (refusal(400, "Bad Request: chat not found"), Unreachable, None),
        "no topic": (refusal(400, "Bad Request: message thread not found"), TopicGone, None),
        "topic deleted": (refusal(400, "Bad Request: TOPIC_DELETED"), TopicGone, None),
        "bad button": (refusal(400, "Bad Request: BUTTON_DATA_INVALID"), Refused, None),
        "no rights": (refusal(400, "Bad Request: not enough rights to send text messages"), Refused, None),
        "moved": (
            refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007), ChatMoved, None,
        ),
        "no words": (web.json_response({"ok": False}, status=400), Refused, None),
        "refusal that can't be read": (web.json_response({"ok": False, "error_code": []}, status=400),
                                       RetryLater, None),
        "500": (refusal(500, "Internal Server Error"), OutcomeUnknown, None),
        "500 without words": (web.json_response({"ok": False}, status=500), OutcomeUnknown, None),
        "502 in HTML": (html, OutcomeUnknown, None),
        "200 in HTML": (web.Response(text="<html>log in</html>"), OutcomeUnknown, None),
        "200 and a refusal": (web.json_response({"ok": False}), OutcomeUnknown, None),
        "broken JSON": (web.Response(text='{"ok": true, "result"'), OutcomeUnknown, None),
        "cut after the request": ("cut", OutcomeUnknown, None),
    }  # fmt: skip


@pytest.mark.parametrize("name", failures())
async def test_failure_means(
    server: Server, sender: TelegramSender, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer, expected, after = failures()[name]
    server.answers.append(answer)
    with pytest.raises(SendFailed) as caught:
        await sender.send(call("тайна"))
    assert type(caught.value) is expected or (after == 60 and isinstance(caught.value, expected))
    assert getattr(caught.value, "after", None) == after
    assert len(server.calls) == 1
    shown = f"{caught.value}{caught.value.__cause__}{caplog.text}"
    assert "very-secret" not in shown and "тайна" not in shown and "501" not in shown
    operator = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(operator) == (1 if after == 60 else 0)


async def test_the_new_number_of_a_group_is_told(server: Server, sender: TelegramSender) -> None:
    server.answers.append(refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1007))
    with pytest.raises(ChatMoved) as caught:
        await sender.send(call())
    assert caught.value.to == "-1007"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Bad Request: not enough rights to create a topic"),
        (400, "Bad Request: the chat is not a forum"),
        (400, "Bad Request: have no rights to send a message"),
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
    ],
)
async def test_a_group_out_of_order_can_be_mended(
    server: Server, sender: TelegramSender, status: int, words: str
) -> None:
    server.answers.append(refusal(status, words))
    with pytest.raises(GroupUnfit) as caught:
        await sender.send(replace(call(), target="-1001"))
    assert caught.value.after == 60


async def test_a_deleted_topic_is_no_fault_of_the_group(server: Server, sender: TelegramSender) -> None:
    server.answers.append(refusal(400, "Bad Request: message thread not found"))
    with pytest.raises(TopicGone):
        await sender.send(replace(call(), target="-1001", thread="7"))


async def test_words_are_changed(server: Server, sender: TelegramSender) -> None:
    server.answers.append(web.json_response({"ok": True, "result": {"message_id": 7}}))
    changed = replace(call("в четверг"), kind=CallKind.EDIT, edits="7")
    assert await sender.send(changed) == Sent("7")
    server.answers.append(refusal(400, "Bad Request: message is not modified: specified new message content"))
    assert await sender.send(changed) == Sent("7")
    server.answers.append(refusal(400, "Bad Request: message to edit not found"))
    with pytest.raises(Refused, match="not found"):
        await sender.send(changed)
    with pytest.raises(Refused, match="never sent"):
        await sender.send(replace(changed, edits=None))


async def test_a_group_is_left(server: Server, sender: TelegramSender) -> None:
    server.answers.append(web.json_response({"ok": True, "result": True}))
    assert await sender.send(replace(call(), kind=CallKind.LEAVE, target="-1001")) == Sent()


async def test_nobody_listening_means_that_nothing_was_sent() -> None:
    sender = TelegramSender(TOKEN, "http://127.0.0.1:9")
    with pytest.raises(RetryLater, match="no connection to Telegram"):
        await sender.send(call())
    await sender.close()


async def test_no_such_host_means_that_nothing_was_sent() -> None:
    sender = TelegramSender(TOKEN, "http://no-such-host.invalid")
    with pytest.raises(RetryLater, match="no connection to Telegram"):
        await sender.send(call())
    await sender.close()


async def test_silence_means_an_unknown_outcome(
    server: Server, sender: TelegramSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender._session, "timeout", 0.2)
    server.answers.append("hang")
    with pytest.raises(OutcomeUnknown, match="TimeoutError"):
        await sender.send(call())


async def test_a_token_that_is_none_is_told_by_each_call(caplog: pytest.LogCaptureFixture) -> None:
    sender = TelegramSender("my token", "http://127.0.0.1:9")
    for work in (sender.check(), sender.send(call())):
        with pytest.raises(RetryLater, match="OTKLIK_TELEGRAM_TOKEN does not look like") as caught:
            await work
        assert caught.value.after == 60
    assert "my token" not in caplog.text and "OTKLIK_TELEGRAM_TOKEN" in caplog.text
    await sender.answer_callback("1")
    await sender.close()


BAD_CALLS: dict[str, Call] = {
    "empty": call(" \n"),
    "too long": call("x" * 4097),
    "too long in UTF-16": call("😀" * 2049),
    "half a character": call("а\ud800"),
    "half a character in a topic": call("а\ud800", kind=CallKind.CREATE_TOPIC),
    "half a character in a button": call(rows=((RenderedButton("x\ud800", "a"),),)),
    "no number": call(target="anna"),
    "topic without a number": call(thread="abc"),
    "topic without a name": call("\n", kind=CallKind.CREATE_TOPIC),
}


@pytest.mark.parametrize("name", BAD_CALLS)
async def test_what_telegram_would_refuse_is_not_sent(server: Server, sender: TelegramSender, name: str) -> None:
    with pytest.raises(Refused):
        await sender.send(BAD_CALLS[name])
    assert server.calls == []


async def test_the_longest_text_is_sent(server: Server, sender: TelegramSender) -> None:
    await sender.send(call("😀" * 2048))
    assert len(server.calls) == 1


async def test_a_callback_is_answered(server: Server, sender: TelegramSender) -> None:
    await sender.answer_callback("8823")
    await sender.answer_callback("8824", "я" * 500)
    assert server.calls == [
        ("answerCallbackQuery", {"callback_query_id": "8823"}),
        ("answerCallbackQuery", {"callback_query_id": "8824", "text": "я" * 200}),
    ]


@pytest.mark.parametrize("answer", ["cut", "old", "html"])
async def test_answering_a_callback_never_fails(server: Server, sender: TelegramSender, answer: str) -> None:
    answers: dict[str, web.Response | str] = {
        "cut": "cut",
        "old": refusal(400, "Bad Request: query is too old and response timeout expired"),
        "html": web.Response(status=502, text="<html>"),
    }
    server.answers.append(answers[answer])
    await sender.answer_callback("8823")
    await sender.answer_callback("\ud800")


async def test_check_names_the_bot(server: Server, sender: TelegramSender) -> None:
    me = {"id": 4242, "is_bot": True, "first_name": "Помощник", "username": "otklik_bot"}
    server.answers.append(web.json_response({"ok": True, "result": me}))
    assert await sender.check() == "@otklik_bot"
    server.answers.append(refusal(401, "Unauthorized"))
    with pytest.raises(SendFailed, match="OTKLIK_TELEGRAM_TOKEN"):
        await sender.check()
