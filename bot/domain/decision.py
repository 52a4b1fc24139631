"""What ``decide`` returns: the new dialog, effects to save, messages to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.domain.attachments import FileEffect, FilesOf
from bot.domain.case_effects import CaseEffect
from bot.domain.dialog import Dialog
from bot.domain.kept import AskErasure, KeptAboutMe
from bot.domain.messages import Channel
from bot.domain.news import LastLines, SentFrom
from bot.domain.profile import NOBODY, Profile, SetProfile
from bot.domain.reactions import EpisodeOfMessage, RecordReaction
from bot.domain.speech import Say, StaffSay
from knowledge_base.schema import Pack
from nlu.understanding import Candidate

# --- effects -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenEpisode:
    """Something that can be scored. Its id becomes the fact ``name``."""

    name: str
    kind: str
    """``answer``, ``case`` or ``feedback``."""
    slug: str
    case: int | None = None


@dataclass(frozen=True, slots=True)
class RecordScore:
    """A score from 1 to 5; a second one for the same episode is dropped."""

    episode: int
    value: int


@dataclass(frozen=True, slots=True)
class RecordHelped:
    episode: int
    helped: bool


@dataclass(frozen=True, slots=True)
class RecordComment:
    episode: int
    text: str


@dataclass(frozen=True, slots=True)
class RecordFeedback:
    """Words or a score at the client's own wish."""

    service: str
    about: str
    value: int | None
    text: str


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """A question for moderators, apart from the person who asked. Its words are as typed: the saver masks them."""

    text: str
    outcome: str
    """What came of it: answer, clarify, unknown, service, command; not_helped: words about what was missing."""
    slug: str | None
    candidates: tuple[Candidate, ...] = ()
    language: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True)
class RememberWatch:
    """The client is to be told when this need can be met."""

    slug: str


@dataclass(frozen=True, slots=True)
class KeepPersonal:
    """A personal value to be stored encrypted under ``ref``."""

    ref: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class ForgetPersonal:
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A request; facts ``number``, ``request``. The same token twice is one request."""

    token: str
    service: str
    series: str
    year: int
    """In the office's zone."""
    stage: str
    due_at: dt.datetime | None
    values: Mapping[str, str]
    stage_due_at: dt.datetime | None = None
    """By when the first stage is to end."""


@dataclass(frozen=True, slots=True)
class MoveRequest:
    request: int
    stage: str
    due_at: dt.datetime | None = None
    """By when the stage is to end."""
    reason: str = ""
    advice: str = ""
    """Of a refusal: why, and what to do next time."""
    staff: int | None = None


@dataclass(frozen=True, slots=True)
class SetReachable:
    reachable: bool


Effect: TypeAlias = (
    OpenEpisode
    | RecordScore
    | RecordHelped
    | RecordComment
    | RecordFeedback
    | RecordReaction
    | RecordQuestion
    | RememberWatch
    | KeepPersonal
    | ForgetPersonal
    | CreateRequest
    | MoveRequest
    | CaseEffect
    | SetReachable
    | FileEffect
    | AskErasure
    | SetProfile
)


# --- what decide asks for ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyRequests:
    """The client's latest requests -> tuple[RequestView, ...], newest first, at most 10."""


@dataclass(frozen=True, slots=True)
class RequestByNumber:
    """-> RequestView | None; never another client's."""

    number: str


@dataclass(frozen=True, slots=True)
class RequestByToken:
    """-> RequestView | None; never another client's."""

    token: str


@dataclass(frozen=True, slots=True)
class RequestById:
    """-> RequestView | None; never another client's."""

    id: int


@dataclass(frozen=True, slots=True)
class CaseById:
    """-> CaseView | None; never another client's."""

    id: int


@dataclass(frozen=True, slots=True)
class EpisodeById:
    """-> EpisodeView | None; never another client's."""

    id: int


Query: TypeAlias = (
    KeptAboutMe
    | FilesOf
    | MyRequests
    | RequestByNumber
    | RequestByToken
    | RequestById
    | CaseById
    | EpisodeById
    | EpisodeOfMessage
    | LastLines
    | SentFrom
)


@dataclass(frozen=True, slots=True)
class Need:
    query: Query


@dataclass(frozen=True, slots=True)
class StageReached:
    stage: str
    at: dt.datetime
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RequestView:
    id: int
    number: str
    service: str
    stage: str
    created_at: dt.datetime
    due_at: dt.datetime | None
    history: tuple[StageReached, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, open or closed."""

    id: int
    reason: str
    team: str
    policy: str
    """Of its last term."""
    request: int | None
    closed: bool


@dataclass(frozen=True, slots=True)
class EpisodeView:
    id: int
    kind: str
    slug: str
    score: int | None
    helped: bool | None


@dataclass(frozen=True, slots=True)
class View:
    """What decide may see beside the dialog."""

    address: int
    channel: Channel
    loaded: Mapping[Query, object] = field(default_factory=dict)
    profile: Profile = NOBODY


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything an activity decides on."""

    dialog: Dialog
    view: View
    pack: Pack
    now: dt.datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class Decision:
    dialog: Dialog
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
    staff: tuple[StaffSay, ...] = ()
    outcome: str = ""
    """Name of the step that answered, kept with the client's message."""
    slug: str | None = None
    retitled: bool = False
    """The topic in the staff group is to have another name."""
    private: bool = False
    """The client's text held a personal value: it is not kept with the message."""


Result: TypeAlias = Decision | Need
