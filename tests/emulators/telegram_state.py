"""What the emulated Telegram knows: people, chats, topics, settings, and the counters of ids."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.emulators import telegram_payloads as payloads
from tests.emulators.ledger import Ledger, SentFile
from tests.emulators.telegram_errors import BadRequest, Forbidden
from tests.emulators.telegram_groups import Groups
from tests.emulators.telegram_payloads import Payload
from tests.emulators.telegram_updates import UpdateQueue
from tests.emulators.telegram_webhook import Webhook

CALLBACKS_KEPT: Final = 10_000


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the id of the service message that opened it."""

    thread_id: int
    name: str
    icon_color: int
    closed: bool = False


class CallbackAnswer(NamedTuple):
    """What the bot answered to a pressed button."""

    query_id: str
    user_id: int
    text: str
    show_alert: bool


@dataclass(slots=True)
class _Query:
    user_id: int
    asked_at: float


@dataclass(slots=True)
class TelegramState:
    """Everything but the HTTP. `open_chats`: the bot may write to people who never wrote to it."""

    queue: UpdateQueue
    ledger: Ledger
    open_chats: bool
    callback_ttl: float
    users: dict[int, Payload] = field(default_factory=dict)
    chats: dict[int, Payload] = field(default_factory=dict)
    topics: dict[int, dict[int, Topic]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    answers: list[CallbackAnswer] = field(default_factory=list)
    groups: Groups = field(default_factory=Groups)
    settings: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    sent_files: dict[str, SentFile] = field(default_factory=dict)
    queries: dict[str, _Query] = field(default_factory=dict)
    webhook: Webhook = field(init=False)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(101))

    def __post_init__(self) -> None:
        self.webhook = Webhook(self.queue)

    def clear(self, forums: Iterable[int]) -> None:
        """Forget people, topics and messages; ids go on, so nothing is taken for a repetition."""
        for kept in (self.users, self.chats, self.topics, self.settings, self.files, self.sent_files, self.queries):
            kept.clear()
        self.blocked.clear()
        self.groups = Groups()
        self.answers.clear()
        self.webhook.stop()
        self.queue.clear()
        self.ledger.clear()
        for chat_id in forums:
            self.add_forum(chat_id)

    def next_message_id(self) -> int:
        """The next message id; one series for all chats."""
        return next(self._numbers)

    def user(self, user_id: int, first_name: str | None = None) -> Payload:
        """The person with this id, met from now on; a name given later replaces the old one."""
        known = self.users.get(user_id)
        if known is None or (first_name is not None and known["first_name"] != first_name):
            known = payloads.person(user_id, first_name or f"Client {user_id}")
            self.users[user_id] = known
            self.chats[user_id] = payloads.private_chat(known)
        return known

    def meet(self, update: dict[str, Any]) -> None:
        """Know the people and private chats that a literal update speaks of."""
        for body in update.values():
            if not isinstance(body, dict):
                continue
            sender = body.get("from")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                self.user(sender["id"], sender.get("first_name"))

    def add_forum(self, chat_id: int) -> None:
        """Add a supergroup with topics in which the bot is an administrator."""
        self.chats[chat_id] = payloads.forum_chat(chat_id)
        self.topics.setdefault(chat_id, {})

    def chat(self, chat_id: Any) -> Payload:
        """The chat the bot names. Raises BadRequest or Forbidden as the server does."""
        try:
            number = int(chat_id)
        except (TypeError, ValueError):
            raise BadRequest("chat not found" if chat_id else "chat_id is empty") from None
        chat = self.chats.get(number)
        if chat is None:
            if number < 0 or not self.open_chats:
                raise BadRequest("chat not found")
            self.user(number)
            chat = self.chats[number]
        return chat

    def writable(self, chat_id: Any) -> Payload:
        """The chat, if the bot may write there. Raises BadRequest or Forbidden."""
        chat = self.chat(chat_id)
        self.groups.check_sending(chat["id"])
        if chat["id"] in self.blocked:
            raise Forbidden("bot was blocked by the user")
        return chat

    def topic(self, chat_id: int, thread_id: int, error: str) -> Topic:
        """The topic with this id. Raises BadRequest with the given words."""
        topic = self.topics.get(chat_id, {}).get(thread_id)
        if topic is None or chat_id in self.groups.without_topics:
            raise BadRequest(error)
        return topic

    def ask(self, user_id: int) -> str:
        """Open a callback query and return its id."""
        query_id = str(secrets.randbits(63))
        self.queries[query_id] = _Query(user_id, time.monotonic())
        if len(self.queries) > CALLBACKS_KEPT:
            del self.queries[next(iter(self.queries))]
        return query_id

    def answer(self, query_id: str, text: str, show_alert: bool) -> None:
        """Answer a callback query. Raises BadRequest when it is unknown or too old."""
        query = self.queries.get(query_id)
        if query is None or time.monotonic() - query.asked_at > self.callback_ttl:
            raise BadRequest("query is too old and response timeout expired or query ID is invalid")
        self.answers.append(CallbackAnswer(query_id, query.user_id, text, show_alert))
        if len(self.answers) > CALLBACKS_KEPT:
            del self.answers[: CALLBACKS_KEPT // 2]
        self.ledger.record("answerCallbackQuery", query.user_id, 0, text)
