"""Handing over to a person: opening a case, telling until when, forwarding, withdrawing."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import terms
from bot.domain.activities import case_clock
from bot.domain.case_effects import CaseEffect, CloseCase, StartCase, StopTerm
from bot.domain.decision import Decision, Scene
from bot.domain.dialog import Dialog, OpenCase
from bot.domain.speech import Fact, Offer, Param, Place, Ref, Say, StaffSay, When, offer, say
from knowledge_base.schema import Policy

NEW_CASE = 0
"""Id of a case whose row is made by the same decision; the saver puts the real one."""


def policy_of(scene: Scene, slug: str) -> Policy:
    return scene.pack.policies[slug]


def promised_by(scene: Scene) -> When:
    """When a person would answer if the conversation were handed over now."""
    return When(terms.promised_by(scene.pack, scene.now))


def hours_note(scene: Scene) -> Ref:
    """Says, outside office hours, that a person comes later; else an empty word."""
    calendar = scene.pack.calendars[scene.pack.agency.office]
    return Ref("handoff.open_now" if terms.is_open(calendar, scene.now) else "handoff.closed_now")


def team_for(scene: Scene, slug: str) -> str:
    """The team that answers for a template's or service's topic."""
    pack = scene.pack
    if slug in pack.services:
        return pack.services[slug].team
    template = pack.templates.get(slug)
    if template is not None:
        for team in pack.teams.values():
            if template.topic in team.topics:
                return team.slug
        return template.owner
    return pack.agency.default_team


def open_case(
    scene: Scene, reason: str, team: str, policy: str, *, of_request: bool = False, said: str = "", **params: Param
) -> Decision:
    """A case with its term and the post for staff; says nothing to the client."""
    marks = terms.marks(policy_of(scene, policy), scene.pack.calendars, scene.now, first=True)
    case = OpenCase(
        NEW_CASE,
        reason,
        marks.due_at,
        request=NEW_CASE if of_request else None,
        team=team,
        policy=policy,
        since=scene.now,
    )
    words = {
        "team": Ref(f"team/{team}"),
        "channel": Ref(f"channel.{scene.view.channel.value}"),
        "client": scene.view.address,
        "due": When(marks.due_at),
        "text": said or "—",
        **params,
    }
    post = Say(
        (Ref(f"staff.case.{reason}", words), Ref("staff.case_how", {"due": When(marks.due_at)})),
        ((offer("staff.button.take", "k:take:{case}"), offer("staff.button.done", "k:done:{case}")),),
    )
    return Decision(
        scene.dialog.with_case(case),
        effects=(StartCase(reason, team, marks, of_request=of_request),),
        staff=(StaffSay(post),),
    )


def hand_over(
    scene: Scene, reason: str, key: str, *, team: str | None = None, policy: str | None = None, said: str = ""
) -> Decision:
    """A person takes over; the client is told until when. Joins the case that is open already."""
    current = scene.dialog.handed_over
    if current is not None:
        return join(scene, current, said, asked=True)
    agency = scene.pack.agency
    opened = open_case(
        scene,
        reason,
        team or team_for(scene, scene.dialog.about),
        policy or agency.handoff_policy,
        said=said or scene.dialog.question,
    )
    told = say(
        key,
        ((offer("button.not_needed", "w:{case}"), offer("button.menu", "menu:main")),),
        due=Fact("case_due"),
        hours=hours_note(scene),
    )
    return replace(opened, dialog=replace(opened.dialog, misses=0), says=(told,), outcome=f"handoff.{reason}")


def join(scene: Scene, current: OpenCase, said: str, *, asked: bool = False) -> Decision:
    """More words for the person who was called: passed on, and told once in full, then ever more shortly.

    ``asked``: the client calls again and wants to hear how things stand.
    """
    passed = forward(scene, said)
    case = passed.dialog.case(current.id) or current
    key = _reply(case, asked)
    ways = (offer("button.not_needed", f"w:{case.id}"), offer("button.menu", "menu:main"))
    rows = (ways,) if key in ("handoff.already", "handoff.still_here") else ()
    told = say(key, rows, due=When(case.due_at), hours=hours_note(scene))
    dialog = passed.dialog.with_case(replace(case, told_due=case.due_at))
    return replace(passed, dialog=dialog, says=(told,), outcome="handoff.again")


def _reply(case: OpenCase, asked: bool) -> str:
    """Key of what is said of words passed on: a word at least, for silence would leave him wondering (T8)."""
    if asked or case.told_due is None:
        return "handoff.already" if case.waiting else "handoff.still_here"
    return "handoff.passed_till" if case.told_due != case.due_at else "handoff.passed"


def forward(scene: Scene, text: str, key: str = "staff.client_said", *, owed: bool = True, **params: Param) -> Decision:
    """The client's words go to the conversation's topic; the oldest unanswered one keeps the clock.

    ``owed``: they want an answer, so that a term starts where none runs.
    """
    if not text:
        return Decision(scene.dialog, outcome="forwarded")
    post = StaffSay(say(key, text=text, **params))
    dialog, effects = scene.dialog, list[CaseEffect]()
    for paused in [case for case in dialog.cases if case.paused]:
        resumed, done = case_clock.resume(scene, paused)
        dialog = dialog.with_case(resumed)
        effects.extend(done)
    case = dialog.handed_over or (dialog.cases[0] if dialog.cases else None)
    if owed and case is not None and not case.waiting:
        begun, done = case_clock.begin(scene, case)
        dialog = dialog.with_case(begun)
        effects.extend(done)
    return Decision(dialog, effects=tuple(effects), staff=(post,), outcome="forwarded")


def withdraw(scene: Scene, case_id: int) -> Decision:
    """The client needs no person any more. Only his own open case; a request's case stays."""
    case = scene.dialog.case(case_id)
    if case is None or case.request is not None:
        return Decision(scene.dialog, says=(say("handoff.closed_already", _menu_row()),), outcome="stale")
    dialog = replace(scene.dialog.without_case(case_id), led=False, misses=0)
    return Decision(
        dialog,
        says=(say("handoff.withdrawn", _menu_row()),),
        effects=(StopTerm(case_id), CloseCase(case_id, None)),
        staff=(StaffSay(say("staff.withdrawn")),),
        outcome="handoff.withdrawn",
    )


def back_to_assistant(scene: Scene) -> Decision:
    """The client talks to the assistant again; whatever a person owes stays owed."""
    return Decision(
        replace(scene.dialog, led=False),
        says=(say("handoff.assistant_again", _menu_row()),),
        staff=(StaffSay(say("staff.assistant_again")),) if scene.dialog.led else (),
        outcome="handoff.assistant",
    )


def broken(scene: Scene) -> Decision:
    """Our own failure: the client is told, the technical team gets a case."""
    agency = scene.pack.agency
    opened = open_case(scene, "broken", agency.incident_team, agency.incident_policy)
    if scene.dialog.handed_over is not None:
        opened = Decision(scene.dialog)
    return replace(opened, says=(say("error.ours", _menu_row()),), outcome="broken")


def general(key: str, **params: Param) -> StaffSay:
    """A post in the staff group's general part."""
    return StaffSay(Say((Ref(key, params),)), Place.GENERAL)


def _menu_row() -> tuple[tuple[Offer, ...], ...]:
    return ((offer("button.menu", "menu:main"),),)


def leads(dialog: Dialog) -> bool:
    """Whether a person leads this conversation."""
    return dialog.led and dialog.cases != ()
