"""Handing a case on, opening it again, moving a request to another stage."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import request as life
from bot.domain.activities import case_clock, desk, status
from bot.domain.activities.desk import By, refuse
from bot.domain.acts import HandOn, Move, Reopen, Verb
from bot.domain.case_effects import HandCase, RecordAct, ReopenCase
from bot.domain.decision import (
    CaseById,
    CaseView,
    Decision,
    Effect,
    MoveRequest,
    Need,
    RequestById,
    RequestView,
    Result,
    Scene,
)
from bot.domain.dialog import OpenCase
from bot.domain.speech import Offer, Param, Ref, Say, StaffSay, When, offer, say
from bot.domain.staff import Right
from knowledge_base.schema import Service, Stage

MOST_TEAMS = 20


def choose_team(scene: Scene, case_id: int) -> Decision:
    """Teams to hand a case on to, as buttons in the group."""
    case = scene.dialog.case(case_id)
    if case is None:
        return refuse(scene, "staff.case_closed")
    teams = [slug for slug in scene.pack.teams if slug != case.team][:MOST_TEAMS]
    rows = tuple((Offer(Ref(f"team/{slug}"), f"k:to:{case_id}:{slug}"),) for slug in teams)
    return Decision(scene.dialog, staff=(StaffSay(say("staff.hand_to", rows)),), outcome="staff.choosing")


def hand_on(scene: Scene, by: By, act: HandOn) -> Decision:
    """Another team, or one person, goes on with a case. Its term runs on."""
    case = scene.dialog.case(act.case)
    if case is None:
        return refuse(scene, "staff.case_closed")
    if not by.may(Right.LEAD, case):
        return refuse(scene, "staff.forbidden")
    if act.team not in scene.pack.teams:
        return refuse(scene, "staff.no_team")
    handed = replace(case, team=act.team, taken_by=act.to)
    effects = (HandCase(case.id, act.team, act.to), RecordAct(Verb.HAND_ON, by.id, case.id, act.team))
    rows = desk.case_ways(case.id) if act.to else ((offer("staff.button.take", f"k:take:{case.id}"),),)
    words: dict[str, Param] = {"team": Ref(f"team/{act.team}"), "name": by.person.name, "to": act.name}
    post = StaffSay(say("staff.handed_to" if act.to else "staff.handed", rows, **words))
    told: tuple[Say, ...] = ()
    dialog = scene.dialog.with_case(handed)
    if case.team != act.team:
        dialog = replace(dialog, named=act.team)
        told = (say("person.handed", desk.client_ways() if scene.dialog.led else (), who=Ref(f"team/{act.team}")),)
    return Decision(dialog, says=told, effects=effects, staff=(post,), outcome="staff.handed_on")


def reopen(scene: Scene, by: By, act: Reopen) -> Result:
    """A closed case is open again, in the hands of whoever reopened it, with a next-answer term."""
    if scene.dialog.case(act.case) is not None:
        return refuse(scene, "staff.open_already")
    found = scene.view.loaded.get(CaseById(act.case))
    if CaseById(act.case) not in scene.view.loaded:
        return Need(CaseById(act.case))
    if not isinstance(found, CaseView):
        return refuse(scene, "staff.case_closed")
    closed = OpenCase(
        found.id, found.reason, scene.now, request=found.request, taken_by=by.id, team=found.team, policy=found.policy
    )
    if not by.may(Right.LEAD, replace(closed, taken_by=None)):
        return refuse(scene, "staff.forbidden")
    case, begun = case_clock.begin(scene, closed)
    effects: list[Effect] = [ReopenCase(case.id, by.id), *begun, RecordAct(Verb.REOPEN, by.id, case.id)]
    says = (say("person.reopened", desk.client_ways(), due=When(case.due_at)),)
    if found.request is not None:
        query = RequestById(found.request)
        if query not in scene.view.loaded:
            return Need(query)
        effects.extend(_back_in_work(scene, by, scene.view.loaded[query]))
    post = StaffSay(say("staff.reopened", desk.case_ways(case.id), name=by.person.name, due=When(case.due_at)))
    return Decision(
        scene.dialog.with_case(case), says=says, effects=tuple(effects), staff=(post,), outcome="staff.reopened"
    )


def _back_in_work(scene: Scene, by: By, request: object) -> list[Effect]:
    if not isinstance(request, RequestView):
        return []
    service = scene.pack.services.get(request.service)
    if service is None or not life.is_over(service, request.stage):
        return []
    stage = life.before_end(service)
    due = life.ends_by(service, stage.slug, request.created_at, scene.pack.agency.timezone)
    return [MoveRequest(request.id, stage.slug, due, staff=by.id)]


def move(scene: Scene, by: By, act: Move) -> Result:
    """Another stage; the client hears of it. A refusal carries the reason and what to do next time."""
    query = RequestById(act.request)
    if query not in scene.view.loaded:
        return Need(query)
    request = scene.view.loaded[query]
    service = scene.pack.services.get(request.service) if isinstance(request, RequestView) else None
    if not isinstance(request, RequestView) or service is None:
        return refuse(scene, "staff.no_stage")
    case = next((case for case in scene.dialog.cases if case.request == request.id), None)
    if not by.may(Right.MOVE, case or OpenCase(0, "", scene.now, team=service.team)):
        return refuse(scene, "staff.forbidden")
    stage = next((s for s in life.moves(service, request.stage) if s.slug == act.stage), None)
    if stage is None:
        return refuse(scene, "staff.no_stage")
    if stage.refusal and not (act.reason.strip() and act.advice.strip()):
        return refuse(scene, "staff.refusal_needs")
    return _moved(scene, by, act, request, service, stage, case)


def _moved(
    scene: Scene, by: By, act: Move, request: RequestView, service: Service, stage: Stage, case: OpenCase | None
) -> Decision:
    due = life.ends_by(service, stage.slug, request.created_at, scene.pack.agency.timezone)
    reason, advice = (act.reason.strip(), act.advice.strip()) if stage.refusal else ("", "")
    effects: list[Effect] = [MoveRequest(request.id, stage.slug, due, reason, advice, by.id)]
    dialog = scene.dialog
    if case is not None and life.is_over(service, stage.slug):
        stopped, done = case_clock.stop(scene, case)
        effects.extend(done)
        dialog = dialog.with_case(replace(stopped, answered=True))
    effects.append(RecordAct(Verb.MOVE, by.id, case.id if case else None, stage.slug))
    told = status.stage_changed(scene, request, stage.slug)
    if stage.refusal:
        told = status.refused(request, reason, advice)
    words: dict[str, Param] = {"number": request.number, "stage": Ref(f"service/{service.slug}/stage/{stage.slug}")}
    post = StaffSay(say("staff.moved", name=by.person.name, **words))
    return Decision(dialog, says=(told,), effects=tuple(effects), staff=(post,), outcome="staff.moved")
