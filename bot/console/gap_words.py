"""Gaps in words: states, trends, what became of each question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.domain.gaps import Asked, Gap, Quality, State


@dataclass(frozen=True, slots=True)
class GapWords:
    """In one person's language."""

    visit: Visit

    def state(self, state: State) -> Chip:
        says = self.visit.says
        match state:
            case State.OPEN:
                return Chip("warn", says("○ open"), says("Nobody writes an answer yet"))
            case State.DRAFTED:
                return Chip("calm", says("✎ being answered"), says("There is a draft"))
            case State.CLOSED:
                return Chip("good", says("✓ closed"), says("Clients get the answer"))
            case State.DISMISSED:
                return Chip("calm", says("✕ dismissed"), says("It is not for us to answer"))
            case _:
                assert_never(state)

    def trend(self, gap: Gap) -> str:
        """The last 30 days and those before."""
        says = self.visit.says
        sign = "▲" if gap.recent > gap.before else "▼" if gap.recent < gap.before else "="
        return says("%(recent)d in 30 days, %(sign)s %(before)d before") % {
            "recent": gap.recent,
            "sign": sign,
            "before": gap.before,
        }

    def minutes(self, seconds: int) -> str:
        """Staff time: minutes under two hours, else hours."""
        minutes = -(-seconds // 60)
        if minutes < 120:
            return format_unit(minutes, "duration-minute", "short", locale=self.visit.language)
        return format_unit(round(minutes / 60), "duration-hour", "short", locale=self.visit.language)

    def score(self, score: float | None) -> str:
        return "\N{EM DASH}" if score is None else format_decimal(round(score, 1), locale=self.visit.language)

    def outcome(self, one: Asked) -> str:
        """How it went with one question."""
        says = self.visit.says
        told = []
        if one.outcome == "unknown":
            told.append(says("no answer"))
        if one.outcome == "not_helped":
            told.append(says("said what was missing"))
        elif one.helped is False:
            told.append(says("did not help"))
        if one.score is not None:
            told.append(says("scored %s") % one.score)
        if one.staff_answer:
            told.append(says("staff answered, %s") % self.minutes(one.staff_seconds or 0))
        return ", ".join(told)

    def day(self, one: Asked) -> str:
        return format_date(one.at.date(), "d MMM y", locale=self.visit.language)

    def quality(self, found: Quality) -> str:
        """How answers were taken."""
        return self.visit.says("answered %(n)d, helped %(yes)d, did not %(no)d, score %(score)s") % {
            "n": found.answered,
            "yes": found.helped,
            "no": found.not_helped,
            "score": self.score(found.score),
        }
