"""A spoken value of a form: shown as it was heard, taken once the client says that it is right."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import fields
from bot.domain.actions import PressForm
from bot.domain.activities import form
from bot.domain.decision import Decision, ForgetPersonal, Scene
from bot.domain.dialog import Form, FormMode
from knowledge_base.schema import FieldType


def spoken(scene: Scene, current: Form, text: str) -> Decision | None:
    """What was said, to be confirmed; None where it is no value of this step."""
    if current.mode not in (FormMode.ASK, FormMode.HEARD):
        return None
    service = scene.pack.services[current.service]
    field = form.field_of(service, current)
    match fields.read(field, text, scene.dialog.language):
        case fields.Rejected():
            return None
        case fields.Accepted(value) if field.type in (FieldType.CHOICE, FieldType.SCORE):
            # One of the choices that were shown is no guess; the summary shows it again.
            return form.take(scene, service, current, field, value)
        case fields.Accepted(value):
            kept, effects = form.keep(scene, replace(current, mode=FormMode.HEARD), field, value)
    shown = form.show(scene, replace(current, mode=FormMode.HEARD, heard=kept))
    return replace(shown, effects=effects, private=field.personal)


def pressed(scene: Scene, current: Form, press: PressForm) -> Decision | None:
    """Right or wrong; None where nothing that was heard waits for it."""
    if current.mode is not FormMode.HEARD or press.step != current.step:
        return None
    service = scene.pack.services[current.service]
    field = form.field_of(service, current)
    match press.verb:
        case "right":
            return form.filled(scene, service, current, field, current.heard)
        case "wrong":
            asked = form.show(scene, replace(current, mode=FormMode.ASK, heard=""))
            held = field.personal and current.heard and current.values.get(field.name) != current.heard
            return replace(asked, effects=(ForgetPersonal((current.heard,)),) if held else ())
    return None


def agreed(scene: Scene, text: str) -> bool:
    """Whether typed words say that what was heard is right."""
    by_language = scene.pack.texts["form.yes_words"]
    yes = {word for words in by_language.values() for word in words.split()}
    said = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return 0 < len(said) <= 3 and set(said) <= yes
