"""The emulated Bot API's side of the wire: which request leads where."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

from tests.emulators.base import Emulator
from tests.emulators.bodies import BadBody, Params, read_params
from tests.emulators.faults import Fault
from tests.emulators.pushing import as_json
from tests.emulators.telegram_errors import NOT_FOUND, UNAUTHORIZED, BadRequest, Conflict, Refused, fault_reply
from tests.emulators.telegram_methods import BY_LOWER, METHODS
from tests.emulators.telegram_params import decoded, number
from tests.emulators.telegram_state import TelegramState
from tests.emulators.telegram_updates import MAX_BATCH
from tests.emulators.wire import Answer, Reply, Request

MAX_WAIT: Final = 50


class TelegramServer(Emulator):
    """What the bot talks to."""

    token: str
    state: TelegramState

    def handle(self, request: Request) -> Answer | Awaitable[Answer]:
        """One request to /bot<token>/<method> or /file/bot<token>/<path>."""
        if request.path.startswith("/file/bot"):
            return self._file(request.path.removeprefix("/file/bot"))
        token, _, tail = request.path.removeprefix("/bot").partition("/")
        if token.replace("%3A", ":") != self.token:
            return (UNAUTHORIZED if ":" in token else NOT_FOUND).reply()
        method = BY_LOWER.get(tail.lower())
        if method is None:
            self.requests[tail] += 1
            return NOT_FOUND.reply()
        return self.served(method, request, lambda: self._call(method, request))

    def fault_reply(self, fault: Fault) -> Reply:
        """See `telegram_errors.fault_reply`."""
        return fault_reply(fault)

    def _call(self, method: str, request: Request) -> Answer | Awaitable[Answer]:
        try:
            params = read_params(request)
            if method == "getUpdates":
                return self._get_updates(params, request)
            return _ok(METHODS[method](self.state, params))
        except Refused as refusal:
            return refusal.reply()
        except BadBody:
            return BadRequest("strings must be encoded in UTF-8").reply()

    async def _get_updates(self, params: Params, request: Request) -> Answer:
        try:
            if self.state.webhook.url:
                raise Conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
            self._choose_updates(params)
            self.state.queue.confirm(number(params, "offset"))
            limit = min(max(number(params, "limit", MAX_BATCH), 1), MAX_BATCH)
            timeout = min(number(params, "timeout"), MAX_WAIT)
            return _ok(await self.state.queue.take(limit, timeout, request.gone))
        except Refused as refusal:
            return refusal.reply()

    def _choose_updates(self, params: Params) -> None:
        kinds = decoded(params, "allowed_updates")
        if kinds is not None or "allowed_updates" in params:
            self.state.queue.allowed = frozenset(kinds) if kinds else None

    def _file(self, tail: str) -> Reply:
        token, _, path = tail.partition("/")
        content = self.state.files.get(path.removeprefix("documents/"))
        if token != self.token or content is None:
            return NOT_FOUND.reply()
        return Reply(content, content_type="application/octet-stream")


def _ok(result: Any) -> Reply:
    return Reply(as_json({"ok": True, "result": result}))
