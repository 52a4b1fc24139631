"""The client's own data: asked for, shown in short, wished away."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskErasure:
    """The client wishes to be erased, once nothing is owed to him."""


@dataclass(frozen=True, slots=True)
class KeptAboutMe:
    """-> KeptView."""


@dataclass(frozen=True, slots=True)
class KeptView:
    """What is kept about the client, in short."""

    since: dt.datetime
    messages: int
    scores: int
    personal: tuple[str, ...]
    """References, one for each different value."""
    requests: tuple[str, ...]
    """Numbers."""
