"""What a person of the staff does with a conversation, whichever desk he works at."""

from __future__ import annotations

import datetime as dt
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
    ASK_BODY = "ask_body"
    BODY_ANSWERED = "body_answered"


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


@dataclass(frozen=True, slots=True)
class AskBody:
    """Another body is asked, outside of Otklik; the client is told whom we wait for, and until when."""

    case: int
    body: str
    """Slug of the pack, or a name."""
    until: dt.date
    """The last day of its term, in the office's zone."""
    question: str = ""
    """For colleagues."""


@dataclass(frozen=True, slots=True)
class BodyAnswered:
    """It answered, which is noted for colleagues; the client is told that his answer is next."""

    case: int
    body: str
    """As it was asked."""
    text: str


Act: TypeAlias = Claim | Answer | Note | Close | HandOn | Reopen | Move | AskBody | BodyAnswered
