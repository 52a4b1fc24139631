"""Previews and tried questions in words: what was understood, what is not as it may seem, texts with their marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import assert_never

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.console.template_words import TemplateWords
from bot.domain.messages import Mark, Rendered, Style
from bot.domain.previews import Flaw, Remark
from bot.usecases.try_question import Why
from knowledge_base.schema import IntentKind
from nlu.understanding import Outcome


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message."""

    text: str
    bold: bool
    code: bool


def pieces(rendered: Rendered) -> list[Piece]:
    """A message cut where its formatting changes; nothing in it is markup."""
    text, marks = rendered.text, rendered.marks
    cuts = sorted({0, len(text), *(one.start for one in marks), *(one.start + one.length for one in marks)})
    return [
        Piece(text[start:end], _holds(marks, start, end, Style.BOLD), _holds(marks, start, end, Style.CODE))
        for start, end in pairwise(cuts)
    ]


def _holds(marks: tuple[Mark, ...], start: int, end: int, style: Style) -> bool:
    return any(one.style is style and one.start <= start and end <= one.start + one.length for one in marks)


@dataclass(frozen=True, slots=True)
class TrialWords:
    """In one person's language."""

    visit: Visit

    def pieces(self, rendered: Rendered) -> list[Piece]:
        return pieces(rendered)

    def outcome(self, outcome: Outcome) -> Chip:
        says = self.visit.says
        chips: Mapping[Outcome, Chip] = {
            Outcome.ANSWER: Chip("good", says("✓ answer"), says("A template answers")),
            Outcome.CLARIFY: Chip("warn", says("? asks back"), says("Several are near: the client chooses")),
            Outcome.UNKNOWN: Chip("bad", says("✕ no answer"), says("Nothing is near enough: a person is offered")),
            Outcome.SERVICE: Chip("plain", says("▸ service"), says("A form begins")),
            Outcome.COMMAND: Chip("plain", says("▸ command"), says("The client's own things, or a person")),
            Outcome.SMALLTALK: Chip("calm", says("○ small talk"), says("A greeting, thanks and the like")),
        }
        return chips[outcome]

    def remark(self, remark: Remark) -> str:
        says = self.visit.says
        named = {"words": remark.words, "count": remark.count}
        match remark.flaw:
            case Flaw.NO_TEXT:
                return says("There is no text yet.")
            case Flaw.OTHER_LANGUAGE:
                return says("There is no text in this language: clients get the main one.")
            case Flaw.PLACEHOLDER:
                return says("Nothing fills in %(words)s: {agency} and {due} are known.") % named
            case Flaw.SPLIT:
                return says("Too long for one message: it goes out as %(count)s.") % named
            case Flaw.LABEL:
                return says("The button “%(words)s” is too long and is cut.") % named
            case Flaw.NO_ROOM:
                return says("There is no room for the button “%(words)s”: clients don't see it.") % named
            case Flaw.NOWHERE:
                return says("The button “%(words)s” needs a text and one place to lead to.") % named
            case _:
                assert_never(remark.flaw)

    def weight(self, weight: float, why: Why) -> str:
        """Its part of all that weighed, with its sign."""
        whole = sum(abs(one.weight) for one in why.words) + abs(why.letters) + abs(why.meaning)
        return f"{100 * weight / whole:+.0f} %".replace("-", "\N{MINUS SIGN}") if whole else "0 %"

    def named(self, title: Mapping[str, str], slug: str) -> str:
        """A template or a service by its title, what is neither by its kind."""
        if title:
            return TemplateWords(self.visit).title(title, slug)
        says, intent = self.visit.says, self.visit.desk.pack.intents.get(slug)
        match intent.kind if intent else None:
            case IntentKind.OUT_OF_SCOPE:
                return says("not our topic")
            case IntentKind.COMMAND:
                return says("command: %s") % slug
            case IntentKind.SMALLTALK:
                return says("small talk: %s") % slug
        return slug

    def percent(self, share: float) -> int:
        return max(0, min(100, round(share * 100)))
