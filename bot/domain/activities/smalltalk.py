"""Greeting, thanks, insults, silence, stickers, floods: each gets its own short reply."""

from __future__ import annotations

from bot.domain.activities.menu import MAIN, menu_rows
from bot.domain.decision import Decision, Scene
from bot.domain.speech import Rows, offer, say

MEDIA = {
    "voice": "media.voice",
    "audio": "media.voice",
    "audio_message": "media.voice",
    "video_note": "media.voice",
    "sticker": "media.sticker",
    "dice": "media.sticker",
    "animation": "media.sticker",
    "gift": "media.sticker",
    "location": "media.location",
    "venue": "media.location",
    "geo": "media.location",
    "contact": "media.contact",
}
"""By kind of thing sent; everything else is a file."""


def small_talk(scene: Scene, slug: str) -> Decision:
    """The pack's reply to a general intent."""
    if slug == "insult":
        rows: Rows = ((offer("button.person", "c:human"), offer("button.menu", f"menu:{MAIN}")),)
        return Decision(scene.dialog, says=(say("smalltalk.insult", rows),), outcome="smalltalk", slug=slug)
    key = f"smalltalk.{slug}" if f"smalltalk.{slug}" in scene.pack.texts else "smalltalk.silence"
    rows = menu_rows(scene, MAIN) if slug == "greeting" else ()
    return Decision(scene.dialog, says=(say(key, rows),), outcome="smalltalk", slug=slug)


def silence(scene: Scene) -> Decision:
    """Nothing to read: an empty text, an emoji, a punctuation mark."""
    return Decision(scene.dialog, says=(say("smalltalk.silence", menu_rows(scene, MAIN)),), outcome="silence")


def media(scene: Scene, name: str) -> Decision:
    """A thing that can't be read yet: says so and asks to type."""
    rows = ((offer("button.person", "c:human"), offer("button.menu", f"menu:{MAIN}")),)
    return Decision(scene.dialog, says=(say(MEDIA.get(name, "media.file"), rows),), outcome=f"media.{name}"[:40])
