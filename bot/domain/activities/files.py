"""Files that come in: into a form, to a person, or with an offer of what can be done with them."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities import form, handoff, smalltalk
from bot.domain.activities.handed import posts, staff_post
from bot.domain.attachments import LOOSE, MOST, FilesOf, KeepFiles, MoveFiles, PlaceFiles, sorted_out
from bot.domain.decision import Decision, Need, Result, Scene
from bot.domain.dialog import Dialog, Form
from bot.domain.events import ClientActed, FileArrived, FileTurnedDown
from bot.domain.speech import Offer, Ref, Say, StaffSay, offer, say
from knowledge_base.schema import FieldType, Service, ServiceField

VOICES = frozenset({"voice", "audio_message", "video_note"})
"""Spoken words, which nobody but a person can take in."""
HUMAN = "human"


def given(scene: Scene, event: ClientActed) -> Result:
    """Files of a client, perhaps with words. The later ones of an album are taken without a reply."""
    incoming = event.incoming
    if not incoming.files:
        return smalltalk.media(scene, incoming.name)
    again = bool(incoming.album) and incoming.album == scene.dialog.album
    scene = replace(scene, dialog=replace(scene.dialog, album=incoming.album))
    current = scene.dialog.form
    service = scene.pack.services.get(current.service) if current else None
    field = file_field(service) if service else None
    if handoff.leads(scene.dialog) or scene.dialog.handed_over is not None:
        decided = _to_staff(scene, event, again=again)
    elif current is not None and service is not None and field is not None:
        decided = _into_form(scene, event, service, current, field)
    elif incoming.name in VOICES and not incoming.text:
        return smalltalk.media(scene, incoming.name)
    elif current is not None:
        shown = form.again(scene, current)
        told = replace(shown, parts=(Ref("file.not_here"), *shown.parts))
        return Decision(scene.dialog, says=(told,), outcome="file.not_here")
    else:
        decided = _loose(scene, event)
    return replace(decided, says=()) if again and not incoming.text else decided


def file_field(service: Service) -> ServiceField | None:
    """Where a form takes files."""
    return next((field for field in service.fields if field.type is FieldType.FILE), None)


def with_files(scene: Scene, target: str, token: str) -> Result:
    """What was sent lately goes along: to a person, or into a form that begins."""
    if target == HUMAN:
        return _handed_over(scene)
    service = scene.pack.services.get(target)
    field = file_field(service) if service else None
    if field is None:
        return handoff.hand_over(scene, "asked", "handoff.called")
    begun = form.start(scene, target, token, afresh=True)
    current = begun.dialog.form
    if current is None or not scene.dialog.loose:
        return begun
    filled = replace(current, values={**current.values, field.name: str(min(MOST, scene.dialog.loose))})
    first, *others = begun.says
    return replace(
        begun,
        dialog=replace(begun.dialog.top(filled), loose=0),
        says=(replace(first, parts=(Ref("file.added"), *first.parts)), *others),
        effects=(*begun.effects, MoveFiles(LOOSE, token)),
    )


def arrived(scene: Scene, event: FileArrived) -> Decision:
    """A file was fetched and is harmless: it goes where it is waited for."""
    if event.team:
        team = event.team if event.team in scene.pack.teams else scene.pack.agency.default_team
        words = (Ref("person.file", {"who": Ref(f"team/{team}")}),)
        return Decision(scene.dialog, says=(Say(words, file=event.file),), outcome="file.from_staff")
    if _filling(scene.dialog, event.token) is not None or not scene.dialog.cases:
        return Decision(scene.dialog, outcome="file.kept")
    return Decision(scene.dialog, staff=(staff_post(event.file),), outcome="file.to_staff")


def turned_down(scene: Scene, event: FileTurnedDown) -> Decision:
    """A file is not kept: whoever sent it learns why, and what can be taken instead."""
    if event.team:
        return Decision(scene.dialog, staff=(StaffSay(say(event.why)),), outcome=event.why)
    dialog = _one_less(scene, event.token)
    told = say(event.why, ((offer("button.menu", "menu:main"),),))
    current = dialog.form
    if current is not None and current.service in scene.pack.services:
        shown = form.again(replace(scene, dialog=dialog), current)
        told = replace(shown, parts=(Ref(event.why), *shown.parts))
    staff: tuple[StaffSay, ...] = ()
    if dialog.cases and _filling(dialog, event.token) is None:
        staff = (StaffSay(say("staff.file_refused", why=Ref(event.why))),)
    return Decision(dialog, says=(told,), staff=staff, outcome=event.why)


def _to_staff(scene: Scene, event: ClientActed, *, again: bool) -> Decision:
    incoming = event.incoming
    good, why = sorted_out(incoming.files, MOST)
    passed = Decision(scene.dialog)
    if not again or incoming.text:
        key = "staff.client_said" if incoming.text else "staff.client_file"
        passed = handoff.forward(scene, incoming.text or incoming.name, key)
    told = [Ref("file.to_staff")] if good else []
    parts = (*told, *(Ref(key) for key in why))
    return replace(
        passed,
        says=(Say(parts),) if parts else (),
        effects=(*passed.effects, *((KeepFiles(good),) if good else ())),
        outcome="file.to_staff",
    )


def _into_form(scene: Scene, event: ClientActed, service: Service, current: Form, field: ServiceField) -> Decision:
    before = _count(current, field)
    good, why = sorted_out(event.incoming.files, MOST - before)
    filled = current
    if good:
        filled = replace(current, values={**current.values, field.name: str(before + len(good))})
    scene = replace(scene, dialog=scene.dialog.top(filled))
    notes = [*([Ref("file.added")] if good else []), *(Ref(key) for key in why)]
    caption = event.incoming.text.strip()
    typed = form.typed(scene, filled, caption) if caption else None
    if typed is not None:
        first, *others = typed.says
        decided = replace(typed, says=(replace(first, parts=(*notes, *first.parts)), *others))
    else:
        asked = form.field_of(service, filled)
        shown = form.again(scene, filled)
        if asked.name == field.name:
            shown = Say((), shown.rows)
            notes.append(Ref("file.more"))
        decided = Decision(scene.dialog, says=(replace(shown, parts=(*notes, *shown.parts)),), outcome="form.file")
    kept = (KeepFiles(good, current.token),) if good else ()
    return replace(decided, effects=(*decided.effects, *kept), slug=service.slug)


def _loose(scene: Scene, event: ClientActed) -> Decision:
    """Files out of nowhere: kept, with what can be done with them one press away."""
    good, why = sorted_out(event.incoming.files, MOST - min(MOST, scene.dialog.loose))
    dialog = replace(scene.dialog, loose=scene.dialog.loose + len(good), question=event.incoming.text)
    takers = [slug for slug, service in scene.pack.services.items() if file_field(service) is not None]
    rows: tuple[tuple[Offer, ...], ...] = ((offer("button.menu", "menu:main"),),)
    if dialog.loose:
        offers = [Offer(Ref(f"service/{slug}/title"), f"wf:{slug}") for slug in takers[:2]]
        rows = (*((one,) for one in offers), (offer("button.to_person", f"wf:{HUMAN}"), *rows[0]))
    notes = [*([Ref("file.got")] if good else []), *(Ref(key) for key in why)]
    effects = (KeepFiles(good),) if good else ()
    return Decision(dialog, says=(Say(tuple(notes), rows),), effects=effects, outcome="file.got")


def _handed_over(scene: Scene) -> Result:
    query = FilesOf(LOOSE)
    if query not in scene.view.loaded:
        return Need(query)
    called = handoff.hand_over(scene, "asked", "handoff.called")
    return replace(
        called,
        dialog=replace(called.dialog, loose=0),
        effects=(*called.effects, PlaceFiles(LOOSE)),
        staff=(*called.staff, *posts(scene.view.loaded[query])),
    )


def _filling(dialog: Dialog, token: str) -> Form | None:
    """The form that is still filled in under this token."""
    return next((a for a in dialog.stack if token and isinstance(a, Form) and a.token == token), None)


def _count(current: Form, field: ServiceField) -> int:
    """Files taken so far; none for what another release kept under this name."""
    value = current.values.get(field.name, "")
    return int(value) if value.isdecimal() and len(value) < 4 else 0


def _one_less(scene: Scene, token: str) -> Dialog:
    dialog, current = scene.dialog, _filling(scene.dialog, token)
    if current is None:
        return dialog if token else replace(dialog, loose=max(0, dialog.loose - 1))
    service = scene.pack.services.get(current.service)
    field = file_field(service) if service else None
    if field is None or field.name not in current.values:
        return dialog
    left = _count(current, field) - 1
    values = {name: value for name, value in current.values.items() if name != field.name}
    changed = replace(current, values={**values, field.name: str(left)} if left > 0 else values)
    return replace(dialog, stack=tuple(changed if a is current else a for a in dialog.stack))
