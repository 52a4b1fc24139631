"""A pilot in words: who gets it, and how it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal, format_percent

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.domain.pilots import FEW, Audience, BadAudience, Ended, NoPilot, PilotRuns, Sample, Verdict, verdict
from bot.usecases.read_pilot import PilotView


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    mine: str
    others: str
    told: Chip


@dataclass(frozen=True, slots=True)
class PilotWords:
    """In one person's language."""

    visit: Visit

    def audience(self, audience: Audience) -> str:
        says, segments = self.visit.says, self.visit.desk.pack.segments
        who = segments[audience.segment].title if audience.segment in segments else {}
        named = self.visit.localized(who) if who else audience.segment or says("all clients")
        return says("%(who)s, %(share)s %% of them") % {"who": named, "share": audience.share}

    def refused(self, error: PilotRuns | NoPilot | BadAudience) -> str:
        says = self.visit.says
        match error:
            case PilotRuns():
                return says("A pilot runs. Bring it to all clients or stop it first, on this page.")
            case NoPilot():
                return says("The pilot has ended meanwhile: see below how.")
            case BadAudience():
                return says("A pilot is for a segment, for 1 to 99 per cent of the clients, or for both.")

    def ended(self, ended: Ended) -> str:
        says = self.visit.says
        return says("It went on to all clients.") if ended is Ended.ALL else says("It was stopped.")

    def figures(self, view: PilotView) -> list[Figure]:
        says, mine, others = self.visit.says, view.mine, view.others
        rows = (
            (says("Score, 1 to 5"), mine.scores, others.scores, False, True),
            (says("“It helped”"), mine.helped, others.helped, True, True),
            (says("Questions without an answer"), mine.unanswered, others.unanswered, True, False),
            (says("A person was called"), mine.handed_over, others.handed_over, True, False),
        )
        return [
            Figure(title, self._told(a, share), self._told(b, share), self._verdict(verdict(a, b, more_is_better=more)))
            for title, a, b, share, more in rows
        ]

    def _told(self, sample: Sample, share: bool) -> str:
        if sample.mean is None:
            return "\N{EM DASH}"
        locale = self.visit.language
        mean = (
            format_percent(sample.mean, locale=locale)
            if share
            else format_decimal(round(sample.mean, 2), locale=locale)
        )
        return self.visit.says("%(mean)s of %(count)s") % {"mean": mean, "count": sample.count}

    def _verdict(self, found: Verdict) -> Chip:
        says = self.visit.says
        chips: Mapping[Verdict, Chip] = {
            Verdict.FEW: Chip(
                "calm", says("? too few to tell"), says("At least %(few)s on either side") % {"few": FEW}
            ),
            Verdict.CHANCE: Chip("calm", says("≈ no clear difference"), says("It may be chance")),
            Verdict.BETTER: Chip(
                "good", says("▲ the pilot does better"), says("Chance alone does that once in twenty")
            ),
            Verdict.WORSE: Chip("bad", says("▼ the pilot does worse"), says("Chance alone does that once in twenty")),
        }
        return chips[found]
