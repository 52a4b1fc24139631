"""A wrong answer is put right: one message to whoever got it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.decision import Decision, Scene
from bot.domain.events import AnswerCorrected
from bot.domain.speech import Rows, Say, offer, say
from knowledge_base.schema import Localized

OUTCOME = "correction"
"""Its message is found by this name."""


def corrected(scene: Scene, event: AnswerCorrected) -> Decision:
    """Whatever the client is at goes on: to someone in a form, or talking to a person, no buttons are shown."""
    language, default = scene.dialog.language, scene.pack.agency.default_language
    busy = bool(scene.dialog.stack or scene.dialog.cases)
    told = correction(event.titles, event.texts, language, default, busy=busy)
    return Decision(scene.dialog, says=(told,), outcome=OUTCOME, slug=event.slug)


def correction(titles: Localized, texts: Localized, language: str, default: str, *, busy: bool = False) -> Say:
    """What is said, in this language as far as it was written in it."""
    title, text = (words.get(language) or words.get(default, "") for words in (titles, texts))
    rows: Rows = () if busy else ((offer("button.person", "c:human"), offer("button.menu", "menu:main")),)
    return replace(say("answer.correction", rows, title=title, text=text), notice=True)
