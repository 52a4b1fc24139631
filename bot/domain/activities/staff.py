"""The staff's side of a conversation: taking, answering, closing, and the marks of the term."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.domain import actions
from bot.domain.activities import status, survey
from bot.domain.activities.handoff import general
from bot.domain.decision import (
    CloseCase,
    Decision,
    Effect,
    MarkTerm,
    MoveRequest,
    Need,
    OpenEpisode,
    RequestById,
    RequestView,
    Result,
    Scene,
    StopTerm,
    TakeCase,
)
from bot.domain.dialog import OpenCase
from bot.domain.events import StaffPerson, StaffPressed, StaffWrote, TimerFired, TimerKind
from bot.domain.speech import Offer, Param, Ref, Say, StaffSay, When, offer, say

NOTE = "//"
"""A staff message that begins so is a note for colleagues."""


def wrote(scene: Scene, event: StaffWrote) -> Decision:
    """A person's answer goes to the client and stops the running terms of this conversation."""
    if event.staff.id is None:
        return _post(scene, "staff.not_registered")
    if not event.text:
        return _post(scene, "staff.text_only")
    if event.text.startswith(NOTE):
        return Decision(scene.dialog, outcome="staff.note")
    dialog, effects = scene.dialog, []
    for case in dialog.cases:
        if case.waiting:
            effects.append(StopTerm(case.id))
        dialog = dialog.with_case(replace(case, waiting=False, answered=True))
    told = say("person.says", (_client_ways() if dialog.cases else ()), text=event.text, who=_who(scene, event.staff))
    dialog = replace(dialog, led=bool(dialog.cases))
    return Decision(dialog, says=(told,), effects=tuple(effects), outcome="staff.answered")


def pressed(scene: Scene, event: StaffPressed) -> Result:
    """Take or close a case, from its post in the topic."""
    if event.staff.id is None:
        return _post(scene, "staff.not_registered")
    parsed = actions.parse_staff(event.action)
    case = scene.dialog.case(parsed[1]) if parsed else None
    if parsed is None or case is None:
        return _post(scene, "staff.case_closed")
    if parsed[0] == "take":
        return _take(scene, case, event.staff, event.staff.id)
    return _close(scene, case, event.staff.id)


def timer(scene: Scene, event: TimerFired) -> Decision:
    """A mark of the term; one that no longer matches the case is dropped."""
    case = scene.dialog.case(event.case)
    if case is None or not case.waiting or case.due_at != event.due_at:
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
    return Decision(scene.dialog, effects=(MarkTerm(case.id, event.kind),), staff=(post,), outcome="timer")


def _take(scene: Scene, case: OpenCase, staff: StaffPerson, staff_id: int) -> Result:
    if case.taken_by == staff_id:
        return _post(scene, "staff.yours_already")
    if case.taken_by is not None:
        return _post(scene, "staff.taken_by_other")
    dialog = scene.dialog.with_case(replace(case, taken_by=staff_id))
    effects: list[Effect] = [TakeCase(case.id, staff_id)]
    if case.request is not None:
        query = RequestById(case.request)
        if query not in scene.view.loaded:
            return Need(query)
        moved, told = _move(scene, scene.view.loaded[query], final=False)
        effects.extend(moved)
        return Decision(dialog, says=told, effects=tuple(effects), staff=(_taken(staff),), outcome="staff.took")
    joined = say("person.joins", _client_ways(), who=_who(scene, staff))
    return Decision(
        replace(dialog, led=True), says=(joined,), effects=tuple(effects), staff=(_taken(staff),), outcome="staff.took"
    )


def _close(scene: Scene, case: OpenCase, staff_id: int) -> Result:
    if not case.answered:
        return _post(scene, "staff.answer_first")
    effects: list[Effect] = [StopTerm(case.id), CloseCase(case.id, staff_id)]
    says: tuple[Say, ...] = ()
    if case.request is not None:
        query = RequestById(case.request)
        if query not in scene.view.loaded:
            return Need(query)
        moved, says = _move(scene, scene.view.loaded[query], final=True)
        effects.extend(moved)
    dialog = scene.dialog.without_case(case.id)
    dialog = replace(dialog, led=False)
    if not scene.dialog.scores_declined and case.reason != "broken":
        effects.append(OpenEpisode("scored", "case", case.reason, case.id))
        says = (*says, survey.ask_score("score.ask_case", "scored"))
    else:
        says = (*says, say("person.leaves"))
    return Decision(
        dialog, says=says, effects=tuple(effects), staff=(StaffSay(say("staff.closed")),), outcome="staff.closed"
    )


def _move(scene: Scene, found: object, *, final: bool) -> tuple[list[Effect], tuple[Say, ...]]:
    """The stages that a request passes: up to the last but one when taken, the last one when closed."""
    if not isinstance(found, RequestView) or found.service not in scene.pack.services:
        return [], ()
    stages = scene.pack.services[found.service].stages
    slugs = [stage.slug for stage in stages]
    position = slugs.index(found.stage) if found.stage in slugs else 0
    passed = slugs[position + 1 :] if final else slugs[position + 1 : -1]
    if not passed:
        return [], ()
    return [MoveRequest(found.id, slug) for slug in passed], (status.stage_changed(scene, found, passed[-1]),)


def _taken(staff: StaffPerson) -> StaffSay:
    return StaffSay(say("staff.taken", name=staff.name))


def _who(scene: Scene, staff: StaffPerson) -> Ref:
    """The team as the client reads it; a person's name is not told."""
    team = staff.team if staff.team in scene.pack.teams else scene.pack.agency.default_team
    return Ref(f"team/{team}")


def _client_ways() -> tuple[tuple[Offer, ...], ...]:
    return ((offer("button.assistant", "c:assistant"),),)


def _post(scene: Scene, key: str) -> Decision:
    return Decision(scene.dialog, staff=(StaffSay(say(key)),), outcome=key)
