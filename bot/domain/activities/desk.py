"""What a person of the staff does with a conversation: take, answer, note, close. The same from either desk."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain import request as life
from bot.domain.activities import case_clock, status, survey
from bot.domain.acts import Answer, Claim, Close, Desk, Note, Verb
from bot.domain.attachments import MOST, KeepFiles, sorted_out
from bot.domain.case_effects import CloseCase, KeepNote, RecordAct, StopTerm, TakeCase
from bot.domain.decision import (
    Decision,
    Effect,
    MoveRequest,
    Need,
    OpenEpisode,
    RequestById,
    RequestView,
    Result,
    Scene,
)
from bot.domain.dialog import Dialog, OpenCase
from bot.domain.events import StaffPerson
from bot.domain.speech import Offer, Ref, Rows, Say, StaffSay, offer, say
from bot.domain.staff import Right, may

REFUSALS = frozenset(
    [
        "staff.not_registered",
        "staff.forbidden",
        "staff.text_only",
        "staff.case_closed",
        "staff.taken_by_other",
        "staff.answer_first",
        "staff.open_already",
        "staff.no_team",
        "staff.no_stage",
        "staff.refusal_needs",
        "staff.no_body",
        "staff.body_date",
        "staff.body_words",
        "staff.body_not_asked",
        "staff.body_which",
    ]
)
"""Outcomes of an act that changed nothing: the key of the text that says why."""


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and at which desk."""

    person: StaffPerson
    id: int
    desk: Desk

    def may(self, right: Right, case: OpenCase | None = None) -> bool:
        team, holder = (case.team, case.taken_by) if case else ("", None)
        return may(self.person, right, team=team, holder=holder)


def claim(scene: Scene, by: By, act: Claim) -> Result:
    """Take a case: colleagues see whose it is, and the client that somebody is there."""
    case = scene.dialog.case(act.case)
    if case is None:
        return refuse(scene, "staff.case_closed")
    if not by.may(Right.ANSWER, case):
        return refuse(scene, "staff.forbidden")
    if case.taken_by == by.id:
        return refuse(scene, "staff.yours_already")
    if case.taken_by is not None:
        return refuse(scene, "staff.taken_by_other")
    dialog = scene.dialog.with_case(replace(case, taken_by=by.id))
    effects: list[Effect] = [TakeCase(case.id, by.id), RecordAct(Verb.CLAIM, by.id, case.id)]
    post = StaffSay(say("staff.taken", case_ways(case.id), name=by.person.name))
    if case.request is not None:
        query = RequestById(case.request)
        if query not in scene.view.loaded:
            return Need(query)
        moved, told = passing(scene, by, scene.view.loaded[query], final=False)
        return Decision(dialog, says=told, effects=(*effects, *moved), staff=(post,), outcome="staff.took")
    team = known(scene, case.team)
    return Decision(
        replace(dialog, led=True, named=team),
        says=(joins(team),),
        effects=tuple(effects),
        staff=(post,),
        outcome="staff.took",
    )


def answer(scene: Scene, by: By, act: Answer) -> Decision:
    """A person's words go to the client. They stop the running terms, or, asking him back, pause them."""
    if not by.may(Right.ANSWER):
        return refuse(scene, "staff.forbidden")
    if not act.text.strip() and not act.files:
        return refuse(scene, "staff.text_only")
    good, why = sorted_out(act.files, MOST)
    posts = tuple(StaffSay(say(key)) for key in why)
    if not act.text.strip() and not good:
        return Decision(scene.dialog, staff=posts, outcome="staff.text_only")
    dialog, effects = scene.dialog, list[Effect]()
    for case in dialog.cases:
        changed, done = (case_clock.pause if act.asks else case_clock.stop)(scene, case)
        effects.extend(done)
        dialog = dialog.with_case(replace(changed, answered=True))
    about = about_what(dialog)
    effects.append(RecordAct(Verb.ASK if act.asks else Verb.ANSWER, by.id, about.id if about else None))
    team = known(scene, about.team if about else by.person.team)
    if good:
        effects.append(KeepFiles(good, team=team))
    introduced = about is not None and not (scene.dialog.led and scene.dialog.named == team)
    told = (replace(words(scene, act.text, asks=act.asks, team=team), by=by.id),) if act.text.strip() else ()
    return Decision(
        replace(dialog, led=about is not None, named=team),
        says=(joins(team), *told) if introduced else told,
        effects=tuple(effects),
        staff=(*echo(by, "staff.asked_there" if act.asks else "staff.answered_there", act.text), *posts),
        outcome="staff.asked" if act.asks else "staff.answered",
    )


