"""What the emulated messenger really accepted, and how often it was asked.

In fast mode every collection is bounded: the oldest entries make room, the counters stay exact.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

Id = TypeVar("Id", int, str)

FAST_EFFECTS: Final = 20_000
FAST_MESSAGES_PER_CHAT: Final = 20


class Button(NamedTuple):
    """One button as the client sees it; `data` is what comes back to the bot when it is pressed."""

    label: str
    data: str
    url: str
    kind: str


Rows = tuple[tuple[Button, ...], ...]


class SentFile(NamedTuple):
    """A file that came with a message of the bot: `handle` names it from now on."""

    name: str
    content: bytes
    handle: str
    kind: str = "document"


class Effect(NamedTuple):
    """One accepted change: `at` in Unix seconds, `key` is the VK `random_id` (0 elsewhere)."""

    seq: int
    at: float
    method: str
    chat_id: int
    message_id: int
    text: str
    key: int


class Pushed(NamedTuple, Generic[Id]):
    """What a client's act became: the id of the update or event, the client's message (0 if none), when.

    The update id is 0 (VK: "") when the bot asked not to be told of such updates.
    """

    update_id: Id
    message_id: int
    at: float


@dataclass(slots=True)
class Sent:
    """A message of the bot as it stands now in the client's chat; `edits` are its earlier texts.

    `local_id` is VK's conversation_message_id. `inline`: the buttons hang on the message, not below the
    input field. `removes_keyboard`: the message took the keyboard below the input field away.
    """

    message_id: int
    chat_id: int
    text: str
    at: float
    rows: Rows = ()
    inline: bool = False
    removes_keyboard: bool = False
    thread_id: int | None = None
    local_id: int = 0
    key: int = 0
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    edits: list[str] = field(default_factory=list)
    file: SentFile | None = None

    @property
    def buttons(self) -> list[Button]:
        """Every button, row by row."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """The labels of every button, row by row."""
        return [button.label for button in self.buttons]

    def button(self, wanted: str) -> Button | None:
        """The button with this data or, failing that, this label."""
        buttons = self.buttons
        for button in buttons:
            if button.data == wanted:
                return button
        return next((button for button in buttons if button.label == wanted), None)


class Ledger:
    """Accepted effects in order, bot messages by chat, and the number of requests by method."""

    def __init__(self, fast: bool) -> None:
        self._fast = fast
        self.requests: Counter[str] = Counter()
        self.effects: deque[Effect] = deque(maxlen=FAST_EFFECTS if fast else None)
        self.total = 0
        self.phantoms: set[int] = set()
        """Ids of messages that the bot believes sent and nobody ever saw."""
        self._hiding = False
        self._chats: dict[int, dict[int, Sent]] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    def clear(self) -> None:
        """Forget effects, messages and counts; indexes of effects go on counting."""
        self.requests.clear()
        self.effects.clear()
        self._chats.clear()

    def record(self, method: str, chat_id: int, message_id: int, text: str, key: int = 0) -> None:
        """Note an accepted change and wake whoever waits for one."""
        self.effects.append(Effect(self.total, time.time(), method, chat_id, message_id, text, key))
        self.total += 1
        if self._waiting:
            for future in self._waiting:
                if not future.done():
                    future.set_result(None)

    def add(self, method: str, sent: Sent) -> None:
        """Note an accepted message of the bot."""
        if self._hiding:
            self.phantoms.add(sent.message_id)
            return
        chat = self._chats.setdefault(sent.chat_id, {})
        chat[sent.message_id] = sent
        if self._fast and len(chat) > FAST_MESSAGES_PER_CHAT:
            del chat[next(iter(chat))]
        self.record(method, sent.chat_id, sent.message_id, sent.text, sent.key)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Messages sent meanwhile are answered with success and appear nowhere."""
        self._hiding = True
        try:
            yield
        finally:
            self._hiding = False

    def remove(self, method: str, sent: Sent) -> None:
        """Note that the bot took a message of its own away."""
        del self._chats[sent.chat_id][sent.message_id]
        self.record(method, sent.chat_id, sent.message_id, "")

    def find(self, chat_id: int, message_id: int) -> Sent | None:
        """The bot's message with this id."""
        return self._chats.get(chat_id, {}).get(message_id)

    def messages(self, chat_id: int) -> list[Sent]:
        """All messages of the bot in this chat, in the order of sending."""
        return list(self._chats.get(chat_id, {}).values())

    def chats(self) -> Iterator[int]:
        """Chats in which the bot has spoken."""
        return iter(self._chats)

    def since(self, index: int, limit: int) -> list[Effect]:
        """Kept effects from this index on, at most `limit`."""
        first = self.total - len(self.effects)
        start = max(index - first, 0)
        return list(islice(self.effects, start, start + limit))

    async def changed(self, timeout: float) -> bool:
        """Wait for the next accepted change, at most `timeout` seconds; False when none came."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(future)
        return True
