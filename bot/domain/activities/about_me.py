"""Who the client is, and what he lives through: told by himself, to get answers that fit."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import actions, variants
from bot.domain.activities.browsing import paged
from bot.domain.decision import Decision, Scene
from bot.domain.profile import SetProfile
from bot.domain.speech import Offer, Ref, Say, offer

NOBODY = "-"
"""Instead of a slug: rather not said."""
BACK = offer("button.settings", "c:settings")


def told(scene: Scene) -> tuple[Ref, ...]:
    """What the client has said, as far as the pack still knows it: segment, situation."""
    segment, situation = scene.view.profile.segment, scene.view.profile.situation
    known = (
        f"segment/{segment}" if segment in scene.pack.segments else "",
        f"situation/{situation}" if situation in scene.pack.situations else "",
    )
    return tuple(Ref(key) for key in known if key)


def ask(scene: Scene, what: actions.What, page: int = 0) -> Decision:
    """What can be chosen; the settings' words where the pack has no such register."""
    known = scene.pack.segments if what == "segment" else scene.pack.situations
    offers = [Offer(Ref(f"{what}/{slug}"), f"p:{what}:{slug}") for slug in known]
    offers.append(offer("button.not_said", f"p:{what}:{NOBODY}"))
    rows = paged(offers, page, f"pw:{what}", BACK)
    return Decision(scene.dialog, says=(Say((Ref(f"profile.ask_{what}"),), rows),), outcome=f"settings.{what}_asked")


def choose(scene: Scene, what: actions.What, slug: str) -> Decision:
    """Remembered. Where the last answer is another one for such a client, it is offered."""
    known = scene.pack.segments if what == "segment" else scene.pack.situations
    if slug != NOBODY and slug not in known:
        return ask(scene, what)
    before = scene.view.profile
    told = "" if slug == NOBODY else slug
    now = replace(before, segment=told) if what == "segment" else replace(before, situation=told)
    part = Ref("profile.set", {"what": Ref(f"{what}/{slug}")}) if told else Ref("profile.forgotten")
    last, language = scene.pack.templates.get(scene.dialog.about), scene.dialog.language
    first: tuple[Offer, ...] = ()
    if last and variants.best(last, before, language) != variants.best(last, now, language):
        part = Ref("profile.set_anew", part.params) if told else part
        first = (Offer(Ref(f"template/{last.slug}/title"), f"t:{last.slug}"),)
    rows = tuple(row for row in (first, (BACK, offer("button.menu", "menu:main"))) if row)
    return Decision(scene.dialog, says=(Say((part,), rows),), effects=(SetProfile(now),), outcome=f"settings.{what}")
