"""Replays in words: what changes, better or worse, how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.domain.replays import Change, Reading, Replay, ReplayState, Verdict
from bot.usecases.read_replay import Answer


@dataclass(frozen=True, slots=True)
class ReplayWords:
    """In one person's language."""

    visit: Visit

    def change(self, change: Change) -> str:
        says = self.visit.says
        match change:
            case Change.ANSWERED:
                return says("answered now")
            case Change.OTHER:
                return says("another answer")
            case Change.ASKED_BACK:
                return says("asked back")
            case Change.LOST:
                return says("lost")
            case Change.REWORDED:
                return says("new words")
            case Change.SAME:
                return says("the same")
            case _:
                assert_never(change)

    def meant(self, change: Change) -> str:
        """What the word stands for."""
        says = self.visit.says
        match change:
            case Change.ANSWERED:
                return says("Had no answer so far, would get one")
            case Change.OTHER:
                return says("Would get another answer than now")
            case Change.ASKED_BACK:
                return says("Would be answered by a question")
            case Change.LOST:
                return says("Is answered now, would not be any more")
            case Change.REWORDED:
                return says("The same answer, its text changed")
            case Change.SAME:
                return ""
            case _:
                assert_never(change)

    def verdict(self, verdict: Verdict, change: Change | None = None) -> str:
        says = self.visit.says
        if change is Change.REWORDED:
            return ""
        match verdict:
            case Verdict.BETTER:
                return says("↑ better")
            case Verdict.WORSE:
                return says("↓ worse")
            case Verdict.OPEN:
                return says("? look at it")
            case _:
                assert_never(verdict)

    def state(self, replay: Replay, current: bool) -> Chip:
        says = self.visit.says
        match replay.state:
            case ReplayState.WAITING:
                return Chip("calm", says("◷ waits"), says("A worker takes it in a moment"))
            case ReplayState.RUNNING:
                return Chip("warn", says("… runs"), says("In the background; this page may be left"))
            case ReplayState.FAILED:
                return Chip("bad", says("! failed"), replay.cause)
            case ReplayState.DONE if current:
                return Chip("good", says("✓ done"), says("The drafts are as they were replayed"))
            case ReplayState.DONE:
                return Chip("warn", says("! out of date"), says("A draft, or what clients get, has changed since"))
            case _:
                assert_never(replay.state)

    def progress(self, replay: Replay) -> str:
        says = self.visit.says
        if replay.state is ReplayState.WAITING:
            return says("Waits for a worker.")
        if not replay.done:
            return says("Learning the drafts, half a minute at most.")
        return says("%(done)s of %(total)s questions read.") % {"done": replay.done, "total": replay.total}

    def days(self, days: int) -> str:
        says = self.visit.says
        return says("of the last %(days)s days") % {"days": days} if days else says("all that are kept")

    def reading(self, reading: Reading) -> str:
        says = self.visit.says
        names = {
            "clarify": says("asks back"),
            "unknown": says("no answer"),
            "service": says("starts a form"),
            "command": says("does as told"),
            "smalltalk": says("small talk"),
        }
        return names.get(reading.outcome, "")

    def name(self, answer: Answer | None, slug: str) -> str:
        """A template's title, else what it is called by itself."""
        title = answer.title if answer else {}
        return self._in_language(title) or slug

    def short(self, answer: Answer | None) -> str:
        return self._in_language(answer.short if answer else {})

    def _in_language(self, texts: object) -> str:
        if not isinstance(texts, dict) or not texts:
            return ""
        default = self.visit.desk.pack.agency.default_language
        return str(texts.get(default) or next(iter(texts.values())))

    def columns(self) -> tuple[str, ...]:
        says = self.visit.says
        return says("Question"), says("What changes"), says("Better or worse"), says("Now"), says("With the drafts")
