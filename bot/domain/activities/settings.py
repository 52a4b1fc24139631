"""Language, and the way to what is kept about the client."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.decision import Decision, Scene
from bot.domain.speech import Offer, offer, say


def settings(scene: Scene) -> Decision:
    """What can be set: the language so far."""
    offers = tuple(
        offer(f"language.{language}", f"l:{language}")
        for language in scene.pack.agency.languages
        if language != scene.dialog.language
    )
    rows: tuple[tuple[Offer, ...], ...] = (offers, (offer("button.my_data", "c:my-data"), _menu()))
    return Decision(scene.dialog, says=(say("settings.what", rows),), outcome="settings")


def set_language(scene: Scene, language: str) -> Decision:
    if language not in scene.pack.agency.languages:
        return settings(scene)
    dialog = replace(scene.dialog, language=language)
    return Decision(dialog, says=(say("settings.language_set", ((_menu(),),)),), outcome="settings.language")


def _menu() -> Offer:
    return offer("button.menu", "menu:main")
