"""A person of the staff puts an answer right that the client has already: its new words take the place of the old."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities import desk
from bot.domain.activities.staff import ASK, NOTE
from bot.domain.decision import Decision, Need, Result, Scene
from bot.domain.events import StaffEdited
from bot.domain.news import SentFrom


def edited(scene: Scene, event: StaffEdited) -> Result:
    """No term is touched: an answer put right is no new answer. What never went to the client changes nothing."""
    if event.staff.id is None:
        return desk.refuse(scene, "staff.not_registered")
    text = event.text.strip()
    query = SentFrom(event.source)
    if query not in scene.view.loaded:
        return Need(query)
    calls = scene.view.loaded[query]
    if not isinstance(calls, tuple) or not calls or not text or text.startswith(NOTE):
        return Decision(scene.dialog, outcome="staff.edit_kept")
    asks = text.startswith(ASK)
    words = text.removeprefix(ASK).strip() if asks else text
    about = desk.about_what(scene.dialog)
    team = desk.known(scene, about.team if about else event.staff.team)
    told = desk.words(scene, words, asks=asks, team=team)
    mended = replace(told, by=event.staff.id, source=event.source, replaces=calls)
    return Decision(scene.dialog, says=(mended,), outcome="staff.edited")
