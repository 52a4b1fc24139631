"""A service filled in step by step: hints, back, skip, a way out, a summary to correct."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import fields
from bot.domain.actions import PressForm
from bot.domain.activities import form_words as words
from bot.domain.activities import submit
from bot.domain.attachments import DropFiles
from bot.domain.decision import Decision, Effect, ForgetPersonal, KeepPersonal, Result, Scene
from bot.domain.dialog import Dialog, Form, FormMode
from bot.domain.speech import Ref, Say, offer, say
from knowledge_base.schema import FieldType, Pack, Service, ServiceField


def start(scene: Scene, slug: str, token: str, *, afresh: bool = False) -> Decision:
    """Begin a service, or offer to go on with its draft."""
    service = scene.pack.services[slug]
    draft = next((a for a in scene.dialog.stack if isinstance(a, Form) and a.service == slug), None)
    if draft is not None and draft.values and not afresh:
        return Decision(
            _raise(scene.dialog, _aside(draft, FormMode.PAUSED)),
            says=(words.draft_found(service, draft),),
            outcome="form.draft",
            slug=slug,
        )
    form = Form(slug, token, words.steps(service)[0].name)
    forgotten = _forget(service, draft)
    rest = tuple(a for a in _paused(scene.dialog).stack if a != draft and not _same(a, slug))
    dialog = replace(scene.dialog, stack=(*rest, form))
    return Decision(dialog, says=(words.opening(service, form),), effects=forgotten, outcome="form.start", slug=slug)


def again(scene: Scene, form: Form) -> Say:
    """Where the form stands: the same question, or the summary."""
    service = scene.pack.services[form.service]
    match form.mode:
        case FormMode.REVIEW:
            return words.summary(service, form)
        case FormMode.PICK:
            return words.pick(service, form)
        case FormMode.DROP:
            return words.confirm_drop(form)
        case FormMode.HEARD:
            return words.heard(service, form, field_of(service, form))
        case FormMode.ASK | FormMode.PAUSED:
            return words.question(service, form, field_of(service, form))


def typed(scene: Scene, form: Form, text: str) -> Decision | None:
    """Read a typed text as this step's value; None where it does not fit at all."""
    service = scene.pack.services[form.service]
    if form.mode is not FormMode.ASK:
        return None
    field = field_of(service, form)
    match fields.read(field, text, scene.dialog.language):
        case fields.Accepted(value):
            return take(scene, service, form, field, value)
        case fields.Rejected():
            return None


def fits(scene: Scene, form: Form, text: str) -> bool:
    """Whether a text can be read as this step's value."""
    field = field_of(scene.pack.services[form.service], form)
    reading = fields.read(field, text, scene.dialog.language)
    return form.mode is FormMode.ASK and isinstance(reading, fields.Accepted)


def refuse(scene: Scene, form: Form, text: str) -> Decision:
    """What was typed can't be taken: why, and the question again, without its explanations."""
    service = scene.pack.services[form.service]
    if form.mode is not FormMode.ASK:
        shown = again(scene, form)
        told = replace(shown, parts=(Ref("form.choose"), *shown.parts))
        private = any(field.personal for field in service.fields)
        return Decision(scene.dialog, says=(told,), outcome="form.again", slug=form.service, private=private)
    field = field_of(service, form)
    reading = fields.read(field, text, scene.dialog.language)
    why = reading if isinstance(reading, fields.Rejected) else fields.Rejected("form.choose")
    asked = words.question(service, form, field)
    told = Say((Ref(why.key, dict(why.params)), asked.parts[0]), asked.rows)
    return Decision(scene.dialog, says=(told,), outcome="form.rejected", slug=form.service, private=field.personal)


def pressed(scene: Scene, form: Form, press: PressForm) -> Result | None:
    """A button of this form; None where its step is over."""
    service = scene.pack.services[form.service]
    anywhere = _pressed_anywhere(scene, service, form, press)
    if anywhere is not None:
        return anywhere
    if form.mode is FormMode.PAUSED:
        return None
    if press.step == "review":
        return _pressed_review(scene, service, form, press)
    if form.mode is not FormMode.ASK or press.step != form.step:
        return None
    return _pressed_step(scene, service, form, press)


