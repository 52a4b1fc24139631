"""An answer that proved wrong: who got it, and the correction they are sent. One writes it, another sends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.errors import OtklikError
from knowledge_base.schema import Localized

FROM_HOUR, TO_HOUR = 8, 21
"""Of the office's day: nobody is woken by a correction."""
SETTLING = dt.timedelta(minutes=5)
"""A worker may give the old answer for a moment after the release of the right one: so long they are looked for."""


class State(StrEnum):
    WRITTEN = "written"
    """A second person is to read it and send it."""
    SENDING = "sending"
    STOPPED = "stopped"
    """Whoever had not got it yet does not get it."""
    DONE = "done"
    DROPPED = "dropped"
    """Never sent."""


class Told(StrEnum):
    """How it stands with one client."""

    WAITING = "waiting"
    SAID = "said"
    BLOCKED = "blocked"
    """He has forbidden us to write: left out."""
    ERASED = "erased"
    """He was erased, or wishes to be: left out."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Recall:
    id: int
    slug: str
    versions: tuple[int, ...]
    """The versions of the template that were wrong."""
    titles: Localized
    texts: Localized
    state: State
    step: int
    """Grows with each change: what a form has shown."""
    writers: tuple[int, ...]
    """Who has written in it: none of them may send it."""
    written_at: dt.datetime
    approved_by: int | None = None
    approved_at: dt.datetime | None = None
    ended_by: int | None = None
    """Who stopped or dropped it."""
    ended_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Who got a version of a template, by channel."""

    version: int
    channel: str
    clients: int
    times: int
    since: dt.datetime
    until: dt.datetime


Reach = Mapping[tuple[Told, str, str], int]
"""Clients by how it stands with them, by channel (empty: none is left), and by the state of the call."""


class OwnRecall(OtklikError):
    """Whoever has written in a correction can't send it: a second person has to read it."""


class RecallChanged(OtklikError):
    """A colleague has changed this correction since it was shown."""


class RecallUnderWay(OtklikError):
    """A correction of this answer is being sent: stop it first, or wait."""


class NoVersionChosen(OtklikError):
    """Choose which versions of the answer were wrong."""


class TextMissing(OtklikError):
    """The correction needs words in the default language."""


class StillGiven(OtklikError):
    """Clients still get the wrong answer: release the right one, or have a person answer meanwhile."""


class NobodyToTell(OtklikError):
    """Nobody who got these versions can be written to."""


def awake(now: dt.datetime, timezone: str) -> bool:
    """Whether a message nobody has asked for may come at this hour."""
    return FROM_HOUR <= now.astimezone(ZoneInfo(timezone)).hour < TO_HOUR
