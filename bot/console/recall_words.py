"""Corrections in words: how far they have come, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.console.desk import Visit
from bot.console.labels import Chip, Labels
from bot.domain import desk_errors, drafts, recalls
from bot.domain.errors import Forbidden, OtklikError
from bot.domain.messages import Channel
from bot.domain.recalls import Reach, State, Told


@dataclass(frozen=True, slots=True)
class RecallWords:
    """In one person's language."""

    visit: Visit

    def state(self, state: State) -> Chip:
        says = self.visit.says
        match state:
            case State.WRITTEN:
                return Chip(
                    "warn", says("◔ to be read and sent"), says("A colleague who has not written in it sends it")
                )
            case State.SENDING:
                return Chip("plain", says("▶ being sent"), says("From 8 in the morning to 9 in the evening"))
            case State.STOPPED:
                return Chip("bad", says("■ stopped"), says("Whoever had not got it yet does not get it"))
            case State.DONE:
                return Chip("good", says("✓ sent"), says("Everybody who can be written to was told"))
            case State.DROPPED:
                return Chip("calm", says("✕ dropped"), says("It was never sent"))
            case _:
                assert_never(state)

    def channel(self, channel: str) -> str:
        return Labels(self.visit).channel(Channel(channel))

    def counts(self, reach: Reach) -> Sequence[tuple[str, int]]:
        """How many clients stand how, those to be told by channel; nothing that is 0."""
        says, found = self.visit.says, dict[str, int]()
        for (told, channel, call), count in sorted(reach.items()):
            match told:
                case Told.WAITING:
                    name = says("to be told, %s") % self.channel(channel)
                case Told.SAID:
                    name = self._call(channel, call)
                case Told.BLOCKED:
                    name = says("have forbidden us to write: left out")
                case Told.ERASED:
                    name = says("had their data erased: left out")
                case Told.STOPPED:
                    name = says("not told, it was stopped")
                case _:
                    assert_never(told)
            found[name] = found.get(name, 0) + count
        return list(found.items())

    def _call(self, channel: str, call: str) -> str:
        """Where saving is sending, what was saved was sent."""
        says = self.visit.says
        if call == "pending" and channel != Channel.PAGE.value:
            return says("on its way, %s") % self.channel(channel)
        if call in ("failed", "unknown", "held"):
            return says("did not arrive, or perhaps not, %s") % self.channel(channel)
        return says("told, %s") % self.channel(channel)

    def trouble(self, error: OtklikError) -> tuple[int, str]:
        """A status, and what to do."""
        says = self.visit.says
        told: dict[type[OtklikError], tuple[int, str]] = {
            desk_errors.BadForm: (422, says("Reload the page.")),
            desk_errors.NotThere: (404, says("There is no such correction any more.")),
            drafts.LiveAlready: (409, says("A person answers instead already.")),
            drafts.ReasonMissing: (422, says("Write why: colleagues read it here later.")),
            drafts.WrongState: (409, says("Meanwhile the correction has gone on: see how it stands now.")),
            Forbidden: (403, says("Your role does not allow that. An administrator can change it.")),
            recalls.NobodyToTell: (
                409,
                says("Nobody who got these versions can be written to: there is nothing to send."),
            ),
            recalls.NoVersionChosen: (422, says("Choose which versions of the answer were wrong.")),
            recalls.OwnRecall: (403, says("You have written in it: a colleague has to read and send it.")),
            recalls.RecallChanged: (409, says("Meanwhile a colleague has changed it: read it as it stands now.")),
            recalls.RecallUnderWay: (409, says("A correction of this answer is being sent: stop it, or wait.")),
            recalls.StillGiven: (
                409,
                says("Clients still get the wrong answer. Release the right one, or have a person answer meanwhile."),
            ),
            recalls.TextMissing: (422, says("Write what is true, in the first language at least.")),
        }
        return told[type(error)]
