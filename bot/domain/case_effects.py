"""Effects on cases and their terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from bot.domain.acts import Verb
from bot.domain.dialog import Owes
from bot.domain.events import TimerKind


@dataclass(frozen=True, slots=True)
class TermMarks:
    """A term to run: its deadline and the marks on the way."""

    policy: str
    due_at: dt.datetime
    warn_at: dt.datetime
    supervisor_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RecordAct:
    """Who of the staff did what: what the desks show, and what tells an old form from a fresh one."""

    verb: Verb
    staff: int
    case: int | None = None
    detail: str = ""
    """A team's or a stage's slug."""


@dataclass(frozen=True, slots=True)
class KeepNote:
    """Words for colleagues, kept with the conversation and never sent."""

    staff: int
    text: str


@dataclass(frozen=True, slots=True)
class StartCase:
    """A person owes an answer; fact ``case``. ``of_request``: belongs to the request just created."""

    reason: str
    team: str
    term: TermMarks
    of_request: bool = False


@dataclass(frozen=True, slots=True)
class StartTerm:
    """Another term on an open case (the client wrote again)."""

    case: int
    term: TermMarks


@dataclass(frozen=True, slots=True)
class StopTerm:
    """A person answered: the running term of the case ends, with its timers."""

    case: int


@dataclass(frozen=True, slots=True)
class TakeCase:
    case: int
    staff: int


@dataclass(frozen=True, slots=True)
class CloseCase:
    case: int
    staff: int | None
    """None: the client withdrew it."""


@dataclass(frozen=True, slots=True)
class HandCase:
    """Another team, or a person of it, has the case now."""

    case: int
    team: str
    staff: int | None


@dataclass(frozen=True, slots=True)
class ReopenCase:
    case: int
    staff: int


@dataclass(frozen=True, slots=True)
class PauseTerm:
    """Somebody else owes an answer: the running term stands still, with its timers."""

    case: int
    owed_by: Owes = Owes.CLIENT


@dataclass(frozen=True, slots=True)
class ResumeTerm:
    """The client answered: the term goes on, with later marks."""

    case: int
    term: TermMarks


@dataclass(frozen=True, slots=True)
class WaitForBody:
    """Another body owes an answer. Asked once more, its term is the new one."""

    case: int
    body: str
    staff: int
    warn_at: dt.datetime
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class BodyDone:
    """It owes nothing any more."""

    case: int
    body: str


@dataclass(frozen=True, slots=True)
class MarkTerm:
    """A mark of the term was reached and told."""

    case: int
    kind: TimerKind


CaseEffect: TypeAlias = (
    StartCase
    | StartTerm
    | StopTerm
    | TakeCase
    | CloseCase
    | HandCase
    | ReopenCase
    | PauseTerm
    | WaitForBody
    | BodyDone
    | ResumeTerm
    | KeepNote
    | RecordAct
    | MarkTerm
)
