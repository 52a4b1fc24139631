"""What applying effects needs, and what it finds out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import personal as values
from bot.storage.bundle import Episode, Message, Question
from bot.storage.dialogs import Addressee

Facts = dict[str, str | int | dt.datetime]


@dataclass(slots=True)
class Scope:
    """What every effect needs, and the facts found so far."""

    tx: AsyncConnection
    who: Addressee
    cipher: values.Cipher
    release: int
    now: dt.datetime
    free_episode: int
    """A number no episode has."""
    anonymous: Callable[[str], str]
    """Words without what is personal in them."""
    facts: Facts = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    """To be saved with the rest of the turn, as are ``questions`` and ``notes``."""
    questions: list[Question] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
