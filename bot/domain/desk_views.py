"""What the desks show of cases, conversations, clients and requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.acts import Verb
from bot.domain.case import CaseState, WaitRow
from bot.domain.messages import Channel
from bot.domain.staff import Right


@dataclass(frozen=True, slots=True)
class Page:
    offset: int = 0
    most: int = 50


# --- the queue -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """All that are given must hold."""

    mine: bool = False
    team: str = ""
    unclaimed: bool = False
    channel: Channel | None = None
    late: bool = False
    search: str = ""
    """Words of the client, a number of a request, or "No. 12" of the conversation."""
    sort: str = "term"
    """``term``: soonest first; ``words``: the client's newest words first; ``opened``: oldest case first."""


@dataclass(frozen=True, slots=True)
class Term:
    """The response term of a case."""

    due_at: dt.datetime
    near: bool
    """The warning share has passed."""
    late: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """An entry of the queue."""

    id: int
    address: int
    channel: Channel
    reason: str
    team: str
    state: CaseState
    term: Term | None
    """None where none runs; a paused one keeps the deadline it had."""
    holder: int | None
    holder_name: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    request: int | None
    number: str
    """Of its request, if it has one."""
    last_words: str
    """Of the client."""
    last_at: dt.datetime | None
    reachable: bool
    waits: tuple[WaitRow, ...] = ()
    policy: str = ""
    """Of its last term."""
    service: str = ""
    may: frozenset[Right] = frozenset()
    """What the reader of its conversation may do with it; empty in the queue."""


@dataclass(frozen=True, slots=True)
class Queue:
    rows: tuple[CaseRow, ...]
    total: int


# --- a conversation ------------------------------------------------------------


class LineKind(StrEnum):
    CLIENT = "client"
    ASSISTANT = "assistant"
    STAFF = "staff"
    NOTE = "note"
    ACT = "act"
    """Something a person of the staff did: took, handed on, closed ..."""


class Delivery(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    """On the page: shown by the browser."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The connection broke: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said or done."""

    kind: LineKind
    id: int
    at: dt.datetime
    text: str | None = None
    """None: a personal value stood there, or the text was erased."""
    name: str = ""
    """Of the staff member."""
    slug: str = ""
    """The assistant's: the template or service that it answered with."""
    delivery: Delivery | None = None
    verb: Verb | None = None
    detail: str = ""


class FileState(StrEnum):
    FETCHED = "fetched"
    AWAITED = "awaited"
    """On its way from the messenger."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a conversation."""

    id: int
    name: str
    media_type: str
    """Empty until it was fetched."""
    size: int
    state: FileState
    at: dt.datetime
    by_staff: bool
    request: int | None


@dataclass(frozen=True, slots=True)
class Conversation:
    address: int
    channel: Channel
    reachable: bool
    led: bool
    """A person leads, the assistant is silent."""
    version: int
    """To be carried by every form: an older one meets a Conflict."""
    lines: tuple[Line, ...]
    """Oldest first."""
    more: bool
    """There are older ones."""
    cases: tuple[CaseRow, ...]
    """Open ones first, soonest term first, then the latest closed ones."""
    may: frozenset[Right]
    """What this reader may do with it."""
    files: tuple[FileShown, ...] = ()
    """The latest, oldest first; read with ``read_desk_file``, for whoever may see personal values."""


# --- requests ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestFilter:
    service: str = ""
    stage: str = ""
    open_only: bool = True
    late: bool = False
    soon: bool = False
    """In the last quarter of its stage, three days at most."""
    channel: Channel | None = None
    search: str = ""
    """A number, or a part of one."""
    sort: str = "due"
    """``due``, ``new`` or ``number``."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    id: int
    number: str
    address: int
    channel: Channel
    service: str
    stage: str
    created_at: dt.datetime
    due_at: dt.datetime | None
    stage_due_at: dt.datetime | None
    over: bool
    late: bool
    soon: bool
    case: int | None
    """The open case it belongs to."""


@dataclass(frozen=True, slots=True)
class Requests:
    rows: tuple[RequestRow, ...]
    total: int
    late: int
    soon: int
    """How many of all open ones."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    name: str
    value: str | None
    """None: a personal value that this reader may not see, or that can't be read any more."""
    personal: bool


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: str
    at: dt.datetime
    name: str
    """Of whoever moved it there."""
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class StageChoice:
    stage: str
    refusal: bool


@dataclass(frozen=True, slots=True)
class RequestCard:
    row: RequestRow
    fields: tuple[FieldValue, ...]
    timeline: tuple[StageRow, ...]
    moves: tuple[StageChoice, ...]
    """Where this reader may move it now."""
    version: int
    may: frozenset[Right]
    files: tuple[FileShown, ...] = ()
    waits: tuple[WaitRow, ...] = ()
    """Other bodies that were asked in its open case."""


# --- the client ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScoreRow:
    value: int
    at: dt.datetime
    kind: str
    slug: str
    comment: str


@dataclass(frozen=True, slots=True)
class ClientCard:
    client: int
    address: int
    channel: Channel
    reachable: bool
    language: str
    since: dt.datetime
    name: str | None
    """None: not known, or not for this reader."""
    requests: tuple[RequestRow, ...]
    scores: tuple[ScoreRow, ...]
    contacts: tuple[CaseRow, ...]
    """Cases, the latest first."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A template to answer with."""

    slug: str
    title: str
    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ActRow:
    """What somebody did."""

    id: int
    staff: int
    name: str
    verb: Verb
    at: dt.datetime
    case: int | None = None
    detail: str = field(default="")
