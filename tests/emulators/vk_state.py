"""What the emulated VK knows: people, permissions, conversations, settings of the community."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.emulators.ledger import Ledger, SentFile
from tests.emulators.vk_callbacks import CallbackServers
from tests.emulators.vk_errors import VkError, invalid
from tests.emulators.vk_longpoll import EventLog

CHATS_FROM: Final = 2_000_000_000
KEY_SECONDS: Final = 3600
KEY_MESSAGES: Final = 100
ANSWER_SECONDS: Final = 60
ASKED_KEPT: Final = 10_000

ON_BY_DEFAULT: Final = (
    "message_new", "message_event", "message_allow", "message_deny", "message_edit", "message_reaction_event",
    "wall_reply_new", "wall_reply_edit", "wall_reply_delete",
)  # fmt: skip


class EventAnswer(NamedTuple):
    """What the bot answered to a pressed callback button; `data` is the decoded event_data."""

    event_id: str
    user_id: int
    peer_id: int
    data: Any


class _Key(NamedTuple):
    message_id: int
    local_id: int
    at: float


@dataclass(slots=True)
class Conversation:
    """One peer: `local_id` counts the messages of both sides, `keys` are random_ids used of late."""

    local_id: int = 0
    keys: dict[int, _Key] = field(default_factory=dict)

    def next_local_id(self) -> int:
        """The next conversation_message_id."""
        self.local_id += 1
        return self.local_id


@dataclass(slots=True)
class VkState:
    """Everything but the HTTP. `clock` is in seconds and may be turned by hand in tests of random_id."""

    group_id: int
    log: EventLog
    ledger: Ledger
    open_chats: bool
    clock: Callable[[], float] = time.time
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    denied: set[int] = field(default_factory=set)
    enabled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ON_BY_DEFAULT, 1))
    long_poll_on: bool = True
    answers: list[EventAnswer] = field(default_factory=list)
    repeats: int = 0
    uploads: dict[str, SentFile] = field(default_factory=dict)
    docs: dict[str, SentFile] = field(default_factory=dict)
    written: dict[tuple[int, int], int] = field(default_factory=dict)
    """Numbers in the conversation of what clients wrote, by client and message id."""
    callbacks: CallbackServers = field(init=False)
    served: dict[str, bytes] = field(default_factory=dict)
    _asked: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    _conversations: dict[int, Conversation] = field(default_factory=dict)
    _last_id: int = 0

    def __post_init__(self) -> None:
        self.callbacks = CallbackServers(self.group_id, self.log.faults)

    def clear(self) -> None:
        """Forget people and messages; ids and `ts` go on, so nothing is taken for a repetition."""
        for kept in (self.uploads, self.docs, self.names, self._asked, self._conversations, self.written):
            kept.clear()
        self.denied.clear()
        self.answers.clear()
        self.enabled = dict.fromkeys(ON_BY_DEFAULT, 1)
        self.long_poll_on = True
        self.callbacks.clear()
        self.repeats = 0
        self.log.forget_history()
        self.ledger.clear()

    def next_message_id(self) -> int:
        """The next message id; one series for the community."""
        self._last_id += 1
        return self._last_id

    def conversation(self, peer_id: int) -> Conversation:
        """The conversation with this peer."""
        return self._conversations.setdefault(peer_id, Conversation())

    def meet(self, user_id: int, first_name: str | None = None) -> None:
        """Know a person from now on; a name given later replaces the old one."""
        if user_id not in self.names or first_name is not None:
            self.names[user_id] = (first_name or f"Client {user_id}", "")

    def tell(self, kind: str, body: dict[str, Any]) -> str:
        """Log an event if the community has this kind switched on; the event_id, or "" if not."""
        polled, pushed = self.long_poll_on and self.enabled.get(kind), self.callbacks.wanted(kind)
        if not (polled or pushed):
            return ""
        event = self.log.made(kind, body)
        if polled:
            self.log.push_raw(event)
        self.callbacks.push(event, to=pushed)
        return str(event["event_id"])

    def check_writable(self, peer_id: int) -> None:
        """Raises VkError when the community may not write to this peer."""
        if peer_id >= CHATS_FROM:
            raise VkError(917)
        if peer_id <= 0:
            raise VkError(936)
        if peer_id in self.denied or not (self.open_chats or peer_id in self.names):
            raise VkError(901)

    def sent_before(self, peer_id: int, key: int) -> _Key | None:
        """The message already sent with this random_id within the hour and the last 100 messages."""
        conversation = self.conversation(peer_id)
        known = conversation.keys.get(key) if key else None
        if known is None or self.clock() - known.at > KEY_SECONDS:
            return None
        if conversation.local_id - known.local_id >= KEY_MESSAGES:
            return None
        self.repeats += 1
        return known

    def remember(self, peer_id: int, key: int, message_id: int, local_id: int) -> None:
        """Keep a random_id for `sent_before`; only the last hundred can still matter."""
        if not key:
            return
        keys = self.conversation(peer_id).keys
        keys.pop(key, None)
        keys[key] = _Key(message_id, local_id, self.clock())
        if len(keys) > KEY_MESSAGES:
            del keys[next(iter(keys))]

    def ask(self, event_id: str, user_id: int, peer_id: int) -> None:
        """A callback button was pressed and may be answered for a minute."""
        self._asked[event_id] = (user_id, peer_id, self.clock())
        if len(self._asked) > ASKED_KEPT:
            del self._asked[next(iter(self._asked))]

    def answer(self, event_id: str, user_id: int, peer_id: int, data: Any) -> None:
        """Answer a pressed button once. Raises VkError when it is unknown, answered or too old."""
        asked = self._asked.get(event_id)
        if asked is None or asked[:2] != (user_id, peer_id) or self.clock() - asked[2] > ANSWER_SECONDS:
            raise invalid("event_id is invalid or expired")
        del self._asked[event_id]
        self.answers.append(EventAnswer(event_id, user_id, peer_id, data))
        if len(self.answers) > ASKED_KEPT:
            del self.answers[: ASKED_KEPT // 2]
        text = str(data.get("text", "")) if isinstance(data, dict) else ""
        self.ledger.record("messages.sendMessageEventAnswer", peer_id, 0, text)
