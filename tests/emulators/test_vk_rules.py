"""What the emulated VK accepts, refuses and hands over, call by call, through vk_api."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import requests
from vk_api import ApiError  # type: ignore[import-untyped]
from vk_api.bot_longpoll import VkBotLongPoll, VkBotMessageEvent  # type: ignore[import-untyped]
from vk_api.execute import VkFunction  # type: ignore[import-untyped]
from vk_api.requests_pool import VkRequestsPool  # type: ignore[import-untyped]

from tests.emulators import VkEmulator
from tests.emulators.sdk import vk_session
from tests.emulators.vk_payloads import KINDS

CLIENT = 501


async def _call(vk: VkEmulator, method: str, **values: Any) -> Any:
    """The response, or (code, text) of an error."""
    try:
        return await asyncio.to_thread(vk_session(vk).method, method, values)
    except ApiError as error:
        return error.code, error.error["error_msg"]


def _keyboard(rows: int, columns: int, inline: bool = False, **action: Any) -> str:
    button = {"action": {"type": "text", "label": "Да", **action}, "color": "primary"}
    return json.dumps({"inline": inline, "buttons": [[button] * columns] * rows})


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"message": "я" * 9001}, 914),
        ({"message": ""}, 100),
        ({"random_id": ""}, 100),
        ({"random_id": 2**31}, 100),
        ({"peer_id": "кто"}, 100),
        ({"peer_id": 999}, 901),
        ({"peer_id": 2_000_000_001}, 917),
        ({"v": ""}, 8),
        ({"v": "5.50"}, 8),
        ({"access_token": "чужой"}, 5),
        ({"keyboard": "{"}, 911),
        ({"keyboard": _keyboard(11, 1)}, 911),
        ({"keyboard": _keyboard(1, 6)}, 911),
        ({"keyboard": _keyboard(10, 5)}, 911),
        ({"keyboard": _keyboard(7, 1, inline=True)}, 911),
        ({"keyboard": _keyboard(3, 4, inline=True)}, 911),
        ({"keyboard": _keyboard(1, 0)}, 911),
        ({"keyboard": _keyboard(1, 1, label="")}, 911),
        ({"keyboard": _keyboard(1, 1, label="я" * 41)}, 911),
        ({"keyboard": _keyboard(1, 1, payload=json.dumps("a" * 254))}, 911),
        ({"keyboard": _keyboard(1, 1, payload="{")}, 911),
        ({"keyboard": _keyboard(1, 1, type="teleport")}, 911),
    ],
)
async def test_refused_messages(values: dict[str, Any], code: int) -> None:
    async with VkEmulator() as vk:
        vk.client_starts(CLIENT)
        refused = await _call(vk, "messages.send", **{"peer_id": CLIENT, "random_id": 1, "message": "раз", **values})
        assert refused[0] == code, refused
        assert vk.ledger.total == 0 and not vk.server.errors


async def test_limits_are_met_exactly() -> None:
    async with VkEmulator(open_chats=True) as vk:
        keyboards = (
            _keyboard(10, 4), _keyboard(8, 5), _keyboard(2, 5, inline=True), _keyboard(6, 1, inline=True),
            _keyboard(1, 1, payload=json.dumps("a" * 253)), '{"buttons":[]}',
        )  # fmt: skip
        for number, keyboard in enumerate(keyboards, start=1):
            values = {"peer_id": CLIENT, "random_id": number, "message": "я" * 9000, "keyboard": keyboard}
            assert await _call(vk, "messages.send", **values) == number
        assert vk.last(CLIENT).removes_keyboard


async def test_a_random_id_counts_for_an_hour_and_a_hundred_messages() -> None:
    async with VkEmulator(open_chats=True) as vk:
        now = 1000.0
        vk.state.clock = lambda: now
        send = {"peer_id": CLIENT, "message": "раз"}
        first = await _call(vk, "messages.send", random_id=5, **send)
        assert await _call(vk, "messages.send", random_id=5, **send) == first
        assert await _call(vk, "messages.send", random_id=5, **{**send, "peer_id": 502}) != first
        assert await _call(vk, "messages.send", random_id=0, **send) != first
        assert await _call(vk, "messages.send", random_id=0, **send) != first
        now += 3601
        second = await _call(vk, "messages.send", random_id=5, **send)
        assert second != first
        for _ in range(99):
            vk.client_says(CLIENT, "и ещё")
        assert await _call(vk, "messages.send", random_id=5, **send) == second
        vk.client_says(CLIENT, "сотое")
        assert await _call(vk, "messages.send", random_id=5, **send) != second
        assert (vk.repeats, len(vk.messages(CLIENT)), len(vk.messages(502))) == (2, 5, 1)


async def test_several_peers_at_once() -> None:
    async with VkEmulator() as vk:
        vk.client_starts(1)
        vk.client_starts(2)
        vk.deny(2)
        results = await _call(vk, "messages.send", peer_ids="1,2", random_id=5, message="раз")
        assert [result["peer_id"] for result in results] == [1, 2]
        assert results[0]["message_id"] and results[0]["conversation_message_id"] == 2
        assert results[1]["message_id"] == 0 and results[1]["error"]["code"] == 901


async def test_execute_of_several_sends() -> None:
    async with VkEmulator() as vk:
        vk.client_starts(1)
        session = vk_session(vk)

        def pooled(last_method: str) -> list[Any]:
            with VkRequestsPool(session) as pool:
                text = 'a) "];'
                calls = [("messages.send", {"peer_id": peer, "random_id": 0, "message": text}) for peer in (1, 999)]
                return [pool.method(*call) for call in (*calls, (last_method, {"peer_id": 1, "random_id": 0}))]

        for last_method in ("messages.send", "messages.setActivity"):
            sent, refused, other = await asyncio.to_thread(pooled, last_method)
            assert sent.ok and sent.result == vk.last(1).message_id and vk.last(1).text == 'a) "];'
            assert not refused.ok and refused.error["error_code"] == 901
            assert other.ok == (last_method == "messages.setActivity")
        assert vk.requests["execute"] == 2 and vk.requests["execute:messages.send"] == 5
        many = "return [" + ",".join(["API.users.get({})"] * 26) + "];"
        with pytest.raises(ApiError, match="Too many API calls"):
            await asyncio.to_thread(VkFunction(many), session)
        with pytest.raises(ApiError, match="Unable to compile code"):
            await asyncio.to_thread(VkFunction("var a = 1;"), session)


async def test_ts_reads_and_reads_again() -> None:
    async with VkEmulator() as vk:
        vk.client_says(CLIENT, "до опроса")
        poll = await asyncio.to_thread(VkBotLongPoll, vk_session(vk), vk.group_id, 1)
        start = poll.ts
        told = [vk.client_says(CLIENT, str(number)).update_id for number in range(3)]
        assert await _ids(poll) == told
        poll.ts = start
        assert await _ids(poll) == told
        waiting = asyncio.create_task(_ids(poll))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        later = vk.client_says(CLIENT, "позже").update_id
        assert await waiting == [later]
        assert await _ids(poll) == []


async def test_keys_expire_sessions_are_lost_and_history_is_forgotten() -> None:
    async with VkEmulator() as vk:
        poll = await asyncio.to_thread(VkBotLongPoll, vk_session(vk), vk.group_id, 1)
        said = vk.client_says(CLIENT, "раз").update_id
        vk.expire_key()
        assert await _ids(poll) == []
        assert await _ids(poll) == [said]
        vk.client_says(CLIENT, "потеряно")
        vk.lose_session()
        assert await _ids(poll) == []
        said = vk.client_says(CLIENT, "два").update_id
        assert await _ids(poll) == [said]
        vk.client_says(CLIENT, "забыто")
        vk.forget_history()
        url, query = poll.url, {"act": "a_check", "key": poll.key, "ts": poll.ts, "wait": 1}
        answer = (await asyncio.to_thread(requests.get, url, query)).json()
        assert answer == {"failed": 1, "ts": str(vk.state.log.ts)}
        assert await _ids(poll) == []
        said = vk.client_says(CLIENT, "три").update_id
        assert await _ids(poll) == [said]


async def test_events_follow_the_settings_of_the_community() -> None:
    async with VkEmulator() as vk:
        assert vk.client_types(CLIENT) == ""
        settings = {"group_id": vk.group_id, "message_typing_state": 1, "message_reply": 1, "message_event": 0}
        assert await _call(vk, "groups.setLongPollSettings", **settings) == 1
        events = (await _call(vk, "groups.getLongPollSettings", group_id=vk.group_id))["events"]
        assert (events["message_typing_state"], events["message_event"], events["message_new"]) == (1, 0, 1)
        poll = await asyncio.to_thread(VkBotLongPoll, vk_session(vk), vk.group_id, 1)
        vk.client_types(CLIENT)
        vk.client_starts(CLIENT)
        await _call(vk, "messages.send", peer_id=CLIENT, random_id=1, message="раз")
        vk.client_presses(CLIENT, {"a": 1}, forged=True)
        vk.deny(CLIENT)
        vk.allow(CLIENT)
        vk.comments(CLIENT, "под записью")
        kinds = [event.raw["type"] for event in await asyncio.to_thread(poll.check)]
        assert kinds == [
            "message_typing_state", "message_new", "message_reply", "message_deny", "message_allow",
            "wall_reply_new",
        ]  # fmt: skip


async def test_every_kind_of_message_suits_the_sdk() -> None:
    async with VkEmulator() as vk:
        poll = await asyncio.to_thread(VkBotLongPoll, vk_session(vk), vk.group_id, 1)
        for kind in (*KINDS, "voice", "document"):
            vk.client_sends(CLIENT, kind)
        events = await asyncio.to_thread(poll.check)
        assert len(events) == len(KINDS) + 2
        assert all(isinstance(event, VkBotMessageEvent) and event.from_user for event in events)
        assert {event.raw["v"] for event in events} == {"5.199"}


async def test_the_rest_of_the_api() -> None:
    async with VkEmulator() as vk:
        vk.client_says(CLIENT, "раз", first_name="Айгуль")
        assert (await _call(vk, "groups.getById"))["groups"][0]["id"] == vk.group_id
        assert (await _call(vk, "users.get", user_ids=f"{CLIENT},7"))[0]["first_name"] == "Айгуль"
        assert await _call(vk, "messages.isMessagesFromGroupAllowed", user_id=7) == {"is_allowed": 0}
        assert await _call(vk, "messages.setActivity", peer_id=CLIENT, type="typing") == 1
        assert await _call(vk, "wall.teleport") == (3, "Unknown method passed")
        stale = {"event_id": "0", "user_id": CLIENT, "peer_id": CLIENT}
        assert (await _call(vk, "messages.sendMessageEventAnswer", **stale))[0] == 100
        assert (await _call(vk, "messages.edit", peer_id=CLIENT, message_id=5, message="a"))[0] == 100


async def _ids(poll: VkBotLongPoll) -> list[str]:
    return [event.raw["event_id"] for event in await asyncio.to_thread(poll.check)]
