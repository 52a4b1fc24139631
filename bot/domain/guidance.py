"""What staff write by, as they see it: beside a conversation, and in its list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.drafts import Draft
from bot.domain.reviews import Mark
from bot.domain.staff import Right


@dataclass(frozen=True, slots=True)
class Guide:
    """One of them, in a reader's language."""

    kind: str
    """``canned``, ``untypical``, ``scripts`` or ``conduct``."""
    slug: str
    title: str
    text: str
    insert: str = ""
    """What can go to the client word for word; empty: nothing."""
    near: bool = False
    """It fits the client's last words, or the team that answers."""
    hides: bool = False


@dataclass(frozen=True, slots=True)
class GuideRow:
    guide: Guide
    owner: str
    review_by: dt.date
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Guides:
    rows: Mapping[str, Sequence[GuideRow]]
    """By kind, those that are wanted."""
    counts: Mapping[str, int]
    """By mark."""
    drafts: Sequence[Draft]
    """What is being written of them."""
    may: frozenset[Right]
