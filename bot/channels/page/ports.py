"""What the page needs from the rest of the house; the wiring provides it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.domain.messages import FileRef, Opened, Received
from bot.domain.public_views import Answers


class Change(Protocol):
    """Tells that a visitor's conversation may have grown."""

    async def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds; True: look again. Changes since entering count too."""
        ...


@dataclass(frozen=True, slots=True)
class PagePorts:
    store: Callable[[Sequence[Received]], Awaitable[None]]
    """Commits the rows; a row whose external id is known already is not stored twice."""
    history: Callable[[str, int, int], Awaitable[Sequence[Opened]]]
    """(visitor, after, limit): messages of both sides with an id above ``after``, ids ascending.

    With ``after`` 0 the newest ``limit``, else the oldest ``limit``: a gap is filled without holes.
    """
    changed: Callable[[str], AbstractAsyncContextManager[Change]]
    file: Callable[[str, int], Awaitable[tuple[FileRef, bytes] | None]]
    """(visitor, message id): the file of a message to this visitor; None: there is none, or it is another's."""
    keep: Callable[[bytes], Awaitable[str | None]]
    """Stores an upload and names it; None: of a type that is not taken."""
    acknowledge: Callable[[str, int], Awaitable[None]]
    """(visitor, upto): the browser has shown everything up to this id."""
    texts: Callable[[str], Mapping[str, str]]
    """The pack's texts with the prefix ``page.`` in a language, else in the pack's own."""
    title: Callable[[str], str]
    answers: Callable[[str, str, str], Answers]
    """(language, topic, words): what anybody may read; only one of the last two matters, the words first."""
    secret: str
    secure: bool
    """True when clients come over https."""
    former: tuple[str, ...] = ()
    """Secrets under which cookies were signed before; each visit signs anew."""
    stopping: Callable[[], bool] = lambda: False
    """True once the worker is to end: streams end with it, and browsers come back to another one."""
    burst: int = 30
    """Messages a visitor may send at once ..."""
    rate: float = 2.0
    """... and a second, after that."""