def _pressed_step(scene: Scene, service: Service, form: Form, press: PressForm) -> Decision | None:
    field = field_of(service, form)
    match press.verb:
        case "v":
            match fields.read(field, press.value, scene.dialog.language):
                case fields.Accepted(value):
                    return take(scene, service, form, field, value)
        case "next" if field.name in form.values:
            return _advance(scene, service, form, field)
        case "skip" if not field.required:
            kept = {name: value for name, value in form.values.items() if name != field.name}
            moved = _advance(scene, service, replace(form, values=kept), field)
            return replace(moved, effects=_drop_files(service, form) if field.type is FieldType.FILE else ())
        case "back":
            return _back(scene, service, form)
    return None


def _pressed_anywhere(scene: Scene, service: Service, form: Form, press: PressForm) -> Decision | None:
    """Buttons that do not depend on the step."""
    match press.verb:
        case "resume" if form.mode in (FormMode.PAUSED, FormMode.DROP):
            return show(scene, replace(form, mode=form.resume))
        case "drop" if form.mode in (FormMode.DROP, FormMode.PAUSED):
            return _drop(scene, service, form)
        case "cancel":
            return _cancel(scene, service, form)
        case "exit":
            return _pause(scene, form)
        case "offline" if form.mode is FormMode.ASK:
            told = words.other_ways(service, again(scene, form))
            return Decision(scene.dialog, says=(told,), outcome="form.offline", slug=form.service)
    return None


def field_of(service: Service, form: Form) -> ServiceField:
    """The field being asked; the first one when a newer release has dropped it."""
    return next((f for f in service.fields if f.name == form.step), service.fields[0])


def renewed(dialog: Dialog, pack: Pack) -> Dialog:
    """The same drafts under this release: what it no longer asks or offers is left out of them."""
    return replace(dialog, stack=tuple(_renewed(a, pack) if isinstance(a, Form) else a for a in dialog.stack))


def _renewed(form: Form, pack: Pack) -> Form:
    service = pack.services.get(form.service)
    if service is None:
        return form
    kept = {f.name: form.values[f.name] for f in service.fields if _still_fits(f, form.values.get(f.name))}
    return replace(form, step=field_of(service, form).name, values=kept)


def _still_fits(field: ServiceField, value: str | None) -> bool:
    if field.type is FieldType.FILE and value is not None:
        return value.isdecimal()
    return value is not None and (not field.choices or any(choice.value == value for choice in field.choices))


def _pressed_review(scene: Scene, service: Service, form: Form, press: PressForm) -> Result | None:
    if form.mode not in (FormMode.REVIEW, FormMode.PICK):
        return None
    match press.verb:
        case "send" if form.mode is FormMode.REVIEW:
            lacking = next((f for f in service.fields if f.required and f.name not in form.values), None)
            if lacking is not None:
                return show(scene, replace(form, step=lacking.name, mode=FormMode.ASK))
            return submit.submit(scene, service, form)
        case "edit":
            return show(scene, replace(form, mode=FormMode.PICK))
        case "fix" if any(f.name == press.value for f in service.fields):
            return show(scene, replace(form, mode=FormMode.ASK, step=press.value, fixing=True))
        case "summary":
            return show(scene, replace(form, mode=FormMode.REVIEW))
    return None


def take(scene: Scene, service: Service, form: Form, field: ServiceField, value: str) -> Decision:
    kept, effects = keep(scene, form, field, value)
    moved = filled(scene, service, form, field, kept)
    return replace(moved, effects=(*effects, *moved.effects))


def keep(scene: Scene, form: Form, field: ServiceField, value: str) -> tuple[str, tuple[Effect, ...]]:
    """What a form holds of a value: itself, or the reference under which a personal one is kept."""
    if not field.personal:
        return value, ()
    reference = f"{scene.view.address}.{form.token}.{field.name}"
    if form.mode is FormMode.HEARD and form.values.get(field.name) == reference:
        reference += ".heard"  # what stands there goes only once this is confirmed
    return reference, (KeepPersonal(reference, field.type.value, value),)


