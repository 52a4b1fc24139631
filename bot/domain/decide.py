"""What to do about one event. Pure: the same dialog, event and pack always decide the same."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.domain import actions, flood
from bot.domain.activities import (
    answering,
    form,
    handoff,
    menu,
    settings,
    smalltalk,
    staff,
    status,
    submit,
    survey,
)
from bot.domain.decision import Decision, Need, RequestView, Result, Scene, SetReachable
from bot.domain.dialog import Comment, Form, FormMode, Missing
from bot.domain.events import (
    ClientActed,
    ClientUnreachable,
    Event,
    HandlingFailed,
    StaffPressed,
    StaffWrote,
    TimerFired,
)
from bot.domain.messages import Kind
from bot.domain.speech import Ref, Say, StaffSay, say
from nlu.understanding import Outcome, Understanding


def decide(scene: Scene, event: Event) -> Result:
    """The decision on an event, or what must be loaded first."""
    match event:
        case ClientActed():
            return _client(scene, event)
        case TimerFired():
            return staff.timer(scene, event)
        case StaffWrote():
            return staff.wrote(scene, event)
        case StaffPressed():
            return staff.pressed(scene, event)
        case HandlingFailed():
            return handoff.broken(scene)
        case ClientUnreachable():
            return Decision(scene.dialog, effects=(SetReachable(False),), staff=_unreachable(scene), outcome="blocked")
        case _:
            assert_never(event)


def _client(scene: Scene, event: ClientActed) -> Result:
    incoming = event.incoming
    if incoming.kind is Kind.BLOCKED:
        return Decision(
            scene.dialog, effects=(SetReachable(False),), staff=_unreachable(scene), outcome="blocked",
        )
    if incoming.kind is Kind.UNBLOCKED:
        return Decision(scene.dialog, effects=(SetReachable(True),), outcome="unblocked")
    dialog, pressure = flood.press(form.renewed(scene.dialog, scene.pack), scene.now)
    scene = replace(scene, dialog=dialog)
    match pressure:
        case flood.Pressure.HOLD:
            return Decision(dialog, outcome="flood")
        case flood.Pressure.WARN:
            return Decision(dialog, says=(say("error.flood"),), outcome="flood")
        case flood.Pressure.NORMAL:
            pass
        case _:
            assert_never(pressure)
    match incoming.kind:
        case Kind.START:
            return _start(scene, event)
        case Kind.BUTTON:
            return _button(scene, event, incoming.action)
        case Kind.COMMAND:
            return _command(scene, incoming.name, incoming.text)
        case Kind.OTHER:
            return _media(scene, incoming.name, incoming.text)
        case Kind.TEXT:
            return _text(scene, event)
        case _:
            assert_never(incoming.kind)


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


def _button(scene: Scene, event: ClientActed, action: str) -> Result:
    pack = scene.pack
    match actions.parse(action):
        case actions.ShowTemplate(slug) if slug in pack.templates:
            return _beside_form(scene, answering.answer(scene, (slug,)))
        case actions.ShowMore(slug):
            return answering.more(scene, slug) or menu.stale(scene)
        case actions.StartService(slug, afresh) if slug in pack.services:
            return form.start(scene, slug, str(event.id), afresh=afresh)
        case actions.ShowMenu(slug):
            return menu.show(scene, slug)
        case actions.DoCommand(name):
            return _command(scene, name, "")
        case actions.SayHelped(episode, did):
            return survey.helped(scene, episode, did)
        case actions.GiveScore(episode, value):
            return survey.scored(scene, episode, value)
        case actions.SkipWords():
            return survey.no_words(scene)
        case actions.PressForm() as press:
            return _form_button(scene, press)
        case actions.ShowRequest(request):
            return status.by_id(scene, request)
        case actions.WithdrawCase(case):
            return handoff.withdraw(scene, case)
        case actions.SetLanguage(language):
            return settings.set_language(scene, language)
    return menu.stale(scene)


def _form_button(scene: Scene, press: actions.PressForm) -> Result:
    current = next((a for a in scene.dialog.stack if isinstance(a, Form) and a.token == press.token), None)
    if current is not None and current.service in scene.pack.services:
        done = form.pressed(scene, current, press)
        if done is not None:
            return done
        shown = form.again(scene, current)
        return Decision(scene.dialog, says=(_before("form.step_over", shown),), outcome="stale")
    match submit.pressed_again(scene, press.token):
        case RequestView() as request:
            shown_request = status.shown(scene, request)
            return replace(shown_request, says=(say("form.sent_already"), *shown_request.says), outcome="stale")
        case None:
            return menu.stale(scene)
        case query:
            return Need(query)


def _command(scene: Scene, name: str, argument: str) -> Result:
    match name.lower():
        case "my-status" | "status" | "mystatus":
            return status.by_number(scene, argument) if argument else status.mine(scene)
        case "human" | "operator":
            return handoff.hand_over(scene, "asked", "handoff.called")
        case "assistant":
            return handoff.back_to_assistant(scene)
        case "settings":
            return settings.settings(scene)
        case "my-data" | "mydata" | "privacy":
            return settings.my_data(scene)
        case "other":
            return answering.other(scene)
        case "cancel" | "stop":
            current = scene.dialog.form
            if current is not None and current.service in scene.pack.services:
                cancelled = form.pressed(scene, current, actions.PressForm(current.token, "-", "cancel"))
                return cancelled or menu.show(scene, menu.MAIN)
    return menu.show(scene, menu.MAIN)


def _media(scene: Scene, name: str, caption: str) -> Result:
    replied = smalltalk.media(scene, name)
    if handoff.leads(scene.dialog):
        passed = handoff.forward(scene, caption or name, "staff.client_sent")
        return replace(passed, says=replied.says, outcome=replied.outcome)
    return replied


def _text(scene: Scene, event: ClientActed) -> Result:
    text, understood = event.incoming.text.strip(), event.understood
    pressed = _typed_label(scene, text)
    if pressed is not None:
        return _button(scene, event, pressed)
    if handoff.leads(scene.dialog):
        return handoff.forward(scene, text)
    current = scene.dialog.form
    if current is not None and current.service in scene.pack.services:
        return _in_form(scene, event, current, text, understood)
    if understood is None or not any(c.isalnum() for c in text):
        return smalltalk.silence(scene)
    top = scene.dialog.stack[-1] if scene.dialog.stack else None
    if isinstance(top, Comment | Missing) and understood.slug != "human":
        return survey.words(scene, top, text)
    dialog = replace(scene.dialog, question=text, language=_language(scene, understood))
    return _question(replace(scene, dialog=dialog), event, understood)


SURE_OF_LANGUAGE = 12
"""Letters from which on a message shows its language."""


def _language(scene: Scene, understood: Understanding) -> str:
    """The language of the dialog: that of a long enough message, where the pack speaks it."""
    known = understood.language in scene.pack.agency.languages
    letters = sum(c.isalpha() for c in understood.text)
    return understood.language if known and letters >= SURE_OF_LANGUAGE else scene.dialog.language


def _question(scene: Scene, event: ClientActed, understood: Understanding) -> Result:
    """A question or a wish in the client's own words."""
    for slug in understood.rules:
        rule = scene.pack.rules.get(slug)
        if rule is not None:
            reason = "broken" if rule.policy == scene.pack.agency.incident_policy else "rule"
            return handoff.hand_over(
                scene, reason, "handoff.rule", team=rule.team, policy=rule.policy, said=understood.text,
            )
    if scene.dialog.handed_over is None:
        return _understood(scene, event, understood)
    if understood.outcome in (Outcome.UNKNOWN, Outcome.CLARIFY, Outcome.SMALLTALK):
        return handoff.hand_over(scene, "asked", "handoff.called", said=understood.text)
    return _and_forward(scene, _understood(scene, event, understood), understood.text)


