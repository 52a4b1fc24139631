"""What a person of the staff does with a conversation, whichever desk he works at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.domain.messages import FileOffer


class Desk(StrEnum):
    GROUP = "group"
    """The Telegram staff group."""
    CONSOLE = "console"


class Verb(StrEnum):
    """What was done, as it is kept."""

    CLAIM = "claim"
    ANSWER = "answer"
    ASK = "ask"
    NOTE = "note"
    CLOSE = "close"
    HAND_ON = "hand_on"
    REOPEN = "reopen"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Claim:
    case: int


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    asks: bool = False
    """The client owes an answer now: the term pauses until he writes."""
    files: tuple[FileOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """For colleagues; never sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    case: int
    ask_score: bool = True


@dataclass(frozen=True, slots=True)
class HandOn:
    """To a team, or to one person of it."""

    case: int
    team: str
    to: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reopen:
    case: int


@dataclass(frozen=True, slots=True)
class Move:
    """Another stage of a request; a refusal gives the reason and what to do next time."""

    request: int
    stage: str
    reason: str = ""
    advice: str = ""


Act: TypeAlias = Claim | Answer | Note | Close | HandOn | Reopen | Move
