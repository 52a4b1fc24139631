"""The staff's side of a conversation: what comes from either desk, and the marks of the term."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.domain import actions
from bot.domain.activities import bodies, desk, handing
from bot.domain.activities.desk import By
from bot.domain.activities.handoff import general
from bot.domain.acts import Act, Answer, AskBody, BodyAnswered, Claim, Close, Desk, HandOn, Move, Note, Reopen
from bot.domain.case_effects import MarkTerm
from bot.domain.decision import Decision, Need, RequestById, RequestView, Result, Scene
from bot.domain.events import StaffActed, StaffPressed, StaffWrote, StageNear, TimerFired, TimerKind
from bot.domain.speech import Param, Ref, StaffSay, When, offer, say

NOTE = "//"
"""A staff message that begins so is a note for colleagues."""
ASK = "??"
"""One that begins so asks the client back: the term pauses until he answers."""
ASK_BODY = ">>"
"""One that begins so says which other body was asked."""
BODY_SAYS = "<<"
"""One that begins so says what it answered."""


def wrote(scene: Scene, event: StaffWrote) -> Result:
    """What a person wrote in the conversation's topic."""
    text = event.text
    act: Act = Answer(text, files=event.files)
    if text.startswith(NOTE):
        act = Note(text.removeprefix(NOTE).strip())
    elif text.startswith((ASK_BODY, BODY_SAYS)):
        return _of_body(scene, event)
    elif text.startswith(ASK):
        act = Answer(text.removeprefix(ASK).strip(), asks=True, files=event.files)
    decided = acted(scene, StaffActed(event.staff, act, Desk.GROUP))
    if not isinstance(decided, Decision) or not event.source:
        return decided
    passed = tuple(one if one.by is None else replace(one, source=event.source) for one in decided.says)
    return replace(decided, says=passed)


def _of_body(scene: Scene, event: StaffWrote) -> Result:
    read = bodies.read_asked if event.text.startswith(ASK_BODY) else bodies.read_answer
    act = read(scene, event.text[len(ASK_BODY) :].strip())
    return act if isinstance(act, Decision) else acted(scene, StaffActed(event.staff, act, Desk.GROUP))


def pressed(scene: Scene, event: StaffPressed) -> Result:
    """A button of a post in the topic."""
    if event.staff.id is None:
        return desk.refuse(scene, "staff.not_registered")
    act: Act
    match _read(event.action):
        case ("take", int(case)):
            act = Claim(case)
        case ("done", int(case)):
            act = Close(case)
        case ("open", int(case)):
            act = Reopen(case)
        case ("hand", int(case)):
            return handing.choose_team(scene, case)
        case ("ask", int(case)):
            return bodies.choose(scene, case)
        case (int(case), str(team)):
            act = HandOn(case, team)
        case (int(case), str(body), None):
            return bodies.pressed(scene, event.staff, case, body)
        case _:
            return desk.refuse(scene, "staff.case_closed")
    return acted(scene, StaffActed(event.staff, act, Desk.GROUP))


def _read(action: str) -> tuple[object, ...] | None:
    body = actions.parse_asking(action)
    return actions.parse_staff(action) or actions.parse_handing(action) or (body and (*body, None))


def acted(scene: Scene, event: StaffActed) -> Result:
    """What a person of the staff does, whichever desk he works at."""
    if event.staff.id is None:
        return desk.refuse(scene, "staff.not_registered")
    by = By(event.staff, event.staff.id, event.desk)
    match event.act:
        case Claim() as act:
            return desk.claim(scene, by, act)
        case Answer() as act:
            return desk.answer(scene, by, act)
        case Note() as act:
            return desk.note(scene, by, act)
        case Close() as act:
            return desk.close(scene, by, act)
        case HandOn() as act:
            return handing.hand_on(scene, by, act)
        case Reopen() as act:
            return handing.reopen(scene, by, act)
        case Move() as act:
            return handing.move(scene, by, act)
        case AskBody() as act:
            return bodies.ask(scene, by, act)
        case BodyAnswered() as act:
            return bodies.answered(scene, by, act)
        case _:
            assert_never(event.act)


def stage_near(scene: Scene, event: StageNear) -> Result:
    """A stage is to end: in the topic before, in the general part once it is late."""
    query = RequestById(event.request)
    if query not in scene.view.loaded:
        return Need(query)
    request = scene.view.loaded[query]
    if not isinstance(request, RequestView) or request.stage != event.stage:
        return Decision(scene.dialog, outcome="timer.stale")
    if request.service not in scene.pack.services:
        return Decision(scene.dialog, outcome="timer.stale")
    words: dict[str, Param] = {
        "number": request.number,
        "client": scene.view.address,
        "stage": Ref(f"service/{request.service}/stage/{event.stage}"),
        "due": When(event.due_at),
    }
    post = general("staff.stage_late", **words) if event.late else StaffSay(say("staff.stage_near", **words))
    return Decision(scene.dialog, staff=(post,), outcome="timer")


def timer(scene: Scene, event: TimerFired) -> Decision:
    """A mark of the term; one that no longer matches the case is dropped."""
    case = scene.dialog.case(event.case)
    if case is None or not case.waiting or case.paused or case.due_at != event.due_at:
        return Decision(scene.dialog, outcome="timer.stale")
    words: dict[str, Param] = {"client": scene.view.address, "due": When(event.due_at)}
    match event.kind:
        case TimerKind.WARN:
            rows = ((offer("staff.button.take", f"k:take:{case.id}"),),) if case.taken_by is None else ()
            post = StaffSay(say("staff.term_near", rows, **words))
        case TimerKind.ALARM:
            post = general("staff.term_passed", **words)
        case TimerKind.SUPERVISOR:
            post = general("staff.supervisor", **words)
        case _:
            assert_never(event.kind)
    late = case.late or event.kind is not TimerKind.WARN
    dialog = scene.dialog.with_case(replace(case, late=late))
    return Decision(dialog, effects=(MarkTerm(case.id, event.kind),), staff=(post,), outcome="timer")
