"""Updates as no messenger would send them: literal payloads, bent by lot; the same seed bends them the same way."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.emulators import telegram_payloads, vk_payloads
from tests.emulators.vk import GROUP_ID

Json = Any

FIRST: Final = 600_000_000
"""Ids of fuzzed clients begin here."""
JUNK: Final[tuple[Json, ...]] = (
    None, True, False, 0, -1, 1, 2**31, -(2**53), 2**63, 2**64 + 1, 10**300, 0.5, 1e308, float("nan"), "", " ", "\x00",
    "\ud83d", "\u202e\u200b", "x" * 5000, "я" * 4097, "/start", "/" * 300, "'; DROP TABLE inbox;--", "{{7*7}}", "%s%n",
    "<script>alert(1)</script>", "../../etc/passwd", [], {}, [[]], [None], {"": None}, {"id": {}}, {"text": ["x"]},
)  # fmt: skip
WORDS: Final = ("как получить агростартап", "позовите человека", "привет", "где моё обращение", "написать жалобу")


def mark(client: int) -> str:
    """What a fuzzed client's words are known by."""
    return f"м{client}м"


def telegram_updates(lot: random.Random, count: int) -> Iterator[tuple[int, Json]]:
    """(client, update) without ``update_id``, which is the queue's to give."""
    for number in range(count):
        client = FIRST + lot.randrange(count // 3 + 1)
        yield client, _bent(_telegram(lot, client, number), lot)


def vk_events(lot: random.Random, count: int) -> Iterator[tuple[int, Json]]:
    """(client, event); the community is always ours, as it would be forged otherwise."""
    for number in range(count):
        client = FIRST + lot.randrange(count // 3 + 1)
        event = {"type": "message_new", "object": {}, **_bent(_vk(lot, client, number), lot)}
        yield client, {**event, "group_id": GROUP_ID}


def _telegram(lot: random.Random, client: int, number: int) -> dict[str, Json]:
    user = telegram_payloads.person(client, "Кто-то")
    chat = telegram_payloads.private_chat(user)
    text = f"{lot.choice(WORDS)} {mark(client)}"
    match lot.randrange(5):
        case 0:
            kind = lot.choice(sorted(telegram_payloads.KINDS))
            return {
                "message": telegram_payloads.message(number, user, chat, **telegram_payloads.content(kind, 1, user))
            }
        case 1:
            shown = telegram_payloads.message(number, telegram_payloads.bot_user(), chat, text="?")
            asked = {"id": str(number), "from": user, "chat_instance": "1", "data": "h:1:1", "message": shown}
            return {"callback_query": asked}
        case 2:
            return {"edited_message": telegram_payloads.message(number, user, chat, text=text, edit_date=1)}
    return {"message": telegram_payloads.message(number, user, chat, text=text)}


def _vk(lot: random.Random, client: int, number: int) -> dict[str, Json]:
    name = f"{lot.getrandbits(160):040x}"
    shared = {"event_id": name, "v": "5.199"}
    text = f"{lot.choice(WORDS)} {mark(client)}"
    match lot.randrange(5):
        case 0:
            more = vk_payloads.content(lot.choice(vk_payloads.KINDS), number, client)
            body = {"message": vk_payloads.message(number, number, client, client, "", **more)}
            return {**shared, "type": "message_new", "object": {**body, "client_info": vk_payloads.CLIENT_INFO}}
        case 1:
            pressed = {"user_id": client, "peer_id": client, "event_id": name[:12], "payload": {"a": "h:1:1"}}
            return {**shared, "type": "message_event", "object": pressed}
        case 2:
            kind = lot.choice(("message_allow", "message_deny"))
            return {**shared, "type": kind, "object": {"user_id": client, "key": ""}}
    body = {"message": vk_payloads.message(number, number, client, client, text)}
    return {**shared, "type": "message_new", "object": {**body, "client_info": vk_payloads.CLIENT_INFO}}


def _bent(payload: dict[str, Json], lot: random.Random) -> dict[str, Json]:
    bent: dict[str, Json] = copy.deepcopy(payload)
    for _ in range(lot.randrange(4)):
        places = list(_places(bent))
        holder, key = lot.choice(places)
        lot.choice(_WAYS)(holder, key, lot)
    return bent


def _places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _replace(holder: Any, key: Any, lot: random.Random) -> None:
    holder[key] = copy.deepcopy(lot.choice(JUNK))


def _remove(holder: Any, key: Any, lot: random.Random) -> None:
    if len(holder) > 1:
        del holder[key]


def _wrap(holder: Any, key: Any, lot: random.Random) -> None:
    for _ in range(lot.choice((1, 2, 70))):
        holder[key] = [holder[key]] if lot.random() < 0.5 else {"message": holder[key]}


def _add(holder: Any, key: Any, lot: random.Random) -> None:
    if isinstance(holder, dict):
        holder[lot.choice(("text", "from", "chat", "peer_id", "payload", "\x00", "id", "type"))] = copy.deepcopy(
            lot.choice(JUNK)
        )


_WAYS: Final[tuple[Callable[[Any, Any, random.Random], None], ...]] = (_replace, _replace, _remove, _wrap, _add)


def broken(body: bytes, lot: random.Random) -> bytes:
    """A body with bytes lost, changed or cut off."""
    if not body or lot.random() < 0.9:
        return body
    at = lot.randrange(len(body))
    return lot.choice((body[:at], body[:at] + bytes([lot.randrange(256)]) + body[at + 1 :], body[at:], b"\x00" + body))
