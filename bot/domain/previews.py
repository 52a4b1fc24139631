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

from bot.domain.activities import answering
from bot.domain.decision import Decision, Scene, View
from bot.domain.dialog import Dialog
from bot.domain.messages import Capabilities, Rendered
from bot.domain.rendering import render, size
from bot.domain.wording import Voice
from knowledge_base.schema import TEMPLATE_PLACEHOLDERS, Localized, Pack, Template, TemplateButton

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
    pack: Pack, slug: str, item: Mapping[str, Any], language: str, limits: Capabilities, now: dt.datetime
) -> Shown:
    """``item``: the template as it was typed, which may lack anything."""
    default = pack.agency.default_language
    template = _readable(slug, item, default)
    if not template.short.get(language) and not template.short.get(default):
        return Shown((), (), (Remark(Flaw.NO_TEXT),))
    held = pack.model_copy(update={"templates": {**pack.templates, slug: template}})
    scene = Scene(Dialog(language), View(0, limits.channel), held, now)
    voice = Voice(held, language, now, {"episode0": 0}, {})
    rest = answering.more(scene, slug) if template.more else None
    first, more = (_rendered(one, voice, limits) for one in (answering.answer(scene, (slug,)), rest))
    remarks = (
        *_of_text(template, language, default, first, more),
        *_of_buttons(item, template, voice, limits, first + more),
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
        buttons=tuple(made for one in _buttons(item) if (made := _button(one, default)) is not None),
        samples={},
    )


def _texts(item: Mapping[str, Any], name: str) -> Localized:
    found = item.get(name)
    texts = found.items() if isinstance(found, Mapping) else ()
    return {str(language): str(text) for language, text in texts if str(text).strip()}


def _whole(texts: Localized, default: str) -> Localized:
    """With a text in the default language, where there is any."""
    return {default: next(iter(texts.values())), **texts} if texts else texts


def _buttons(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = item.get("buttons")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _button(one: Mapping[str, Any], default: str) -> TemplateButton | None:
    texts = _texts(one, "text")
    targets = {kind: str(one[kind]) for kind in _TARGETS if one.get(kind)}
    if not texts or len(targets) != 1:
        return None
    to: dict[str, Any] = {**dict.fromkeys(_TARGETS), **targets}
    return TemplateButton.model_construct(text=_whole(texts, default), **to)


def _of_text(
    template: Template, language: str, default: str, first: tuple[Rendered, ...], more: tuple[Rendered, ...]
) -> Iterator[Remark]:
    if language not in template.short:
        yield Remark(Flaw.OTHER_LANGUAGE)
    for texts, pieces in ((template.short, first), (template.more or {}, more)):
        text = texts.get(language) or texts.get(default, "")
        for name in dict.fromkeys(_IN_BRACES.findall(text)):
            if name not in TEMPLATE_PLACEHOLDERS:
                yield Remark(Flaw.PLACEHOLDER, f"{{{name}}}")
        if len(pieces) > 1:
            yield Remark(Flaw.SPLIT, count=len(pieces))


def _of_buttons(
    item: Mapping[str, Any], template: Template, voice: Voice, limits: Capabilities, shown: tuple[Rendered, ...]
) -> Iterator[Remark]:
    default = voice.pack.agency.default_language
    for place, one in enumerate(_buttons(item), start=1):
        if _button(one, default) is None:
            yield Remark(Flaw.NOWHERE, next(iter(_texts(one, "text").values()), str(place)))
    offered = {button.action or button.link for piece in shown for row in piece.rows for button in row}
    for button in template.buttons:
        label = button.text.get(voice.language) or button.text[default]
        if size(label, limits) > limits.max_label:
            yield Remark(Flaw.LABEL, label)
        to = button.link or (f"t:{button.template}" if button.template else f"s:{button.service}")
        if to not in offered:
            yield Remark(Flaw.NO_ROOM, label)