def note(scene: Scene, by: By, act: Note) -> Decision:
    """Words for colleagues."""
    if not by.may(Right.NOTE):
        return refuse(scene, "staff.forbidden")
    if not act.text.strip():
        return refuse(scene, "staff.text_only")
    kept = (KeepNote(by.id, act.text), RecordAct(Verb.NOTE, by.id))
    return Decision(scene.dialog, effects=kept, staff=echo(by, "staff.noted_there", act.text), outcome="staff.note")


def close(scene: Scene, by: By, act: Close) -> Result:
    """The client's matter is settled; he is asked for a score, unless that is not wished."""
    case = scene.dialog.case(act.case)
    if case is None:
        return refuse(scene, "staff.case_closed")
    if not by.may(Right.LEAD, case):
        return refuse(scene, "staff.forbidden")
    if not case.answered:
        return refuse(scene, "staff.answer_first")
    effects: list[Effect] = [StopTerm(case.id), CloseCase(case.id, by.id), RecordAct(Verb.CLOSE, by.id, case.id)]
    says: tuple[Say, ...] = ()
    if case.request is not None:
        query = RequestById(case.request)
        if query not in scene.view.loaded:
            return Need(query)
        moved, says = passing(scene, by, scene.view.loaded[query], final=True)
        effects.extend(moved)
    if act.ask_score and not scene.dialog.scores_declined and case.reason != "broken":
        effects.append(OpenEpisode("scored", "case", case.reason, case.id))
        says = (*says, survey.ask_score("score.ask_case", "scored"))
    else:
        says = (*says, say("person.leaves"))
    rows: Rows = ((offer("staff.button.reopen", f"k:open:{case.id}"),),)
    post = StaffSay(say("staff.closed", rows, name=by.person.name))
    dialog = replace(scene.dialog.without_case(case.id), led=False)
    return Decision(dialog, says=says, effects=tuple(effects), staff=(post,), outcome="staff.closed")


def passing(scene: Scene, by: By, found: object, *, final: bool) -> tuple[list[Effect], tuple[Say, ...]]:
    """The stages that a request passes: up to the last but one when taken, the last one when closed."""
    if not isinstance(found, RequestView) or found.service not in scene.pack.services:
        return [], ()
    service = scene.pack.services[found.service]
    stages = life.passed(service, found.stage, final=final)
    if not stages:
        return [], ()
    timezone = scene.pack.agency.timezone
    moved: list[Effect] = [
        MoveRequest(found.id, s.slug, life.ends_by(service, s.slug, found.created_at, timezone), staff=by.id)
        for s in stages
    ]
    return moved, (status.stage_changed(scene, found, stages[-1].slug),)


def about_what(dialog: Dialog) -> OpenCase | None:
    """The case that words without an address belong to: the client's talk with a person, else his first request."""
    return dialog.handed_over or next(iter(dialog.cases), None)


def known(scene: Scene, team: str) -> str:
    """A team that the pack still has."""
    return team if team in scene.pack.teams else scene.pack.agency.default_team


def joins(team: str) -> Say:
    """Who talks to the client from now on: his team, told once. A person's name is not told."""
    return say("person.joins", client_ways(), who=Ref(f"team/{team}"))


def words(scene: Scene, text: str, *, asks: bool, team: str) -> Say:
    """A person's words to the client; the team stands above them only where it is not told otherwise."""
    if scene.dialog.cases:
        return say("person.asks_on" if asks else "person.says_on", client_ways(), text=text)
    return say("person.asks" if asks else "person.says", text=text, who=Ref(f"team/{team}"))


def client_ways() -> tuple[tuple[Offer, ...], ...]:
    return ((offer("button.assistant", "c:assistant"),),)


def case_ways(case: int) -> Rows:
    """What can be done with a case that somebody has."""
    return (
        (
            offer("staff.button.done", f"k:done:{case}"),
            offer("staff.button.hand", f"k:hand:{case}"),
            offer("staff.button.ask", f"k:ask:{case}"),
        ),
    )


def echo(by: By, key: str, text: str) -> tuple[StaffSay, ...]:
    """What was written at the console, for whoever reads along in the group."""
    return (StaffSay(say(key, text=text, name=by.person.name)),) if by.desk is Desk.CONSOLE else ()


def refuse(scene: Scene, key: str) -> Decision:
    """Nothing changes; whoever tried is told why."""
    return Decision(scene.dialog, staff=(StaffSay(say(key)),), outcome=key)
