"""From a key of the pack to plain text with marks. No channel, no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.domain.messages import Mark, Style
from bot.domain.speech import Fact, Lines, Param, Personal, Ref, When, WhenStyle
from knowledge_base.schema import (
    GUIDANCE,
    Body,
    Localized,
    Menu,
    Pack,
    PackFile,
    Rule,
    Segment,
    Situation,
    Team,
    Template,
)

Facts = Mapping[str, str | int | dt.datetime]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Plain text and its marks, in code points."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """All that wording needs: the pack, the language, the moment, and what effects found out."""

    pack: Pack
    language: str
    now: dt.datetime
    facts: Facts
    personal: Mapping[str, str]


class UnknownText(KeyError):
    """The pack has no text under this key."""


def localized(pack: Pack, key: str) -> Localized:
    """The texts under a key of ``speech.Ref``. Raises UnknownText."""
    try:
        found = _find(pack, key)
    except (LookupError, StopIteration, ValueError):
        found = None
    if found is None:
        raise UnknownText(key)
    return found


def _find(pack: Pack, key: str) -> Localized | None:
    found: Localized | None = None
    match key.split("/"):
        case ["template", slug, *parts]:
            found = _of_template(pack.templates[slug], parts)
        case ["service", slug, "field", name, "choice", value]:
            field = next(f for f in pack.services[slug].fields if f.name == name)
            found = next((c.title for c in field.choices if c.value == value), None)
        case ["service", slug, "field", name, ("ask" | "hint" | "why" | "label") as part]:
            found = getattr(next(f for f in pack.services[slug].fields if f.name == name), part)
        case ["service", slug, "stage", stage]:
            found = next((s.title for s in pack.services[slug].stages if s.slug == stage), None)
        case ["service", slug, ("noun" | "where") as part]:
            common = {"noun": pack.services[slug].title, "where": pack.texts["button.where"]}
            found = getattr(pack.services[slug], part) or common[part]
        case ["service", slug, ("title" | "description" | "receipt" | "offline") as part]:
            found = getattr(pack.services[slug], part)
        case ["menu", slug, "item", number]:
            found = pack.menus[slug].items[int(number)].text
        case [kind, slug, "title"] if kind in GUIDANCE:
            found = getattr(pack, kind)[slug].title
        case ["agency"]:
            found = pack.agency.title
        case [kind, slug]:
            found = _titles(pack, kind)[slug]
        case [_]:
            found = pack.texts.get(key)
    return found


def _of_template(template: Template, parts: Sequence[str]) -> Localized | None:
    found: Localized | None = None
    match parts:
        case ["button", number]:
            found = template.buttons[int(number)].text
        case ["variant", place, "button", number]:
            found = template.variants[int(place)].buttons[int(number)].text
        case ["variant", place, ("short" | "more") as part]:
            found = getattr(template.variants[int(place)], part)
        case [("short" | "more" | "title") as part]:
            found = getattr(template, part)
    return found


def _titles(pack: Pack, kind: str) -> Mapping[str, Localized]:
    kinds: Mapping[str, Mapping[str, Menu | Team | Rule | PackFile | Body | Segment | Situation]] = {
        "menu": pack.menus,
        "team": pack.teams,
        "body": pack.bodies,
        "rule": pack.rules,
        "file": pack.files,
        "segment": pack.segments,
        "situation": pack.situations,
    }
    if kind == "topic_title":
        return {key: topic.title for key, topic in pack.topics.items()}
    if kind == "topic":
        return {key: topic.about or topic.title for key, topic in pack.topics.items()}
    return {slug: item.title for slug, item in kinds[kind].items()}


def phrase(pack: Pack, key: str, language: str) -> str:
    """The text under a key in this language, else in the pack's default one."""
    texts = localized(pack, key)
    return texts.get(language) or texts[pack.agency.default_language]


def speak(ref: Ref, voice: Voice) -> Spoken:
    """A text with its parameters filled in; values never turn into markup."""
    pieces: list[str] = []
    marks: list[Mark] = []
    length = 0
    for style, part in _segments(phrase(voice.pack, ref.key, voice.language)):
        start = length
        for piece in _fill(part, ref.params, voice):
            marks.extend(Mark(length + m.start, m.length, m.style) for m in piece.marks)
            pieces.append(piece.text)
            length += len(piece.text)
        if style is not None and length > start:
            marks.append(Mark(start, length - start, style))
    return Spoken("".join(pieces), tuple(marks))


def join(spoken: list[Spoken], separator: str) -> Spoken:
    """Several texts as one."""
    marks: list[Mark] = []
    position = 0
    for one in spoken:
        marks.extend(Mark(position + m.start, m.length, m.style) for m in one.marks)
        position += len(one.text) + len(separator)
    return Spoken(separator.join(one.text for one in spoken), tuple(marks))


_MARKUP = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@lru_cache(maxsize=2048)
def _segments(text: str) -> tuple[tuple[Style | None, str], ...]:
    found: list[tuple[Style | None, str]] = []
    end = 0
    for match in _MARKUP.finditer(text):
        if match.start() > end:
            found.append((None, text[end : match.start()]))
        style = Style.BOLD if match["bold"] else Style.CODE
        found.append((style, match["bold"] or match["code"]))
        end = match.end()
    if end < len(text):
        found.append((None, text[end:]))
    return tuple(found)


def _fill(text: str, params: Mapping[str, Param], voice: Voice) -> list[Spoken]:
    filled: list[Spoken] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        filled.append(Spoken(text[end : match.start()]))
        filled.append(_value(params.get(match[1], Fact(match[1])), voice))
        end = match.end()
    filled.append(Spoken(text[end:]))
    return filled


def _value(param: Param, voice: Voice) -> Spoken:
    match param:
        case Ref():
            return speak(param, voice)
        case Lines(refs):
            return join([speak(ref, voice) for ref in refs], "\n")
        case When():
            return Spoken(_when(param, voice))
        case Personal(ref):
            return Spoken(voice.personal.get(ref, "…"))
        case Fact(name):
            known = voice.facts.get(name, "…")
            return Spoken(_when(When(known), voice) if isinstance(known, dt.datetime) else str(known))
        case _:
            return Spoken(str(param))


def _when(when: When, voice: Voice) -> str:
    """ "by 16:40 today", "by 18 March": relative within two days, a date beyond."""
    zone = ZoneInfo(voice.pack.agency.timezone)
    local, today = when.at.astimezone(zone), voice.now.astimezone(zone).date()
    pattern = "d MMMM" if local.year == today.year else "d MMMM y"
    date = format_date(local.date(), pattern, locale=voice.language)
    time = f"{local:%H:%M}"
    if when.style is WhenStyle.STAMP:
        return f"{date}, {time}"
    if when.style is WhenStyle.DAY:
        return date
    near = {0: "time.by_today", 1: "time.by_tomorrow"}.get((local.date() - today).days)
    if near is None and (local.date() - today).days < 7:
        near = "time.by_day_and_hour"
    key = near or "time.by_date"
    return phrase(voice.pack, key, voice.language).replace("{time}", time).replace("{date}", date)
