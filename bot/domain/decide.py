"""What to do about one event. Pure: the same dialog, event and pack always decide the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from bot.domain import editing, flood, hearing, pressing
from bot.domain.activities import (
    answering,
    bodies,
    correcting,
    files,
    form,
    group,
    handoff,
    mending,
    menu,
    smalltalk,
    staff,
    things,
    titles,
)
from bot.domain.decision import Decision, Need, Result, Scene, SetReachable
from bot.domain.dialog import Dialog
from bot.domain.events import (
    AnswerCorrected,
    BodyNear,
    ClientActed,
    ClientUnreachable,
    Event,
    FileArrived,
    FileTurnedDown,
    HandlingFailed,
    NeedMet,
    StaffActed,
    StaffEdited,
    StaffPressed,
    StaffWrote,
    StageNear,
    TimerFired,
)
from bot.domain.messages import Incoming, Kind
from bot.domain.news import AnswerRefused, TopicLost
from bot.domain.speech import Ref, StaffSay, say

HELD_TEXT = 1000
"""Characters of the last held message that are kept to be shown."""
HELD_SHOWN = 10
"""Held-off messages after which the person who leads is shown how many there were, and the last one."""


def decide(scene: Scene, event: Event) -> Result:
    """The decision on an event, or what must be loaded first."""
    result = _decide(scene, event)
    if isinstance(result, Need):
        return result
    return _titled(result if result.outcome == "flood" else _shown_first(result))


def _titled(decided: Decision) -> Decision:
    """The name of the topic in the staff group follows the case."""
    now = titles.standing(decided.dialog)
    if now == decided.dialog.titled:
        return decided
    return replace(decided, dialog=replace(decided.dialog, titled=now), retitled=True)


def _decide(scene: Scene, event: Event) -> Result:
    match event:
        case ClientActed():
            return _client(scene, event)
        case TimerFired():
            return staff.timer(scene, event)
        case StaffWrote() | StaffEdited() | StaffPressed() | StaffActed():
            return _by_staff(scene, event)
        case FileArrived():
            return files.arrived(scene, event)
        case FileTurnedDown():
            return files.turned_down(scene, event)
        case StageNear():
            return staff.stage_near(scene, event)
        case BodyNear():
            return bodies.near(scene, event)
        case NeedMet() | AnswerCorrected():
            return _better(scene, event)
        case HandlingFailed():
            return handoff.broken(scene)
        case ClientUnreachable():
            return Decision(scene.dialog, effects=(SetReachable(False),), staff=_unreachable(scene), outcome="blocked")
        case TopicLost() | AnswerRefused():
            return group.happened(scene, event)
        case _:
            assert_never(event)


def _better(scene: Scene, event: NeedMet | AnswerCorrected) -> Decision:
    """There is a better answer than the client got."""
    match event:
        case NeedMet(slug):
            return answering.need_met(scene, slug)
        case AnswerCorrected():
            return correcting.corrected(scene, event)


def _by_staff(scene: Scene, event: StaffWrote | StaffEdited | StaffPressed | StaffActed) -> Result:
    match event:
        case StaffWrote():
            return staff.wrote(scene, event)
        case StaffEdited():
            return mending.edited(scene, event)
        case StaffPressed():
            return staff.pressed(scene, event)
        case StaffActed():
            return staff.acted(scene, event)


def _client(scene: Scene, event: ClientActed) -> Result:
    incoming = event.incoming
    if incoming.kind is Kind.BLOCKED:
        return Decision(scene.dialog, effects=(SetReachable(False),), staff=_unreachable(scene), outcome="blocked")
    if incoming.kind is Kind.UNBLOCKED:
        return Decision(scene.dialog, effects=(SetReachable(True),), outcome="unblocked")
    dialog, pressure = form.renewed(scene.dialog, scene.pack), flood.Pressure.NORMAL
    if not incoming.album or incoming.album != dialog.album:  # ten pictures sent at once are one message
        dialog, pressure = flood.press(dialog, scene.now)
    scene = replace(scene, dialog=_in_language(dialog, incoming.language or "", scene.pack.agency.languages))
    match pressure:
        case flood.Pressure.HOLD:
            held = _held(scene, event)
            return _shown_first(held) if held.dialog.held >= HELD_SHOWN else held
        case flood.Pressure.WARN:
            return _shown_first(replace(_held(scene, event), says=(say("error.flood"),)))
        case flood.Pressure.NORMAL:
            pass
        case _:
            assert_never(pressure)
    if incoming.kind is not Kind.FILES:
        scene = replace(scene, dialog=replace(scene.dialog, album=""))
    return _introduced(scene, editing.remembered(scene.dialog, _acted(scene, event), event))


def _held(scene: Scene, event: ClientActed) -> Decision:
    """A message of a flood: not answered, but counted for the person who leads."""
    dialog, said = scene.dialog, event.incoming.text or event.incoming.name
    if handoff.leads(dialog) and event.incoming.kind in (Kind.TEXT, Kind.OTHER, Kind.FILES):
        dialog = replace(dialog, held=dialog.held + 1, held_text=said[:HELD_TEXT])
    return Decision(dialog, outcome="flood")


def _shown_first(decided: Decision) -> Decision:
    """Before anything else staff learn what a flood kept from them."""
    dialog = decided.dialog
    if not dialog.held:
        return decided
    post = StaffSay(say("staff.client_held", count=dialog.held, text=dialog.held_text))
    return replace(decided, dialog=replace(dialog, held=0, held_text=""), staff=(post, *decided.staff))


def _in_language(dialog: Dialog, screen: str, spoken: Sequence[str]) -> Dialog:
    """At first contact, and whenever he changes it, the language of the client's screen is the dialog's."""
    if screen not in spoken or screen == dialog.screen:
        return dialog
    return replace(dialog, screen=screen, language=screen)


def _introduced(scene: Scene, result: Result) -> Result:
    """First contact by a question: who answers, and what is kept, in one sentence before the answer."""
    if scene.dialog.greeted or isinstance(result, Need) or result.dialog.greeted or not result.says:
        return result
    first = result.says[0]
    told = replace(first, parts=(Ref("menu.first"), *first.parts))
    return replace(result, says=(told, *result.says[1:]), dialog=replace(result.dialog, greeted=True))


def _acted(scene: Scene, event: ClientActed) -> Result:
    incoming = event.incoming
    match incoming.kind:
        case Kind.START:
            return _start(scene, event)
        case Kind.BUTTON:
            return pressing.button(scene, event, incoming.action)
        case Kind.COMMAND:
            return pressing.command(scene, incoming.name, incoming.text)
        case Kind.OTHER:
            return _media(scene, incoming.name, incoming.text)
        case Kind.TEXT:
            return _heard(incoming, hearing.text(scene, event))
        case Kind.FILES:
            return files.given(scene, event)
        case Kind.EDIT:
            return editing.edited(scene, event)
        case Kind.PLACE | Kind.CONTACT:
            return things.given(scene, incoming)
        case Kind.REACTION:
            return things.reacted(scene, incoming)
        case Kind.BLOCKED | Kind.UNBLOCKED:
            return Decision(scene.dialog)
        case _:
            assert_never(incoming.kind)


def _heard(incoming: Incoming, result: Result) -> Result:
    """Spoken words are shown as they were understood, so that they can be corrected."""
    if not incoming.voiced or isinstance(result, Need) or not result.says or result.outcome == "form.heard":
        return result
    first, *others = result.says
    heard = Ref("media.heard", {"text": incoming.text})
    return replace(result, says=(replace(first, parts=(heard, *first.parts)), *others))


def _start(scene: Scene, event: ClientActed) -> Result:
    """Opening the chat; a share link may name a service or a topic."""
    wanted = event.incoming.text.strip()
    opened = menu.welcome(scene)
    if wanted in scene.pack.services:
        begun = form.start(replace(scene, dialog=opened.dialog), wanted, str(event.id))
        return replace(begun, says=(*opened.says, *begun.says))
    if wanted in scene.pack.templates:
        answered = answering.answer(replace(scene, dialog=opened.dialog), (wanted,))
        return replace(answered, says=(*opened.says, *answered.says))
    return opened


def _media(scene: Scene, name: str, caption: str) -> Result:
    replied = smalltalk.media(scene, name)
    if handoff.leads(scene.dialog):
        passed = handoff.forward(scene, caption or name, "staff.client_sent")
        return replace(passed, says=replied.says, outcome=replied.outcome)
    return replied


def _unreachable(scene: Scene) -> tuple[StaffSay, ...]:
    return (StaffSay(say("staff.client_blocked")),) if scene.dialog.cases else ()