def _and_forward(scene: Scene, answered: Result, text: str) -> Result:
    """Whoever waits for a person is still answered; the person sees the words as well."""
    if isinstance(answered, Need) or answered.outcome == "handoff.again":
        return answered
    passed = handoff.forward(replace(scene, dialog=answered.dialog), text, "staff.client_said")
    return replace(
        answered, dialog=passed.dialog, effects=(*answered.effects, *passed.effects),
        staff=(*answered.staff, *passed.staff),
    )


def _understood(scene: Scene, event: ClientActed, understood: Understanding) -> Result:
    match understood.outcome:
        case Outcome.ANSWER:
            return answering.answer(scene, answering.understood_slugs(understood))
        case Outcome.CLARIFY:
            return answering.clarify(scene, understood)
        case Outcome.UNKNOWN:
            return answering.unknown(scene, understood)
        case Outcome.SERVICE if understood.slug in scene.pack.services:
            return form.start(scene, understood.slug, str(event.id))
        case Outcome.COMMAND if understood.slug is not None:
            return _command(scene, understood.slug, understood.request_number or "")
        case Outcome.SMALLTALK if understood.slug is not None:
            return smalltalk.small_talk(scene, understood.slug)
        case Outcome.SERVICE | Outcome.COMMAND | Outcome.SMALLTALK:
            return answering.unknown(scene, understood)
        case _:
            assert_never(understood.outcome)


