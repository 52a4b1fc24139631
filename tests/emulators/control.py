"""The control API of emulators that run in a process of their own; JSON in, JSON out.

GET  /                          what the bots have said, as text for people
GET  /health                    addresses and tokens
POST /reset                     forget everything in both; ids go on
For <channel> telegram or vk:
POST /<channel>/updates         a list; each item a literal update, or {"do": "client_says", "user_id": 1,
                                ...} with any verb of `VERBS`; answers what became of each, in order
GET  /<channel>/sent?since=N&limit=1000&wait=S    accepted effects from index N; waits up to S seconds for one
GET  /<channel>/messages?chat_id=N                the bot's messages in a chat, with their buttons
GET  /<channel>/requests        requests by method, injected faults, accepted effects, repeated sends (VK)
POST /<channel>/faults          see `Faults.configure`; DELETE ends them
POST /<channel>/reset
A wrong call gets 400 and {"error": "..."}.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson

from tests.emulators.base import Emulator, described
from tests.emulators.bodies import read_params
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.emulators.wire import Answer, HttpServer, Reply, Request

SHARED_VERBS: Final = frozenset(
    {"client_says", "client_starts", "client_sends", "client_presses", "duplicate_next", "cut_connections"}
)
VERBS: Final = {
    "telegram": SHARED_VERBS | {"staff_says", "staff_presses", "block", "unblock", "add_forum"},
    "vk": SHARED_VERBS | {"client_types", "comments", "allow", "deny", "expire_key", "lose_session", "forget_history"},
}
PAGE_LINES: Final = 500


class Control:
    """Serves the control API for one Telegram and one VK emulator."""

    def __init__(self, telegram: TelegramEmulator, vk: VkEmulator) -> None:
        self._telegram = telegram
        self._vk = vk
        self._emulators: dict[str, Emulator] = {"telegram": telegram, "vk": vk}
        self.server = HttpServer(self.handle)

    def addresses(self) -> dict[str, Any]:
        """Where both listen, and what a bot needs to know to talk to them."""
        forums = list(self._telegram.forums)
        return {
            "telegram": {"url": self._telegram.url, "token": self._telegram.token, "forums": forums},
            "vk": {"url": self._vk.url, "token": self._vk.token, "group_id": self._vk.group_id},
        }

    def handle(self, request: Request) -> Answer | Awaitable[Answer]:
        """Answer one control request."""
        match request.verb, request.path:
            case "GET", "/":
                return Reply(self._page().encode(), content_type="text/plain; charset=utf-8")
            case "GET", "/health":
                return _json(self.addresses())
            case "POST", "/reset":
                for emulator in self._emulators.values():
                    emulator.reset()
                return _json(True)
        return self._on_channel(request)

    async def _on_channel(self, request: Request) -> Answer:
        channel, _, what = request.path.strip("/").partition("/")
        emulator = self._emulators.get(channel)
        action = _ACTIONS.get((request.verb, what))
        if emulator is None or action is None:
            return _json({"error": f"no {request.verb} {request.path}"}, 404)
        try:
            return _json(await _settled(action(emulator, channel, request)))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    def _page(self) -> str:
        sent = [
            (message.at, f"{name:8} {described(message)}")
            for name, emulator in self._emulators.items()
            for chat_id in emulator.ledger.chats()
            for message in emulator.messages(chat_id)
        ]
        return "\n".join(line for _, line in sorted(sent)[-PAGE_LINES:]) + "\n"


async def _settled(outcome: Any) -> Any:
    return await outcome if isinstance(outcome, Awaitable) else outcome


def _push(emulator: Any, channel: str, request: Request) -> list[Any]:
    items = orjson.loads(request.body)
    if not isinstance(items, list):
        raise TypeError("a list of updates is expected")
    return [_pushed(emulator, channel, item) for item in items]


def _pushed(emulator: Any, channel: str, item: Any) -> Any:
    if "do" not in item:
        return emulator.push_raw(item)
    options = dict(item)
    verb = options.pop("do")
    if verb not in VERBS[channel]:
        raise LookupError(f"no verb {verb!r} on {channel}; known: {sorted(VERBS[channel])}")
    return getattr(emulator, verb)(**options)


async def _sent(emulator: Emulator, channel: str, request: Request) -> dict[str, Any]:
    params = read_params(request)
    since, limit = int(params.get("since", 0)), int(params.get("limit", 1000))
    wait = float(params.get("wait", 0))
    if wait and emulator.ledger.total <= since:
        await emulator.ledger.changed(wait)
    effects = emulator.ledger.since(since, limit)
    following = effects[-1].seq + 1 if effects else max(since, 0)
    return {"sent": effects, "next": following, "total": emulator.ledger.total}


def _messages(emulator: Emulator, channel: str, request: Request) -> Any:
    return emulator.messages(int(read_params(request)["chat_id"]))


def _requests(emulator: Emulator, channel: str, request: Request) -> dict[str, Any]:
    return {
        "requests": emulator.requests,
        "injected": emulator.faults.injected,
        "pending_faults": emulator.faults.pending,
        "effects": emulator.ledger.total,
        "repeats": emulator.repeats if isinstance(emulator, VkEmulator) else 0,
        "failures": [repr(error) for error in emulator.server.errors],
    }


def _faults(emulator: Emulator, channel: str, request: Request) -> int:
    emulator.faults.configure(orjson.loads(request.body))
    return emulator.faults.pending


def _no_faults(emulator: Emulator, channel: str, request: Request) -> bool:
    emulator.faults.clear()
    return True


def _reset(emulator: Emulator, channel: str, request: Request) -> bool:
    emulator.reset()
    return True


_ACTIONS: Final[dict[tuple[str, str], Callable[[Any, str, Request], Any]]] = {
    ("POST", "updates"): _push,
    ("GET", "sent"): _sent,
    ("GET", "messages"): _messages,
    ("GET", "requests"): _requests,
    ("POST", "faults"): _faults,
    ("DELETE", "faults"): _no_faults,
    ("POST", "reset"): _reset,
}


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS), status)


def _plain(value: Any) -> Any:
    """Named tuples as objects and counters as plain ones; orjson leaves both to us."""
    return value._asdict() if hasattr(value, "_asdict") else dict(value)
