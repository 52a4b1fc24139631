"""Another body is asked in a client's matter: until when, who is reminded, what the client is told."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from bot.domain import terms
from bot.domain.activities import case_clock, desk, waits
from bot.domain.activities.desk import By, refuse
from bot.domain.acts import AskBody, BodyAnswered, Desk, Verb
from bot.domain.case_effects import BodyDone, KeepNote, RecordAct, WaitForBody
from bot.domain.decision import Decision, Effect, Scene
from bot.domain.dialog import OpenCase, Owes, Wait
from bot.domain.events import BodyNear, StaffPerson
from bot.domain.speech import Offer, Param, Ref, StaffSay, When, say
from bot.domain.staff import Right

MOST_OFFERED = 12
LONGEST_NAME = 100
LONGEST_WAIT = dt.timedelta(days=366)
WARN_SHARE = 0.75
"""Share of the office's time up to the term after which whoever asked is reminded."""
_ASKED = re.compile(
    r"(?P<body>.+?)[\s,:]+(?:[^\W\d]{1,2}\s+)?(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?\.?"
    r"(?:[\s,:]+(?P<question>.*))?",
    re.DOTALL,
)
"""A name, perhaps a short word, a date, a question: "registry by 18.12 borders of the plot"."""


def ask(scene: Scene, by: By, act: AskBody) -> Decision:
    """The asking itself takes place outside; here its term begins, and the client learns whom we wait for."""
    case = scene.dialog.case(act.case)
    if case is None:
        return refuse(scene, "staff.case_closed")
    if not by.may(Right.ANSWER, case):
        return refuse(scene, "staff.forbidden")
    body = act.body.strip()
    if not body or len(body) > LONGEST_NAME:
        return refuse(scene, "staff.no_body")
    calendar = scene.pack.calendars[scene.pack.agency.office]
    if act.until - scene.now.date() > LONGEST_WAIT:
        return refuse(scene, "staff.body_date")
    due = terms.end_of_work(calendar, scene.pack.agency.timezone, act.until)
    if due <= scene.now:
        return refuse(scene, "staff.body_date")
    others = tuple(wait for wait in case.waits if wait.body != body)
    waiting = replace(case, waits=(*others, Wait(body, due, by.id, by.person.name)))
    policy = case_clock.policy_of(scene, case)
    changed, paused = case_clock.pause(scene, waiting, Owes.BODY) if policy.pauses_for_bodies else (waiting, ())
    effects: list[Effect] = [WaitForBody(case.id, body, by.id, _warn_at(scene, due), due), *paused]
    effects.append(RecordAct(Verb.ASK_BODY, by.id, case.id, body))
    if act.question.strip():
        effects.append(KeepNote(by.id, act.question.strip()))
    words: dict[str, Param] = {"body": waits.named(scene, body), "due": When(due)}
    told = say("person.waits", desk.client_ways() if scene.dialog.led else (), **words)
    posts: tuple[StaffSay, ...] = (StaffSay(say("staff.body_asked", name=by.person.name, **words)),)
    if by.desk is Desk.CONSOLE and act.question.strip():
        posts = (*posts, *desk.echo(by, "staff.noted_there", act.question.strip()))
    return Decision(
        scene.dialog.with_case(changed), says=(told,), effects=tuple(effects), staff=posts, outcome="staff.body_asked"
    )


def answered(scene: Scene, by: By, act: BodyAnswered) -> Decision:
    """What it answered is noted; from now on we owe the client an answer."""
    case = scene.dialog.case(act.case)
    if case is None:
        return refuse(scene, "staff.case_closed")
    if not by.may(Right.ANSWER, case):
        return refuse(scene, "staff.forbidden")
    if not act.text.strip():
        return refuse(scene, "staff.body_words")
    if all(wait.body != act.body for wait in case.waits):
        return refuse(scene, "staff.body_not_asked")
    changed = replace(case, waits=tuple(wait for wait in case.waits if wait.body != act.body))
    effects: list[Effect] = [BodyDone(case.id, act.body), RecordAct(Verb.BODY_ANSWERED, by.id, case.id, act.body)]
    effects.append(KeepNote(by.id, act.text.strip()))
    if not changed.waits:
        changed, clock = _ours_again(scene, changed)
        effects.extend(clock)
    name = waits.named(scene, act.body)
    owed = changed.waiting and not changed.paused and not changed.waits
    told = say("person.body_answered", body=name, due=When(changed.due_at)) if owed else None
    post = StaffSay(say("staff.body_done", name=by.person.name, body=name, text=act.text.strip()))
    return Decision(
        scene.dialog.with_case(changed),
        says=(told or say("person.body_answered_too", body=name),),
        effects=tuple(effects),
        staff=(post,),
        outcome="staff.body_answered",
    )