def filled(scene: Scene, service: Service, form: Form, field: ServiceField, kept: str) -> Decision:
    """The field holds this; on to the next step."""
    values = {**form.values, field.name: kept}
    moved = _advance(scene, service, replace(form, values=values, mode=FormMode.ASK, heard=""), field)
    before = form.values.get(field.name)
    gone = (ForgetPersonal((before,)),) if field.personal and before and before != kept else ()
    return replace(moved, private=field.personal, effects=gone)


def _advance(scene: Scene, service: Service, form: Form, field: ServiceField) -> Decision:
    asked = words.steps(service)
    position = next((i for i, f in enumerate(asked) if f.name == field.name), len(asked))
    if form.fixing or position + 1 >= len(asked):
        return show(scene, replace(form, mode=FormMode.REVIEW, fixing=False))
    return show(scene, replace(form, step=asked[position + 1].name))


def _back(scene: Scene, service: Service, form: Form) -> Decision:
    asked = words.steps(service)
    position = next((i for i, f in enumerate(asked) if f.name == form.step), 0)
    if form.fixing:
        return show(scene, replace(form, mode=FormMode.REVIEW, fixing=False))
    return show(scene, replace(form, step=asked[max(0, position - 1)].name))


def show(scene: Scene, form: Form) -> Decision:
    dialog = _raise(scene.dialog, form)
    shown = replace(scene, dialog=dialog)
    return Decision(dialog, says=(again(shown, form),), outcome=f"form.{form.mode.value}", slug=form.service)


def _cancel(scene: Scene, service: Service, form: Form) -> Decision:
    if not form.values:
        return _drop(scene, service, form)
    return show(scene, _aside(form, FormMode.DROP))


def _drop(scene: Scene, service: Service, form: Form) -> Decision:
    dialog = replace(scene.dialog, stack=tuple(a for a in scene.dialog.stack if a != form))
    return Decision(
        dialog,
        says=(say("form.dropped", ((offer("button.menu", "menu:main"),),)),),
        effects=_forget(service, form),
        outcome="form.dropped",
        slug=form.service,
    )


def _pause(scene: Scene, form: Form) -> Decision:
    dialog = _raise(scene.dialog, _aside(form, FormMode.PAUSED))
    rows = ((offer("button.resume", f"f:{form.token}:-:resume"), offer("button.menu", "menu:main")),)
    return Decision(dialog, says=(say("form.paused", rows),), outcome="form.paused", slug=form.service)


def _aside(form: Form, mode: FormMode) -> Form:
    """The form put aside, remembering where it goes on."""
    stood = form.resume if form.mode in (FormMode.PAUSED, FormMode.DROP) else form.mode
    return replace(form, mode=mode, resume=stood)


def _raise(dialog: Dialog, form: Form) -> Dialog:
    """The form on top of the stack, in place of its earlier state."""
    rest = tuple(a for a in dialog.stack if not (isinstance(a, Form) and a.token == form.token))
    return replace(dialog, stack=(*_paused(replace(dialog, stack=rest)).stack, form))


def _paused(dialog: Dialog) -> Dialog:
    """Other forms wait while one is filled in."""
    stack = tuple(_aside(a, FormMode.PAUSED) if isinstance(a, Form) else a for a in dialog.stack)
    return replace(dialog, stack=stack)


def _same(activity: object, slug: str) -> bool:
    return isinstance(activity, Form) and activity.service == slug


def _forget(service: Service, form: Form | None) -> tuple[Effect, ...]:
    if form is None:
        return ()
    refs = tuple(form.values[f.name] for f in service.fields if f.personal and f.name in form.values)
    if form.heard and form.heard not in refs and field_of(service, form).personal:
        refs += (form.heard,)
    return (*((ForgetPersonal(refs),) if refs else ()), *_drop_files(service, form))


def _drop_files(service: Service, form: Form) -> tuple[Effect, ...]:
    sent = any(f.type is FieldType.FILE and f.name in form.values for f in service.fields)
    return (DropFiles(form.token),) if sent else ()
