"""How a template will look in a messenger, before any client gets it.

The activity that answers clients and the one renderer make it, so that it can't look otherwise later.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain import variants
from bot.domain.activities import answering
from bot.domain.decision import Decision, Scene, View
from bot.domain.dialog import Dialog
from bot.domain.messages import Capabilities, Rendered
from bot.domain.profile import NOBODY, Profile
from bot.domain.rendering import render, size
from bot.domain.variants import Chosen
from bot.domain.wording import Voice, localized, phrase
from knowledge_base.schema import TEMPLATE_PLACEHOLDERS, Localized, Pack, Template, TemplateButton, Variant

_IN_BRACES = re.compile(r"\{([^{}\s]{1,40})\}")
_TARGETS = ("template", "service", "link")


class Flaw(StrEnum):
    """What is not as whoever wrote it may expect."""

    NO_TEXT = "no_text"
    OTHER_LANGUAGE = "other_language"
    """There is no text in this language: the default one is told."""
    PLACEHOLDER = "placeholder"
    """Nothing fills it in."""
    SPLIT = "split"
    """It goes out as several messages."""
    LABEL = "label"
    """A button's text is cut."""
    NO_ROOM = "no_room"
    """A button is shown nowhere."""
    NOWHERE = "nowhere"
    """A button without a text, or without one place to lead to."""


@dataclass(frozen=True, slots=True)
class Remark:
    flaw: Flaw
    words: str = ""
    """The placeholder, or the button."""
    count: int = 0
    """Of messages."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as a client of one channel reads it."""

    first: tuple[Rendered, ...]
    more: tuple[Rendered, ...]
    """What the button for the rest brings; empty: there is none."""
    remarks: tuple[Remark, ...]


def preview(
    pack: Pack,
    slug: str,
    item: Mapping[str, Any],
    language: str,
    limits: Capabilities,
    now: dt.datetime,
    who: Profile = NOBODY,
) -> Shown:
    """``item``: the template as it was typed, which may lack anything; ``who``: what its reader has told of himself."""
    default = pack.agency.default_language
    template = _readable(slug, item, default)
    if not template.short.get(language) and not template.short.get(default):
        return Shown((), (), (Remark(Flaw.NO_TEXT),))
    held = pack.model_copy(update={"templates": {**pack.templates, slug: template}})
    scene = Scene(Dialog(language), View(0, limits.channel, profile=who), held, now)
    voice = Voice(held, language, now, {"episode0": 0}, {})
    said = variants.chosen(template, who, language)
    rest = answering.more(scene, slug) if said.more else None
    first, more = (_rendered(one, voice, limits) for one in (answering.answer(scene, (slug,)), rest))
    remarks = (
        *_of_text(voice, said, first, more),
        *(Remark(Flaw.NOWHERE, words) for words in _nowhere(item, default)),
        *_of_buttons(said, voice, limits, first + more),
    )
    return Shown(first, more, remarks)


def _rendered(decision: Decision | None, voice: Voice, limits: Capabilities) -> tuple[Rendered, ...]:
    return tuple(piece for one in (decision.says if decision else ()) for piece in render(one, voice, limits))


def _readable(slug: str, item: Mapping[str, Any], default: str) -> Template:
    """A template with what can be shown of what was typed; nothing of it is checked."""
    files = item.get("files")
    return Template.model_construct(
        slug=slug,
        title=_whole(_texts(item, "title") or {default: slug}, default),
        topic="",
        owner="",
        review_by=dt.date.max,
        sensitive=item.get("sensitive") is True,
        unmet=item.get("unmet") is True,
        short=_texts(item, "short"),
        more=_whole(_texts(item, "more"), default) or None,
        files=tuple(one for one in files if isinstance(one, str)) if isinstance(files, list | tuple) else (),
        buttons=_offered(item, default),
        variants=tuple(_variants(item, default)),
        samples={},
    )


def _texts(item: Mapping[str, Any], name: str) -> Localized:
    found = item.get(name)
    texts = found.items() if isinstance(found, Mapping) else ()
    return {str(language): str(text) for language, text in texts if str(text).strip()}


def _whole(texts: Localized, default: str) -> Localized:
    """With a text in the default language, where there is any."""
    return {default: next(iter(texts.values())), **texts} if texts else texts


def _parts(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = item.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _variants(item: Mapping[str, Any], default: str) -> Iterator[Variant]:
    """Those that have a text: the editor keeps them as they came."""
    for one in _parts(item, "variants"):
        if short := _whole(_texts(one, "short"), default):
            yield Variant.model_construct(
                segment=_slug(one, "segment"),
                situation=_slug(one, "situation"),
                short=short,
                more=_whole(_texts(one, "more"), default) or None,
                buttons=_offered(one, default),
            )


def _slug(one: Mapping[str, Any], name: str) -> str | None:
    found = one.get(name)
    return found if isinstance(found, str) and found else None


def _offered(item: Mapping[str, Any], default: str) -> tuple[TemplateButton, ...]:
    return tuple(made for one in _parts(item, "buttons") if (made := _button(one, default)) is not None)


def _button(one: Mapping[str, Any], default: str) -> TemplateButton | None:
    texts = _texts(one, "text")
    targets = {kind: str(one[kind]) for kind in _TARGETS if one.get(kind)}
    if not texts or len(targets) != 1:
        return None
    to: dict[str, Any] = {**dict.fromkeys(_TARGETS), **targets}
    return TemplateButton.model_construct(text=_whole(texts, default), **to)


def _of_text(voice: Voice, said: Chosen, first: tuple[Rendered, ...], more: tuple[Rendered, ...]) -> Iterator[Remark]:
    if voice.language not in localized(voice.pack, said.short):
        yield Remark(Flaw.OTHER_LANGUAGE)
    for key, pieces in ((said.short, first), (said.more, more)):
        text = phrase(voice.pack, key, voice.language) if key else ""
        for name in dict.fromkeys(_IN_BRACES.findall(text)):
            if name not in TEMPLATE_PLACEHOLDERS:
                yield Remark(Flaw.PLACEHOLDER, f"{{{name}}}")
        if len(pieces) > 1:
            yield Remark(Flaw.SPLIT, count=len(pieces))


def _nowhere(item: Mapping[str, Any], default: str) -> Iterator[str]:
    """Buttons that can't be shown, by their text, else by their number."""
    for place, one in enumerate(_parts(item, "buttons"), start=1):
        if _button(one, default) is None:
            yield next(iter(_texts(one, "text").values()), str(place))


def _of_buttons(said: Chosen, voice: Voice, limits: Capabilities, shown: tuple[Rendered, ...]) -> Iterator[Remark]:
    offered = {button.action or button.link for piece in shown for row in piece.rows for button in row}
    for key, button in said.buttons:
        label = phrase(voice.pack, key, voice.language)
        if size(label, limits) > limits.max_label:
            yield Remark(Flaw.LABEL, label)
        to = button.link or (f"t:{button.template}" if button.template else f"s:{button.service}")
        if to not in offered:
            yield Remark(Flaw.NO_ROOM, label)