def _in_form(
    scene: Scene, event: ClientActed, current: Form, text: str, understood: Understanding | None
) -> Result:
    """Inside a form a message is a value, a question or a command: chosen by fit."""
    asks = understood is not None and _asks(scene, understood, text)
    if current.mode is not FormMode.ASK or asks or not text:
        if understood is not None and (asks or understood.outcome is Outcome.COMMAND):
            aside = _question(scene, event, understood)
            return _beside_form(scene, aside) if isinstance(aside, Decision) else aside
        return form.refuse(scene, current, text)
    return form.typed(scene, current, text) or form.refuse(scene, current, text)


def _asks(scene: Scene, understood: Understanding, text: str) -> bool:
    """Whether words typed in a form are a question of their own, not the value asked for."""
    sure = understood.outcome in (Outcome.ANSWER, Outcome.COMMAND)
    if not sure or not understood.candidates:
        return False
    certain = understood.candidates[0].score >= scene.pack.agency.thresholds.answer
    if understood.outcome is Outcome.COMMAND:
        return certain and len(text) <= 60
    first = text.split()[0].casefold().strip(",.") if text.split() else ""
    words = scene.pack.texts["form.question_words"][scene.pack.agency.default_language].split()
    return certain and len(text) <= 300 and (text.endswith("?") or first in words)


def _beside_form(scene: Scene, aside: Decision) -> Decision:
    """An answer in the middle of a form, then the form where it stood."""
    current = aside.dialog.form
    if scene.dialog.form is None or current is None or current.service not in scene.pack.services:
        return aside
    shown = form.again(replace(scene, dialog=aside.dialog), current)
    return replace(aside, says=(*aside.says, _before("form.back_to_it", shown)))


def _before(key: str, shown: Say) -> Say:
    """The same message with a sentence before it."""
    return replace(shown, parts=(Ref(key), *shown.parts))


def _typed_label(scene: Scene, text: str) -> str | None:
    """The action of a button whose label was typed."""
    wanted = _bare(text)
    if not wanted or len(text) > 70:
        return None
    return next((o.action for o in scene.dialog.offered if _bare(o.label) == wanted), None)


def _bare(label: str) -> str:
    return "".join(c for c in label.casefold() if c.isalnum() or c == " ").strip()


def _unreachable(scene: Scene) -> tuple[StaffSay, ...]:
    return (StaffSay(say("staff.client_blocked")),) if scene.dialog.cases else ()
