"""New words for an earlier message: a correction, better words for a question, or news for staff."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import fields, hearing, pressing
from bot.domain.activities import form, handoff
from bot.domain.decision import Decision, Effect, KeepPersonal, Result, Scene
from bot.domain.dialog import Dialog, Form, FormMode
from bot.domain.events import ClientActed
from bot.domain.messages import Kind
from bot.domain.speech import say
from knowledge_base.schema import ServiceField
from nlu.understanding import Outcome, Understanding


def remembered(before: Dialog, result: Result, event: ClientActed) -> Result:
    """What came last, and which field it filled: only that can be corrected later. Anything else done ends it."""
    incoming = event.incoming
    if not isinstance(result, Decision) or incoming.kind is Kind.REACTION:
        return result
    again = incoming.kind is Kind.EDIT
    given = again or incoming.kind in (Kind.TEXT, Kind.PLACE, Kind.CONTACT)
    heard = incoming.message if given else ""
    filled = _filled(before, result.dialog) if heard else ""
    if again and not filled:
        return result
    return replace(result, dialog=replace(result.dialog, heard=heard, filled=filled))


def _filled(before: Dialog, after: Dialog) -> str:
    """The step of the form that took what was given."""
    asked, now = before.form, after.form
    if asked is None or now is None or asked.token != now.token or asked.mode is not FormMode.ASK:
        return ""
    passed = now.step != asked.step or now.mode is FormMode.REVIEW
    return asked.step if passed and asked.step in now.values else ""


def edited(scene: Scene, event: ClientActed) -> Result:
    """The last message is taken anew where that helps; of an older one staff learn, or it is politely noted."""
    said = event.incoming.text.strip()
    if not said:
        return Decision(scene.dialog, outcome="edit.empty")
    last = bool(scene.dialog.heard) and event.incoming.message == scene.dialog.heard
    current = scene.dialog.form
    if last and current is not None and current.service in scene.pack.services:
        return _in_form(scene, event, current, said)
    if scene.dialog.cases:
        told = handoff.forward(scene, said, "staff.client_edited", owed=False)
        return replace(told, outcome="edit.forwarded")
    if not last:
        return Decision(scene.dialog, says=(say("smalltalk.edited"),), outcome="edit.old")
    if _same_answer(scene, event.understood):
        return Decision(scene.dialog, outcome="edit.same")
    return hearing.text(scene, event)


def _same_answer(scene: Scene, understood: Understanding | None) -> bool:
    """Only a slip of the pen was mended: the answer given fits the new words as well."""
    if understood is None or scene.dialog.misses:
        return False
    return understood.outcome is Outcome.ANSWER and understood.slug == scene.dialog.about


def _in_form(scene: Scene, event: ClientActed, current: Form, said: str) -> Result:
    field = next((f for f in scene.pack.services[current.service].fields if f.name == scene.dialog.filled), None)
    if field is None:
        return hearing.text(scene, event)
    match fields.read(field, said, scene.dialog.language):
        case fields.Accepted(value):
            return _corrected(scene, current, field, value)
        case fields.Rejected():
            fixing = current.fixing or current.mode is not FormMode.ASK
            back = replace(current, step=field.name, mode=FormMode.ASK, fixing=fixing)
            dialog = replace(scene.dialog.top(back), filled="")
            return form.refuse(replace(scene, dialog=dialog), back, said)


def _corrected(scene: Scene, current: Form, field: ServiceField, value: str) -> Decision:
    kept = value
    effects: tuple[Effect, ...] = ()
    if field.personal:
        kept = current.values.get(field.name, "")
        effects = (KeepPersonal(kept, field.type.value, value),) if kept else ()
    changed = replace(current, values={**current.values, field.name: kept} if kept else current.values)
    dialog = scene.dialog.top(changed)
    told = pressing.before("form.corrected", form.again(replace(scene, dialog=dialog), changed))
    return Decision(
        dialog, says=(told,), effects=effects, outcome="form.corrected", slug=current.service, private=field.personal
    )
