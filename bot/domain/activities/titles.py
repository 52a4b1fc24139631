"""What a conversation's topic in the staff group is called: by sign and word, how its cases stand."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.case import CaseState, state_of
from bot.domain.dialog import Dialog
from bot.domain.messages import Channel
from bot.domain.speech import Ref, Say, say


class Standing(StrEnum):
    """Of the most urgent open case; in this order."""

    LATE = "late"
    NEW = "new"
    TAKEN = "taken"
    BODY = "body"
    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED = "closed"
    """There was one, and none is open."""


_OF = {
    CaseState.NEW: Standing.NEW,
    CaseState.TAKEN: Standing.TAKEN,
    CaseState.BODY: Standing.BODY,
    CaseState.ASKED: Standing.ASKED,
    CaseState.ANSWERED: Standing.ANSWERED,
    CaseState.CLOSED: Standing.CLOSED,
}


def standing(dialog: Dialog) -> str:
    """How things stand; empty where there never was a case."""
    found = {Standing.LATE if case.late else _OF[state_of(case)] for case in dialog.cases}
    if not found:
        return Standing.CLOSED if dialog.titled else ""
    return next(one for one in Standing if one in found)


def title(address: int, channel: Channel, dialog: Dialog) -> Say:
    """The topic's name."""
    key = f"staff.topic.{dialog.titled}" if dialog.titled in set(Standing) else "staff.topic.none"
    return say(key, client=address, channel=Ref(f"channel.{channel.value}"))
