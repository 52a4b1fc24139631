"""Places and telephone numbers sent as such, and reactions: no text, yet they say something."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities import form, handoff, smalltalk, survey
from bot.domain.decision import Decision, EpisodeView, Need, RecordHelped, Result, Scene
from bot.domain.messages import Incoming, Kind
from bot.domain.reactions import EpisodeOfMessage, RecordReaction
from bot.domain.speech import Ref, StaffSay, say
from knowledge_base.schema import FieldType

YES, NO = "👍", "👎"
FIELD = {Kind.PLACE: FieldType.PLACE, Kind.CONTACT: FieldType.PHONE}
"""What a thing sent can fill in."""
REPLY = {Kind.PLACE: "location", Kind.CONTACT: "contact"}
FOR_STAFF = {Kind.PLACE: "staff.client_place", Kind.CONTACT: "staff.client_contact"}


def given(scene: Scene, incoming: Incoming) -> Decision:
    """A place or a number: for the person who leads, for the step that asks for it, else politely answered."""
    kind, current = incoming.kind, scene.dialog.form
    private = kind is Kind.CONTACT
    if handoff.leads(scene.dialog):
        return replace(handoff.forward(scene, incoming.text, FOR_STAFF[kind]), private=private)
    if current is not None and current.service in scene.pack.services:
        wanted = form.field_of(scene.pack.services[current.service], current).type is FIELD[kind]
        taken = form.typed(scene, current, incoming.text) if wanted else None
        if taken is not None:
            return taken
        shown = form.again(scene, current)
        told = replace(shown, parts=(Ref("form.other_thing"), *shown.parts))
        return Decision(scene.dialog, says=(told,), outcome=f"media.{REPLY[kind]}", private=private)
    replied = smalltalk.media(scene, REPLY[kind])
    if scene.dialog.cases:
        passed = handoff.forward(scene, incoming.text, FOR_STAFF[kind], owed=False)
        replied = replace(replied, staff=passed.staff)
    return replace(replied, private=private)


def reacted(scene: Scene, incoming: Incoming) -> Result:
    """Recorded; a thumb under an answer says whether it helped, unless that was said before."""
    query = EpisodeOfMessage(incoming.message)
    if query not in scene.view.loaded:
        return Need(query)
    episode = scene.view.loaded[query]
    known = episode if isinstance(episode, EpisodeView) else None
    kept = RecordReaction(incoming.message, incoming.text, known.id if known else None)
    told: tuple[StaffSay, ...] = ()
    if incoming.text and scene.dialog.handed_over is not None:
        told = (StaffSay(say("staff.client_reacted", emoji=incoming.text)),)
    recorded = Decision(scene.dialog, effects=(kept,), staff=told, outcome="reaction")
    if known is None or known.kind != "answer" or known.helped is not None:
        return recorded
    if incoming.text == YES:
        return replace(recorded, effects=(kept, RecordHelped(known.id, True)), outcome="helped.yes", slug=known.slug)
    if incoming.text != NO:
        return recorded
    asked = survey.helped(scene, known.id, False)
    if isinstance(asked, Need):
        return asked
    return replace(asked, effects=(kept, *asked.effects), staff=(*told, *asked.staff))