def _ours_again(scene: Scene, case: OpenCase) -> case_clock.Changed:
    """The term goes on if it stood still for the body, and begins where none runs."""
    if not case.waiting:
        return case_clock.begin(scene, case)
    return case_clock.resume(scene, case) if case.owed_by is Owes.BODY else (case, ())


def near(scene: Scene, event: BodyNear) -> Decision:
    """Whoever asked is reminded; of a wait that has ended, or has another term, nobody is."""
    case = scene.dialog.case(event.case)
    open_ = case.waits if case is not None else ()
    wait = next((one for one in open_ if one.body == event.body and one.due_at == event.due_at), None)
    if wait is None:
        return Decision(scene.dialog, outcome="timer.stale")
    words: dict[str, Param] = {"name": wait.name, "body": waits.named(scene, wait.body), "due": When(wait.due_at)}
    key = "staff.body_late" if event.late else "staff.body_near"
    return Decision(scene.dialog, staff=(StaffSay(say(key, **words)),), outcome="timer")


# --- in the group --------------------------------------------------------------


def choose(scene: Scene, case_id: int) -> Decision:
    """Bodies of the pack as buttons, each with its usual term, and how another one is asked."""
    if scene.dialog.case(case_id) is None:
        return refuse(scene, "staff.case_closed")
    offered = list(scene.pack.bodies.values())[:MOST_OFFERED]
    rows = tuple((Offer(Ref(f"body/{body.slug}"), f"k:of:{case_id}:{body.slug}"),) for body in offered)
    return Decision(scene.dialog, staff=(StaffSay(say("staff.body_how", rows)),), outcome="staff.choosing")


def pressed(scene: Scene, person: StaffPerson, case_id: int, body: str) -> Decision:
    """A body of the pack, with its usual term."""
    known = scene.pack.bodies.get(body)
    if known is None or person.id is None:
        return refuse(scene, "staff.no_body")
    until = _today(scene) + dt.timedelta(days=known.days)
    return ask(scene, By(person, person.id, Desk.GROUP), AskBody(case_id, body, until))


def read_asked(scene: Scene, text: str) -> AskBody | Decision:
    """What was typed behind the sign, or how it should have been."""
    case, found = desk.about_what(scene.dialog), _ASKED.fullmatch(text)
    if case is None:
        return refuse(scene, "staff.case_closed")
    until = _date(scene, found) if found is not None else None
    if found is None or until is None:
        return choose(scene, case.id)
    return AskBody(case.id, _slug(scene, found["body"]), until, found["question"] or "")


def read_answer(scene: Scene, text: str) -> BodyAnswered | Decision:
    """The only body that was asked, or the one whose name the words begin with."""
    asked = [(case, wait) for case in scene.dialog.cases for wait in case.waits]
    for case, wait in asked:
        for name in _names(scene, wait.body):
            if text.casefold().startswith(name.casefold()):
                return BodyAnswered(case.id, wait.body, text[len(name) :].lstrip(" :,.-"))
    if len(asked) == 1:
        return BodyAnswered(asked[0][0].id, asked[0][1].body, text)
    return refuse(scene, "staff.body_which" if asked else "staff.body_not_asked")


def _names(scene: Scene, body: str) -> tuple[str, ...]:
    known = scene.pack.bodies.get(body)
    return tuple(known.title.values()) if known is not None else (body,)


def _slug(scene: Scene, name: str) -> str:
    """The pack's own body of this name, else the name."""
    plain = name.strip().casefold()
    for body in scene.pack.bodies.values():
        if plain in (title.casefold() for title in body.title.values()):
            return body.slug
    return name.strip()


def _date(scene: Scene, found: re.Match[str]) -> dt.date | None:
    """The next day of this day and month, unless the year is given."""
    today = _today(scene)
    try:
        date = dt.date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
        return date if found["year"] or date >= today else date.replace(year=today.year + 1)
    except ValueError:
        return None


def _today(scene: Scene) -> dt.date:
    return terms.day_of(scene.now, scene.pack.agency.timezone)


def _warn_at(scene: Scene, due: dt.datetime) -> dt.datetime:
    """In the office's time, so that somebody is there to read it."""
    calendar = scene.pack.calendars[scene.pack.agency.office]
    whole = terms.working_time(calendar, scene.now, due)
    return min(terms.add_working_time(calendar, scene.now, whole * WARN_SHARE), due) if whole else due
