"""A pilot: a release that some of the clients get first, and how it does against what the others get."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from bot.domain.errors import OtklikError
from bot.domain.profile import Profile


class PilotRuns(OtklikError):
    """A pilot runs. Bring it to all clients or stop it first: its scores would tell nothing of it any more."""


class NoPilot(OtklikError):
    """No pilot runs any more."""


class BadAudience(OtklikError):
    """A pilot is for a segment, for a share of clients between 1 and 99 in a hundred, or for both."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets a pilot."""

    segment: str = ""
    """Of those who said so; empty: any."""
    share: int = 100
    """In a hundred."""

    def check(self) -> None:
        """Raises BadAudience: for everybody, or for nobody."""
        if not 1 <= self.share <= 100 or (self.share == 100 and not self.segment):
            raise BadAudience

    def admits(self, pilot: int, client: int, who: Profile) -> bool:
        """Always the same for a client in one pilot; who is in one is by chance in the next."""
        if self.segment and who.segment != self.segment:
            return False
        drawn = hashlib.sha256(f"{pilot}:{client}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") % 100 < self.share


class Ended(StrEnum):
    ALL = "all"
    """It became the release for all."""
    STOPPED = "stopped"
    """Everybody gets what the others got."""


@dataclass(frozen=True, slots=True)
class Pilot:
    release: int
    """Its number among the releases."""
    general: int
    """What all others get."""
    audience: Audience
    started_at: dt.datetime

    def admits(self, client: int, who: Profile) -> bool:
        return self.audience.admits(self.release, client, who)


# --- how it does ----------------------------------------------------------------

FEW = 30
"""Fewer on either side tell nothing: the normal approximation of a mean or a share is taken to hold from about here."""
SURE = 1.96
"""Standard errors apart that chance alone exceeds in one case of twenty."""


class Verdict(StrEnum):
    FEW = "few"
    CHANCE = "chance"
    """The difference may be chance."""
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Sample:
    """Numbers of which a mean is taken; of a share each is 1 or 0."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None

    @property
    def error(self) -> float:
        """Square of the standard error of the mean, by the sample variance. More than one number."""
        variance = (self.squares - self.total * self.total / self.count) / (self.count - 1)
        return max(0.0, variance) / self.count


def share(hits: int, count: int) -> Sample:
    return Sample(count, hits, hits)


def verdict(pilot: Sample, others: Sample, *, more_is_better: bool = True) -> Verdict:
    """Whether two means differ by more than chance explains: Welch's statistic against the normal distribution
    (B. L. Welch, The generalization of "Student's" problem, Biometrika 34, 1947)."""
    if min(pilot.count, others.count) < FEW:
        return Verdict.FEW
    apart = pilot.total / pilot.count - others.total / others.count
    if abs(apart) <= SURE * sqrt(pilot.error + others.error):
        return Verdict.CHANCE
    return Verdict.BETTER if (apart > 0) is more_is_better else Verdict.WORSE


@dataclass(frozen=True, slots=True)
class Scores:
    """What clients of a release said and did, while the pilot ran."""

    clients: int = 0
    scores: Sample = Sample()
    """1 to 5."""
    helped: Sample = Sample()
    unanswered: Sample = Sample()
    """Of the questions asked."""
    handed_over: Sample = Sample()
    """Of the questions asked: a person was called."""
