"""What staff are told when their group or the messenger let a conversation down."""

from __future__ import annotations

from bot.domain.activities import desk
from bot.domain.decision import Decision, Need, Result, Scene
from bot.domain.dialog import OpenCase
from bot.domain.news import AnswerRefused, LastLine, LastLines, TopicLost
from bot.domain.speech import Lines, Offer, Ref, Say, StaffSay, offer, say

SHOWN = 200
"""Characters of a line in a recapitulation, and of an answer that did not arrive."""


def happened(scene: Scene, event: TopicLost | AnswerRefused) -> Result:
    """What came of delivering."""
    return topic_lost(scene) if isinstance(event, TopicLost) else answer_refused(scene, event)


def topic_lost(scene: Scene) -> Result:
    """The topic was deleted: its successor begins with the last lines and the buttons of what is open."""
    query = LastLines()
    if query not in scene.view.loaded:
        return Need(query)
    found = scene.view.loaded[query]
    lines = found if isinstance(found, tuple) else ()
    shown = tuple(_line(one) for one in lines if isinstance(one, LastLine))
    parts = [Ref("staff.topic_again")]
    if shown:
        parts.append(Ref("staff.last_lines", {"lines": Lines(shown)}))
    rows = tuple(_ways(case) for case in scene.dialog.cases)
    return Decision(scene.dialog, staff=(StaffSay(Say(tuple(parts), rows)),), outcome="topic.again")


def answer_refused(scene: Scene, event: AnswerRefused) -> Decision:
    """Whoever owes this client an answer learns that one did not arrive."""
    if not scene.dialog.cases:
        return Decision(scene.dialog, outcome="refused")
    told = StaffSay(say("staff.not_delivered", text=_short(event.text)))
    return Decision(scene.dialog, staff=(told,), outcome="refused.told")


def _line(line: LastLine) -> Ref:
    return Ref("staff.client_said" if line.own else "staff.we_said", {"text": _short(line.text)})


def _ways(case: OpenCase) -> tuple[Offer, ...]:
    (ways,) = desk.case_ways(case.id)
    return ways if case.taken_by is not None else (offer("staff.button.take", f"k:take:{case.id}"), *ways)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
