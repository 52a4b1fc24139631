"""Language, and the way to what is kept about the client."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import actions
from bot.domain.activities import about_me
from bot.domain.decision import Decision, Scene
from bot.domain.speech import Lines, Offer, Ref, Say, offer, say


def settings(scene: Scene) -> Decision:
    """What can be set: the language, and who the client is, which makes answers fit."""
    offers = tuple(
        offer(f"language.{language}", f"l:{language}")
        for language in scene.pack.agency.languages
        if language != scene.dialog.language
    )
    registers = {"segment": scene.pack.segments, "situation": scene.pack.situations}
    about = tuple(offer(f"button.my_{what}", f"pw:{what}:0") for what, register in registers.items() if register)
    said = about_me.told(scene)
    parts = [Ref("settings.what"), *((Ref("profile.now", {"lines": Lines(said)}),) if said else ())]
    rows: tuple[tuple[Offer, ...], ...] = (about, offers, (offer("button.my_data", "c:my-data"), _menu()))
    return Decision(scene.dialog, says=(Say(tuple(parts), tuple(row for row in rows if row)),), outcome="settings")


def pressed(scene: Scene, wished: actions.SetLanguage | actions.AskAboutMe | actions.TellAboutMe) -> Decision:
    match wished:
        case actions.SetLanguage(language):
            return set_language(scene, language)
        case actions.AskAboutMe(what, page):
            return about_me.ask(scene, what, page)
        case actions.TellAboutMe(what, slug):
            return about_me.choose(scene, what, slug)


def set_language(scene: Scene, language: str) -> Decision:
    if language not in scene.pack.agency.languages:
        return settings(scene)
    dialog = replace(scene.dialog, language=language)
    return Decision(dialog, says=(say("settings.language_set", ((_menu(),),)),), outcome="settings.language")


def _menu() -> Offer:
    return offer("button.menu", "menu:main")
