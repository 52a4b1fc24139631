"""What the assistant means to say: keys of the pack's texts with parameters, never words.

Rendering follows the effects of a decision, so that numbers and terms exist by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.domain.messages import FileRef


class WhenStyle(StrEnum):
    BY = "by"
    """A term: "by 16:40 today", "by 18 March"."""
    STAMP = "stamp"
    """A moment of the past: "21 November, 14:40"."""
    DAY = "day"
    """A date: "18 December"."""


@dataclass(frozen=True, slots=True)
class When:
    at: dt.datetime
    style: WhenStyle = WhenStyle.BY


@dataclass(frozen=True, slots=True)
class Fact:
    """Known once the effects took place: ``number``, ``case_due``, ``episode0`` ..."""

    name: str


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value, by its reference; read at rendering."""

    ref: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A text of the pack.

    ``key`` is a key of ``texts/*.yml``, or content: ``template/<slug>/<short|more|title|button/N>``,
    ``template/<slug>/variant/N/<short|more|button/N>``, ``segment/<slug>``, ``situation/<slug>``,
    ``service/<slug>/<title|noun|where|description|receipt|offline>``,
    ``service/<slug>/field/<name>/<ask|hint|why|label>``,
    ``service/<slug>/field/<name>/choice/<value>``, ``service/<slug>/stage/<stage>``, ``team/<slug>``, ``body/<slug>``,
    ``topic/<key>``, ``topic_title/<key>``, ``<canned|untypical|scripts|conduct>/<slug>/title``,
    ``rule/<slug>``, ``file/<slug>``, ``menu/<slug>``, ``menu/<slug>/item/N``, ``agency``.
    """

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lines:
    """Several texts, one a line."""

    refs: tuple[Ref, ...]


MOST_BUTTONS = 6
"""Under one message: more confuse."""
Param: TypeAlias = str | int | Ref | Lines | When | Fact | Personal


@dataclass(frozen=True, slots=True)
class Offer:
    """A button to be. ``action`` may name facts in braces: ``h:{episode0}:1``."""

    label: Ref
    action: str = ""
    link: str = ""


Rows: TypeAlias = tuple[tuple[Offer, ...], ...]


@dataclass(frozen=True, slots=True)
class Say:
    """One message: texts joined by a blank line, a file above them, and rows of buttons under it."""

    parts: tuple[Ref, ...]
    rows: Rows = ()
    file: FileRef | None = None
    by: int | None = None
    """Whose words they are, of the staff; None: the assistant's."""
    source: str = ""
    """The staff member's own message that it passes on."""
    replaces: tuple[int, ...] = ()
    """Calls made before whose messages get this wording instead."""
    notice: bool = False
    """No hurry is with it: it gives way to every answer and to whatever is for staff."""


class Place(StrEnum):
    """Where in the staff group."""

    TOPIC = "topic"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class StaffSay:
    """A message for staff about this conversation."""

    say: Say
    place: Place = Place.TOPIC


def say(key: str, rows: Rows = (), /, **params: Param) -> Say:
    """One text and its buttons."""
    return Say((Ref(key, params),), rows)


def offer(label: str, action: str) -> Offer:
    return Offer(Ref(label), action)
