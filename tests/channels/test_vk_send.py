"""Sending to VK: what goes over the wire, and what each failure means."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import requests
from aiohttp import web

from bot.channels.vk import api
from bot.channels.vk.send import VkSender
from bot.domain.errors import PerhapsSent, Refused, RetryLater, SendFailed, Unreachable
from bot.domain.messages import Call, CallKind, Mark, RenderedButton, Sent, Style
from tests.channels.vk_calls import TOKEN, Server, call, error


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_post("/method/{method}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[VkSender]:
    made = VkSender(TOKEN, 8, server.url)
    yield made
    await made.close()


async def test_a_message_as_it_goes_out(server: Server, sender: VkSender) -> None:
    rows = (
        (RenderedButton("Да", "a:1"), RenderedButton("Нет", "a:0")),
        (RenderedButton("Сайт", link="https://example.org/x"),),
    )
    sent = await sender.send(call("жирный <b>&_*", marks=(Mark(0, 6, Style.BOLD),), rows=rows))
    assert sent == Sent(message_id="71")
    method, form = server.calls[0]
    assert method == "messages.send"
    assert json.loads(form.pop("keyboard")) == {
        "inline": True,
        "buttons": [
            [
                {"action": {"type": "text", "label": "Да", "payload": '{"a":"a:1"}'}, "color": "secondary"},
                {"action": {"type": "text", "label": "Нет", "payload": '{"a":"a:0"}'}, "color": "secondary"},
            ],
            [{"action": {"type": "open_link", "label": "Сайт", "link": "https://example.org/x"}}],
        ],
    }
    assert form == {
        "peer_id": "501", "message": "жирный <b>&_*", "random_id": "10", "dont_parse_links": "1",
        "disable_mentions": "1", "v": "5.199", "access_token": TOKEN,
    }  # fmt: skip


async def test_a_repeat_carries_the_same_random_id(server: Server, sender: VkSender) -> None:
    for number in (1, 1, 2, 2**31 - 2, 2**31 - 1, 2**62):
        await sender.send(call(number=number))
    ids = [int(form["random_id"]) for _, form in server.calls]
    assert ids[0] == ids[1] != ids[2]
    assert all(0 < each < 2**31 for each in ids)


async def test_another_database_has_other_random_ids(server: Server, sender: VkSender) -> None:
    salted = VkSender(TOKEN, 8, server.url, salt="installation 7f3a")
    for each in (sender, salted, salted):
        await each.send(call(number=1))
    await salted.close()
    ids = [int(form["random_id"]) for _, form in server.calls]
    assert ids[0] != ids[1] == ids[2]
    assert 0 < ids[1] < 2**31


def failures() -> dict[str, tuple[web.Response | str, type[SendFailed], float | None]]:
    return {
        "1 unknown": (error(1), PerhapsSent, None),
        "5 token": (error(5, "User authorization failed"), api.Misconfigured, 60),
        "6 a second": (error(6), RetryLater, 1),
        "7 rights": (error(7), api.Misconfigured, 60),
        "9 flood": (error(9), RetryLater, 60),
        "10 internal": (error(10), PerhapsSent, None),
        "14 captcha": (error(14, captcha_sid="1", captcha_img="http://127.0.0.1/"), RetryLater, 300),
        "14 captcha without its fields": (error(14), RetryLater, 300),
        "14 captcha without its picture": (error(14, captcha_sid="1"), RetryLater, 300),
        "15 access": (error(15), api.Misconfigured, 60),
        "17 validation": (error(17, redirect_uri="http://127.0.0.1/"), RetryLater, 300),
        "18 deleted": (error(18), Unreachable, None),
        "29 a day": (error(29), RetryLater, 600),
        "100 parameter": (error(100), Refused, None),
        "113 nobody": (error(113), Unreachable, None),
        "900 in our blacklist": (error(900), Refused, None),
        "901 not allowed": (error(901), Unreachable, None),
        "902 privacy": (error(902), Unreachable, None),
        "911 keyboard": (error(911), Refused, None),
        "912 bot abilities": (error(912), api.Misconfigured, 60),
        "914 too long": (error(914), Refused, None),
        "917 no access": (error(917), Refused, None),
        "936 no contact": (error(936), Refused, None),
        "950 can't": (error(950), Refused, None),
        "985 closed": (error(985), Refused, None),
        "newer than us": (error(99999), Refused, None),
        "code is text": (error("x"), Refused, None),  # type: ignore[arg-type]
        "error without a code": (web.json_response({"error": {}}), PerhapsSent, None),
        "error is text": (web.json_response({"error": "no"}), PerhapsSent, None),
        "no answer": (web.json_response({}), PerhapsSent, None),
        "bare number": (web.json_response(5), PerhapsSent, None),
        "500": (web.Response(status=500, text="{}"), PerhapsSent, None),
        "502 in HTML": (web.Response(status=502, text="<html>"), PerhapsSent, None),
        "200 in HTML": (web.Response(text="<html>"), PerhapsSent, None),
        "broken JSON": (web.Response(text='{"response": '), PerhapsSent, None),
        "cut after the request": ("cut", PerhapsSent, None),
    }


@pytest.mark.parametrize("name", failures())
async def test_failure_means(server: Server, sender: VkSender, name: str, caplog: pytest.LogCaptureFixture) -> None:
    answer, expected, after = failures()[name]
    server.answers.append(answer)
    began = time.monotonic()
    with pytest.raises(SendFailed) as caught:
        await sender.send(call("тайна"))
    assert type(caught.value) is expected
    assert getattr(caught.value, "after", None) == after
    assert len(server.calls) == 1 and time.monotonic() - began < 0.4  # the SDK neither repeats nor sleeps
    shown = f"{caught.value}{caught.value.__cause__}{caplog.text}"
    assert TOKEN not in shown and "тайна" not in shown and "501" not in shown
    operator = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(operator) == (1 if expected is api.Misconfigured else 0)


async def test_nobody_listening() -> None:
    sender = VkSender(TOKEN, 8, "http://127.0.0.1:9")
    with pytest.raises(RetryLater, match=r"no answer from VK \(ConnectionError\)"):
        await sender.send(call())
    await sender.close()


async def test_silence(server: Server, sender: VkSender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "SECONDS", (0.2, 0.2))
    server.answers.append("hang")
    with pytest.raises(RetryLater, match=r"no answer from VK \(ReadTimeout\)"):
        await sender.send(call())


async def test_calls_do_not_wait_for_each_other(server: Server, sender: VkSender) -> None:
    server.answers.extend(["slow"] * 4)
    await asyncio.gather(*(sender.send(call(number=n)) for n in range(4)))
    assert server.most_at_once == 4


async def test_a_clock_set_back_stops_nothing(
    server: Server, sender: VkSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = api.Api(TOKEN, server.url)
    own.last_request = time.time() + 3600
    async with asyncio.timeout(2):
        assert await asyncio.to_thread(own.method, "messages.send", {}) == 71


@pytest.mark.parametrize("host", ["api.vk.com", "api.vk.ru"])
async def test_both_names_of_the_api_lead_to_the_address_given(server: Server, host: str) -> None:
    with api.session(server.url + "/") as session:
        url = f"https://{host}/method/users.get?v=5.199"
        answer = await asyncio.to_thread(session.post, url, {"a": "b"})
    assert answer.json() == {"response": 71}
    assert server.calls == [("users.get", {"a": "b"})]


def test_without_an_address_the_api_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str | None, Any]] = []

    def send(self: object, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        seen.append((request.url, options["timeout"]))
        raise requests.ConnectionError

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    with api.session(None) as session:
        for url in ("https://api.vk.ru/method/x", "https://lp.vk.com/wh8"):
            with pytest.raises(requests.ConnectionError):
                session.get(url)
    assert seen == [("https://api.vk.ru/method/x", (10, 10)), ("https://lp.vk.com/wh8", (10, 10))]


BAD_CALLS: dict[str, Call] = {
    "empty": call(" \n"),
    "too long": call("x" * 9001),
    "no number": call(target="anna"),
    "a topic": call(kind=CallKind.CREATE_TOPIC),
    "half a character in a button": call(rows=((RenderedButton("x\ud800", "a"),),)),
    "half a character": call("а\ud800"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
async def test_what_vk_would_refuse_is_not_sent(server: Server, sender: VkSender, name: str) -> None:
    with pytest.raises(Refused):
        await sender.send(BAD_CALLS[name])
    assert server.calls == []


async def test_a_callback_is_answered(server: Server, sender: VkSender) -> None:
    callback = '{"event_id":"e77","user_id":501,"peer_id":501}'
    await sender.answer_callback(callback)
    await sender.answer_callback(callback, "я" * 200)
    expected = {"event_id": "e77", "user_id": "501", "peer_id": "501", "v": "5.199", "access_token": TOKEN}
    assert server.calls[0] == ("messages.sendMessageEventAnswer", expected)
    notice = json.loads(server.calls[1][1]["event_data"])
    assert notice == {"type": "show_snackbar", "text": "я" * 90}


@pytest.mark.parametrize("callback", ["", "{", "[]", "5", '{"event_id":"e"}', "\ud800"])
async def test_answering_a_callback_never_fails(server: Server, sender: VkSender, callback: str) -> None:
    server.answers.append(error(100))
    await sender.answer_callback(callback, "текст")


SETTINGS = {"is_enabled": True, "api_version": "5.199", "events": {"message_new": 1, "message_event": 0}}
CHECKS: dict[str, tuple[Any, Any, str]] = {
    "off": ({"groups": []}, {**SETTINGS, "is_enabled": False}, "Long Poll is switched off"),
    "no messages": ({"groups": []}, {**SETTINGS, "events": {"message_new": 0}}, "'new message'"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
async def test_check_says_what_is_wrong(server: Server, sender: VkSender, name: str) -> None:
    about, settings, told = CHECKS[name]
    for each in (about, settings):
        server.answers.append(web.json_response({"response": each}))
    with pytest.raises(SendFailed, match=told):
        await sender.check()


async def test_check_says_that_the_token_is_wrong(server: Server, sender: VkSender) -> None:
    server.answers.append(error(5))
    with pytest.raises(SendFailed, match="is OTKLIK_VK_TOKEN right"):
        await sender.check()


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ({"groups": [{"id": 8, "name": "Агентство"}], "profiles": []}, "Агентство"),
        ([{"id": 8, "name": "Агентство"}], "Агентство"),
        ({"groups": []}, "community 8"),
    ],
)
async def test_check_names_the_community(server: Server, sender: VkSender, about: Any, name: str) -> None:
    for each in (about, SETTINGS):
        server.answers.append(web.json_response({"response": each}))
    assert await sender.check() == name
