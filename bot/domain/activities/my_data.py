"""What is kept about the client: told, copied, erased at his wish."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities import about_me
from bot.domain.decision import Decision, Need, Result, Scene
from bot.domain.kept import AskErasure, KeptAboutMe, KeptView
from bot.domain.speech import Lines, Offer, Personal, Ref, Say, When, WhenStyle, offer, say

ERASE, ERASE_SURELY = "c:erase", "c:erase-yes"


def my_data(scene: Scene) -> Decision:
    """What is kept, why, and how to get or erase it."""
    rows = ((offer("button.my_copy", "c:my-copy"), offer("button.erase", ERASE)), (_menu(),))
    return Decision(scene.dialog, says=(say("data.what_is_kept", rows),), outcome="my_data")


def my_copy(scene: Scene) -> Result:
    """A copy to read: what stands in this very conversation is named, not repeated."""
    query = KeptAboutMe()
    if query not in scene.view.loaded:
        return Need(query)
    kept = scene.view.loaded[query]
    assert isinstance(kept, KeptView)
    parts = [
        Ref("data.copy", {"since": When(kept.since, WhenStyle.DAY), "messages": kept.messages, "scores": kept.scores})
    ]
    if kept.personal:
        lines = tuple(Ref("data.copy_value", {"value": Personal(ref)}) for ref in kept.personal)
        parts.append(Ref("data.copy_personal", {"lines": Lines(lines)}))
    if said := about_me.told(scene):
        parts.append(Ref("profile.now", {"lines": Lines(said)}))
    if kept.requests:
        numbers = tuple(Ref("data.copy_request", {"number": number}) for number in kept.requests)
        parts.append(Ref("data.copy_requests", {"lines": Lines(numbers)}))
    parts.append(Ref("data.copy_file"))
    rows = ((offer("button.person", "c:human"), offer("button.erase", ERASE)), (_menu(),))
    return Decision(scene.dialog, says=(Say(tuple(parts), rows),), outcome="my_data.copy")


def ask_to_erase(scene: Scene) -> Decision:
    """What goes, what stays, and when: asked before anything is done."""
    key, words = "data.erase_ask", {}
    if scene.dialog.cases:
        key, words = "data.erase_ask_later", {"due": When(max(case.due_at for case in scene.dialog.cases))}
    rows = ((offer("button.erase_surely", ERASE_SURELY), offer("button.erase_not", "menu:main")),)
    return Decision(scene.dialog, says=(say(key, rows, **words),), outcome="my_data.erase_asked")


def erase(scene: Scene) -> Decision:
    """The client is sure. A button of long ago only asks again: it may have been pressed by mistake."""
    if not any(shown.action == ERASE_SURELY for shown in scene.dialog.offered):
        return ask_to_erase(scene)
    key = "data.erase_promised" if scene.dialog.cases else "data.erase_agreed"
    emptied = replace(scene.dialog, stack=(), question="", about="", offered=())
    return Decision(emptied, effects=(AskErasure(),), says=(say(key),), outcome="my_data.erase")


def _menu() -> Offer:
    return offer("button.menu", "menu:main")
