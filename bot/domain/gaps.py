"""Gaps of the content: questions of one kind that had no good answer, the dearest first, and what became of them.

What a gap weighs is ours: every question counts 1, up to 1 more for how badly it went (``5 - score`` of 4 where it was
scored; 1 where there was no answer or it did not help; else a half), and 1 more for every ten minutes that staff spent
on it, two hours at most. It counts half as much after 30 days, a quarter after 60. So what people ask now comes before
what they asked once, and what costs the staff dearly before what is merely frequent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

HALF_LIFE = dt.timedelta(days=30)
STAFF_STEP = dt.timedelta(minutes=10)
"""As dear as one more question."""
STAFF_MOST = dt.timedelta(hours=2)
"""A case that lay over night says nothing of the work in it."""
PERIOD = dt.timedelta(days=30)
"""Two of them are compared: the last one with the one before."""
LOW = 2
"""This score and lower is a bad one."""
MOST_SAMPLES, LONGEST_SAMPLE = 15, 200
MOST_TITLE = 30
REVIEW_AFTER = dt.timedelta(days=365)


class State(StrEnum):
    OPEN = "open"
    DRAFTED = "drafted"
    """Somebody writes the answer."""
    CLOSED = "closed"
    """Clients get the answer."""
    DISMISSED = "dismissed"
    """It is not for us to answer; with a reason."""


@dataclass(frozen=True, slots=True)
class Gap:
    id: int
    state: State
    weight: float
    asked: int
    unanswered: int
    not_helped: int
    score: float | None
    """Mean of those that were scored, 1 to 5."""
    staff_seconds: int
    answers: int
    """Questions that staff have answered."""
    recent: int
    """Questions of the last period."""
    before: int
    """Questions of the one before it."""
    last_at: dt.datetime
    slug: str
    """Of the template that answers it, or is to; empty: none yet."""
    release: int | None
    released_at: dt.datetime | None
    after: int
    """Questions of this kind without a good answer since the release."""
    reason: str
    """Why it was dismissed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a gap."""

    id: int
    at: dt.datetime
    """The day."""
    text: str
    outcome: str
    slug: str
    """What it was answered with."""
    language: str
    helped: bool | None
    score: int | None
    staff_seconds: int | None
    staff_answer: str
    """Without what is personal; empty: staff had nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How a template's answers were taken in some time."""

    answered: int
    helped: int
    not_helped: int
    score: float | None


def samples(asked: Sequence[Asked], languages: Sequence[str], default: str) -> dict[str, list[str]]:
    """How clients ask, by language: each wording once, the most frequent first. What was missing is no question."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for one in asked:
        text = " ".join(one.text.split())
        if one.outcome == "not_helped" or not 3 <= len(text) <= LONGEST_SAMPLE:
            continue
        by_words = found.setdefault(one.language if one.language in languages else default, {})
        count, first = by_words.get(text.casefold(), (0, text))
        by_words[text.casefold()] = (count + 1, first)
    return {
        language: [text for _, text in sorted(by.values(), key=lambda one: (-one[0], one[1]))][:MOST_SAMPLES]
        for language, by in found.items()
    }


def with_samples(item: Mapping[str, Any], found: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A template as it stands, with these questions among its own."""
    known = item.get("samples")
    merged = {language: list(texts) for language, texts in (known if isinstance(known, Mapping) else {}).items()}
    for language, texts in found.items():
        own = merged.setdefault(language, [])
        have = {text.casefold() for text in own}
        own.extend(text for text in texts if text.casefold() not in have)
    return {**item, "samples": merged}


def begun(title: str, answer: Asked, found: Mapping[str, Sequence[str]], language: str) -> dict[str, Any]:
    """A new template out of what staff have said; the rest is for whoever edits it."""
    words = title[: MOST_TITLE + 1]
    short = words.rpartition(" ")[0] if len(words) > MOST_TITLE and " " in words else words[:MOST_TITLE]
    item: dict[str, Any] = {"title": {language: short.capitalize()}, "short": {language: answer.staff_answer.strip()}}
    return with_samples(item, found)
