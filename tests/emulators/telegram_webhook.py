"""setWebhook, deleteWebhook and getWebhookInfo, and the deliveries that follow from them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.emulators.bodies import Params
from tests.emulators.pushing import Push, Pusher, as_json, lane_of
from tests.emulators.telegram_errors import BadRequest
from tests.emulators.telegram_params import decoded, flag, number
from tests.emulators.telegram_updates import Update, UpdateQueue

PORTS: Final = {443, 80, 88, 8443}
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(slots=True)
class Webhook:
    """The webhook of the bot.

    `strict`: only https and the official ports, as the official server; else as a local Bot API server,
    which takes any address.
    """

    queue: UpdateQueue
    strict: bool = False
    url: str = ""
    secret: str = ""
    connections: int = 40
    failed_at: int = 0
    failure: str = ""
    pusher: Pusher | None = None
    set_calls: int = 0
    history: list[Pusher] = field(default_factory=list)

    def set(self, params: Params) -> bool:
        """setWebhook."""
        url, secret = str(params.get("url") or ""), str(params.get("secret_token") or "")
        if not url:
            return self.delete(params)
        self._check(url)
        if secret and not _TOKEN.match(secret):
            raise BadRequest("secret token contains unallowed characters")
        if "allowed_updates" in params:
            kinds = decoded(params, "allowed_updates")
            self.queue.allowed = frozenset(kinds) if kinds else None
        self.set_calls += 1
        connections = min(max(number(params, "max_connections", 40), 1), 100)
        if flag(params, "drop_pending_updates"):
            self.queue.clear()
        if (url, secret, connections) != (self.url, self.secret, self.connections) or self.pusher is None:
            self.stop()
            self.url, self.secret, self.connections = url, secret, connections
            self._start()
        return True

    def delete(self, params: Params) -> bool:
        """deleteWebhook."""
        self.stop()
        if flag(params, "drop_pending_updates"):
            self.queue.clear()
        return True

    def info(self) -> dict[str, Any]:
        """getWebhookInfo."""
        shown: dict[str, Any] = {
            "url": self.url, "has_custom_certificate": False, "pending_update_count": len(self.queue),
        }  # fmt: skip
        if self.url:
            shown["max_connections"] = self.connections
        if self.failure:
            shown.update(last_error_date=self.failed_at, last_error_message=self.failure)
        return shown

    def stop(self) -> None:
        """Push no more; what was not taken stays in the queue."""
        self.url = self.secret = self.failure = ""
        self.queue.on_news = None
        if self.pusher is not None:
            self.pusher.close()
            self.pusher = None

    def _start(self) -> None:
        self.pusher = Pusher(self.url, self.connections, self.queue.faults, self._failed)
        self.history.append(self.pusher)
        self.queue.on_news = self._push
        for update_id, update in self.queue.waiting():
            self._push(update_id, update)

    def _push(self, update_id: int, update: Update) -> None:
        assert self.pusher is not None
        headers = {HEADER: self.secret} if self.secret else {}
        body = as_json(update)
        forged = (body, {HEADER: "wrong"})
        push = Push(body, headers, forged, done=lambda: self.queue.delivered(update_id))
        self.pusher.put(lane_of(update), push)

    def _failed(self, why: str) -> None:
        self.failed_at, self.failure = int(time.time()), why

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname:
            raise BadRequest("invalid webhook URL specified")
        if not self.strict:
            return
        if parts.scheme != "https":
            raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in PORTS:
            raise BadRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
