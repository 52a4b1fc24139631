"""What can happen to a conversation. The only thing ``decide`` reacts to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.domain.acts import Act, Desk
from bot.domain.messages import FileOffer, FileRef, Incoming
from bot.domain.news import AnswerRefused, TopicLost
from knowledge_base.schema import Localized
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class ClientActed:
    """A client wrote, pressed, sent or blocked. ``id`` is unique (the inbox row)."""

    id: int
    incoming: Incoming
    understood: Understanding | None = None
    """None where there was no text to understand."""


class TimerKind(StrEnum):
    WARN = "warn"
    ALARM = "alarm"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A response term reached one of its marks."""

    case: int
    kind: TimerKind
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """Who of the staff; ``id`` is None for a person the register doesn't know."""

    id: int | None
    name: str = ""
    team: str = ""
    role: str = "staff"


@dataclass(frozen=True, slots=True)
class StaffWrote:
    """A person of the staff wrote in the conversation's topic; empty text: something that is no text."""

    staff: StaffPerson
    text: str
    files: tuple[FileOffer, ...] = ()
    source: str = ""
    """The message's own id in the group."""


@dataclass(frozen=True, slots=True)
class StaffEdited:
    """A person of the staff changed a message in the conversation's topic."""

    staff: StaffPerson
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class StaffPressed:
    """A person of the staff pressed a button of a post in the staff group."""

    staff: StaffPerson
    action: str


@dataclass(frozen=True, slots=True)
class StaffActed:
    """A person of the staff did something, at either desk."""

    staff: StaffPerson
    act: Act
    desk: Desk = Desk.CONSOLE


@dataclass(frozen=True, slots=True)
class BodyNear:
    """Another body is to answer soon, or should have answered (``late``)."""

    case: int
    body: str
    due_at: dt.datetime
    late: bool


@dataclass(frozen=True, slots=True)
class StageNear:
    """A request's stage is to end soon, or should have ended (``late``)."""

    request: int
    stage: str
    due_at: dt.datetime
    late: bool


@dataclass(frozen=True, slots=True)
class NeedMet:
    """A need that could not be met when the client asked can be met now."""

    slug: str


@dataclass(frozen=True, slots=True)
class AnswerCorrected:
    """An answer that this client got was wrong. By language: what it was called, and what is true."""

    slug: str
    titles: Localized
    texts: Localized


@dataclass(frozen=True, slots=True)
class HandlingFailed:
    """A client's update failed five times and was set aside."""

    id: int


@dataclass(frozen=True, slots=True)
class ClientUnreachable:
    """The messenger says that this client can't be written to."""


@dataclass(frozen=True, slots=True)
class FileArrived:
    """A file that somebody sent was fetched, and may be kept."""

    file: FileRef
    token: str
    """Of the form that it was sent into."""
    team: str = ""
    """Of the member of staff who sent it; empty: the client did."""


@dataclass(frozen=True, slots=True)
class FileTurnedDown:
    """A file can't be had, or must not be kept. ``why``: key of the text that says so."""

    why: str
    token: str
    team: str = ""


Event: TypeAlias = (
    FileArrived
    | FileTurnedDown
    | ClientActed
    | TimerFired
    | StaffWrote
    | StaffEdited
    | StaffPressed
    | StaffActed
    | StageNear
    | BodyNear
    | NeedMet
    | AnswerCorrected
    | HandlingFailed
    | ClientUnreachable
    | TopicLost
    | AnswerRefused
)
