"""First contact and menus."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.decision import Decision, Scene
from bot.domain.speech import Offer, Ref, Say, offer, say
from knowledge_base.schema import MenuItem

MAIN = "main"


def item_action(item: MenuItem) -> str:
    """What pressing a menu's entry does."""
    if item.template:
        return f"t:{item.template}"
    if item.service:
        return f"s:{item.service}"
    if item.menu:
        return f"menu:{item.menu}"
    return f"c:{item.command}"


def menu_rows(scene: Scene, slug: str) -> tuple[tuple[Offer, ...], ...]:
    """The entries of a menu, two in a row, and the way back to the main one."""
    menu = scene.pack.menus[slug]
    offers = [Offer(Ref(f"menu/{slug}/item/{number}"), item_action(item)) for number, item in enumerate(menu.items)]
    if slug != MAIN:
        offers.append(offer("button.menu", f"menu:{MAIN}"))
    return tuple(tuple(offers[i : i + 2]) for i in range(0, len(offers), 2))


def welcome(scene: Scene) -> Decision:
    """Who speaks, what can be done, what is kept; shorter for whoever was here before."""
    key = "menu.again" if scene.dialog.greeted else "menu.welcome"
    return Decision(replace(scene.dialog, greeted=True), says=(say(key, menu_rows(scene, MAIN)),), outcome="welcome")


def show(scene: Scene, slug: str) -> Decision:
    """One menu; the main one when the pack no longer has it."""
    known = slug if slug in scene.pack.menus else MAIN
    return Decision(scene.dialog, says=(Say((Ref(f"menu/{known}"),), menu_rows(scene, known)),), outcome="menu")


def stale(scene: Scene) -> Decision:
    """A button that is over, forged, or of an older release."""
    return Decision(scene.dialog, says=(say("menu.stale", menu_rows(scene, MAIN)),), outcome="stale")
