"""What both emulated messengers have in common: the server, the faults, the ledger and the waiting."""

from __future__ import annotations

import abc
import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self, overload

from tests.emulators.faults import POLLING, Fault, Faults, injected
from tests.emulators.ledger import Button, Ledger, Rows, Sent
from tests.emulators.wire import Answer, HttpServer, Reply, Request

Wanted = Callable[[Sent], bool]


_EPOCH: Final = 1_735_689_600  # 2025-01-01: numbers counted from there stay below 2**31 for years


def first_number() -> int:
    """Where update ids and `ts` begin: by the clock, so that a later emulator repeats none of them."""
    return int((time.time() - _EPOCH) * 10)


class Emulator(abc.ABC):
    """An emulated messenger: `async with` starts and stops it, `.url` is where it listens."""

    def __init__(self, seed: int, fast: bool, refused: frozenset[str] = frozenset()) -> None:
        self.faults = Faults(seed, refused)
        self.ledger = Ledger(fast)
        self.server = HttpServer(self.handle)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on this port of 127.0.0.1 (0: a free one)."""
        self.url = f"http://127.0.0.1:{await self.server.start(port)}"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        await self.server.close()

    @abc.abstractmethod
    def handle(self, request: Request) -> Answer | Awaitable[Answer]:
        """Answer one HTTP request."""

    @abc.abstractmethod
    def fault_reply(self, fault: Fault) -> Reply:
        """The messenger's own wording of too_many, error_500, captcha and error."""

    @abc.abstractmethod
    def reset(self) -> None:
        """Forget people, messages, updates and faults; ids go on, so nothing looks like a repetition."""

    @property
    @abc.abstractmethod
    def polled(self) -> bool:
        """Whether a bot is waiting for updates right now."""

    @property
    def requests(self) -> Counter[str]:
        """Requests by method, refused and faulty ones included."""
        return self.ledger.requests

    def messages(self, chat_id: int) -> list[Sent]:
        """Every message of the bot in this chat, as it stands now, in the order of sending."""
        return self.ledger.messages(chat_id)

    def last(self, chat_id: int) -> Sent:
        """The bot's last message in this chat. Raises LookupError when it has said nothing."""
        messages = self.ledger.messages(chat_id)
        if not messages:
            raise LookupError(f"the bot has said nothing in chat {chat_id}")
        return messages[-1]

    @overload
    async def wait_for(self, chat_id: int, want: int, timeout: float = 5.0, after: int = 0) -> list[Sent]: ...

    @overload
    async def wait_for(self, chat_id: int, want: Wanted, timeout: float = 5.0, after: int = 0) -> Sent: ...

    async def wait_for(
        self, chat_id: int, want: int | Wanted, timeout: float = 5.0, after: int = 0
    ) -> list[Sent] | Sent:
        """Wait for `want` messages of the bot, or for one that `want` accepts; edits count as news.

        `after` leaves out messages up to that message id; `timeout` in seconds. Raises AssertionError
        with everything the bot said in the chat.
        """
        deadline = time.monotonic() + timeout
        while True:
            found = _met([sent for sent in self.messages(chat_id) if sent.message_id > after], want)
            if found is not None:
                return found
            if not await self.ledger.changed(deadline - time.monotonic()):
                raise AssertionError(self._missed(chat_id, want, timeout))

    async def wait_polled(self, timeout: float = 5.0) -> None:
        """Wait until a bot asks for updates. Raises AssertionError."""
        deadline = time.monotonic() + timeout
        while not (self.polled or any(self.requests[method] for method in POLLING)):
            if time.monotonic() > deadline:
                raise AssertionError(f"nobody asked for updates within {timeout} s")
            await asyncio.sleep(0.01)

    def cut_connections(self) -> None:
        """Close every open connection without an answer, as when the messenger restarts."""
        self.server.cut_all()

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing has been sent for `seconds`."""
        while await self.ledger.changed(seconds):
            await asyncio.sleep(0)

    def served(
        self, method: str, request: Request, effect: Callable[[], Answer | Awaitable[Answer]]
    ) -> Answer | Awaitable[Answer]:
        """Count the call and answer it, through a fault if one strikes."""
        self.ledger.requests[method] += 1
        fault = self.faults.pick(method)
        if fault is None:
            return effect()
        if fault.kind == "phantom":
            with self.ledger.hidden():
                return effect()
        return injected(fault, request, effect, self.fault_reply, self.faults.random)

    def transcript(self, chat_id: int) -> str:
        """The bot's words in this chat, one message a line, for failures and for people."""
        return "\n".join(described(sent) for sent in self.messages(chat_id)) or "(nothing)"

    def _missed(self, chat_id: int, want: int | Wanted, timeout: float) -> str:
        wanted = f"{want} messages" if isinstance(want, int) else "a fitting message"
        return f"no {wanted} in chat {chat_id} within {timeout} s; the bot said:\n{self.transcript(chat_id)}"


def _met(messages: list[Sent], want: int | Wanted) -> list[Sent] | Sent | None:
    if isinstance(want, int):
        return messages if len(messages) >= want else None
    return next((sent for sent in messages if want(sent)), None)


def described(sent: Sent) -> str:
    """One message as a line of text with its buttons in brackets."""
    where = f" thread {sent.thread_id}" if sent.thread_id else ""
    rows = " / ".join(" ".join(f"[{button.label}]" for button in row) for row in sent.rows)
    clock = time.strftime("%H:%M:%S", time.localtime(sent.at))
    return f"{clock} chat {sent.chat_id}{where} #{sent.message_id}: {sent.text} {rows}".rstrip()


def pressed_button(messages: list[Sent], wanted: str, message_id: int | None) -> tuple[Sent, Button]:
    """The message and its button that a person presses.

    Without a message id: the newest message with inline buttons first, then the keyboard below the input
    field. Raises LookupError that lists the buttons on the screen.
    """
    if message_id is not None:
        shown = [sent for sent in messages if sent.message_id == message_id]
    else:
        shown = [sent for sent in (_newest_inline(messages), _keyboard(messages)) if sent is not None]
    for sent in shown:
        button = sent.button(wanted)
        if button is not None:
            return sent, button
    labels = [label for sent in shown for label in sent.labels]
    raise LookupError(f"no button {wanted!r}; on the screen: {labels}")


def _newest_inline(messages: list[Sent]) -> Sent | None:
    return next((sent for sent in reversed(messages) if sent.inline and sent.rows), None)


def _keyboard(messages: list[Sent]) -> Sent | None:
    for sent in reversed(messages):
        if sent.removes_keyboard:
            return None
        if sent.rows and not sent.inline:
            return sent
    return None


def rows_of(buttons: list[list[Button]]) -> Rows:
    """Rows of buttons, frozen."""
    return tuple(tuple(row) for row in buttons)
