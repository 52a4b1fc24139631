"""A replay: what drafts would change for real past questions, and whether that is still what they would change."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import OtklikError

SURE = frozenset({"answer", "service", "command", "smalltalk"})
"""Outcomes of a question that was understood; beside them clarify and unknown."""
LOW, HIGH = 2, 4
"""Scores up to here, and from here on, tell whether an answer was any good."""


class Change(StrEnum):
    """What becomes of a question."""

    LOST = "lost"
    """It was answered, or at least asked back, and would not be."""
    ASKED_BACK = "asked_back"
    """It would be answered by a question."""
    OTHER = "other"
    """Another answer."""
    ANSWERED = "answered"
    """It would be answered, and was not."""
    REWORDED = "reworded"
    """The same answer in new words."""
    SAME = "same"


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"
    """Somebody has to look."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a client gets for a question."""

    outcome: str
    slugs: tuple[str, ...]
    """Of the answers given; of those asked back; empty for nothing."""
    score: float

    @property
    def rank(self) -> int:
        return 2 if self.outcome in SURE else int(self.outcome == "clarify")


@dataclass(frozen=True, slots=True)
class Past:
    """A question as it is kept."""

    id: int
    text: str
    slug: str | None
    """What it was answered by then."""
    asker: bytes | None
    helped: bool | None
    score: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    question: int
    change: Change
    verdict: Verdict
    before: Reading
    after: Reading


@dataclass(frozen=True, slots=True)
class Figures:
    """What a reviewer signs."""

    questions: int
    changes: Mapping[str, int]
    """By ``Change``, ``same`` left out."""
    verdicts: Mapping[str, int]
    """By ``Verdict``; new words of the same answer are not judged."""
    clients: int
    """Who asked what changes; one who asks in two months counts twice."""


class ReplayOutdated(OtklikError):
    """A draft or the release has changed since this replay was made. Replay again."""


class NothingToReplay(OtklikError):
    """No draft is there that a release could take."""


class TooManyReplays(OtklikError):
    """Several replays wait already; try again when they are done."""


def change(before: Reading, after: Reading, reworded: Collection[str]) -> Change:
    """``reworded``: slugs whose texts the drafts change."""
    if after.rank < before.rank:
        return Change.ASKED_BACK if after.rank else Change.LOST
    if after.rank > before.rank:
        return Change.ANSWERED if after.rank > 1 else Change.ASKED_BACK
    if after.rank < 2:
        return Change.SAME
    if (before.outcome, before.slugs) != (after.outcome, after.slugs):
        return Change.OTHER
    return Change.REWORDED if set(after.slugs) & set(reworded) else Change.SAME


def verdict(past: Past, before: Reading, after: Reading) -> Verdict:
    """By how much is understood; of two answers by what clients said of the first, where that is what they got."""
    if before.rank != after.rank:
        return Verdict.BETTER if after.rank > before.rank else Verdict.WORSE
    if past.slug is None or past.slug not in before.slugs:
        return Verdict.OPEN
    if past.helped is False or (past.score is not None and past.score <= LOW):
        return Verdict.BETTER
    if past.helped or (past.score is not None and past.score >= HIGH):
        return Verdict.WORSE
    return Verdict.OPEN


def compare(
    past: Sequence[Past], readings: Sequence[tuple[Reading, Reading]], reworded: Collection[str]
) -> list[Changed]:
    """What changes, worst first."""
    found = []
    for one, (before, after) in zip(past, readings, strict=True):
        kind = change(before, after, reworded)
        if kind is not Change.SAME:
            found.append(Changed(one.id, kind, verdict(one, before, after), before, after))
    order = {kind: place for place, kind in enumerate(Change)}
    return sorted(found, key=lambda one: (order[one.change], one.question))


def figures(past: Sequence[Past], changed: Sequence[Changed]) -> Figures:
    askers = {one.id: one.asker or one.id.to_bytes(8) for one in past}
    return Figures(
        len(past),
        dict(Counter(one.change.value for one in changed)),
        dict(Counter(one.verdict.value for one in changed if one.change is not Change.REWORDED)),
        len({askers[one.question] for one in changed}),
    )


def seal(release: int, drafts: Sequence[tuple[int, int]], found: Figures, changed: Sequence[Changed]) -> str:
    """A hash of what was compared and what came of it (SHA-256, hexadecimal)."""
    told = [
        release, sorted(drafts), found.questions, found.clients,
        [[one.question, one.change, one.before.slugs, one.after.slugs] for one in changed],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


class ReplayState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Played:
    """A draft as it was replayed."""

    draft: int
    step: int
    """The step that saved its text."""
    slug: str


@dataclass(frozen=True, slots=True)
class Replay:
    id: int
    by: int
    at: dt.datetime
    release: int
    """What clients got, and the drafts were compared with."""
    drafts: tuple[Played, ...]
    days: int
    """How far back the questions reach; 0: all that are kept."""
    state: ReplayState
    done: int
    total: int
    figures: Figures | None
    seal: str
    cause: str
    """Why it failed."""


def check_seen(replay: Replay | None, draft: int, current: Mapping[int, int], release: int) -> None:
    """Whether a replay tells what this draft changes now; ``current``: last saved steps by open draft.

    Raises ReplayOutdated.
    """
    if replay is None or replay.state is not ReplayState.DONE or draft not in {one.draft for one in replay.drafts}:
        raise ReplayOutdated
    if replay.release != release or any(current.get(one.draft) != one.step for one in replay.drafts):
        raise ReplayOutdated
