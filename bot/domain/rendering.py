"""The one renderer: from what is meant to be said to physical messages of a channel.

Nothing else makes a ``Rendered`` (but the outbox, which reads one back).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.messages import Capabilities, Mark, Rendered, RenderedButton
from bot.domain.speech import Offer, Say
from bot.domain.wording import Spoken, Voice, join, speak


def render(said: Say, voice: Voice, limits: Capabilities) -> tuple[Rendered, ...]:
    """One or more messages within the channel's limits; the buttons stand under the last."""
    whole = join([speak(ref, voice) for ref in said.parts], "\n\n")
    spoken = Spoken(whole.text, tuple(mark for mark in whole.marks if mark.style in limits.styles))
    rows = _rows(said.rows, voice, limits)
    if said.file is not None and size(spoken.text, limits) <= limits.max_caption:
        return (Rendered(spoken.text, spoken.marks, rows, said.file),)
    pieces = list(split(spoken, limits))
    if said.file is not None:
        return (*(Rendered(piece.text, piece.marks) for piece in pieces), Rendered("", rows=rows, file=said.file))
    return tuple(Rendered(piece.text, piece.marks, rows if piece is pieces[-1] else ()) for piece in pieces)


def joined(first: Rendered, then: Rendered, limits: Capabilities) -> Rendered | None:
    """Two messages as one, if that can be: the second is plain text, and it fits under the first."""
    if then.rows or any(one.file or one.source or one.replaces is not None for one in (first, then)):
        return None
    head = f"{first.text}\n\n"
    if size(head + then.text, limits) > limits.max_text:
        return None
    moved = tuple(Mark(mark.start + len(head), mark.length, mark.style) for mark in then.marks)
    return Rendered(head + then.text, (*first.marks, *moved), first.rows)


def size(text: str, limits: Capabilities) -> int:
    """Length of a text as the channel counts it."""
    return len(text.encode("utf-16-le")) // 2 if limits.utf16 else len(text)


def split(spoken: Spoken, limits: Capabilities) -> Iterator[Spoken]:
    """Cut a text at paragraphs, else sentences, else words, else anywhere."""
    start, text = 0, spoken.text
    while size(text[start:], limits) > limits.max_text:
        end = start + _cut(text[start:], limits)
        piece = _slice(spoken, start, end)
        if piece.text:
            yield piece
        start = end + len(text[end:]) - len(text[end:].lstrip())
    if start < len(text) or start == 0:
        yield _slice(spoken, start, len(text))


_BREAKS = (re.compile(r"\n\n"), re.compile(r"(?<=[.!?…])\s"), re.compile(r"\s"))


def _cut(text: str, limits: Capabilities) -> int:
    most = min(len(text), limits.max_text)
    while size(text[:most], limits) > limits.max_text:
        most -= max(1, (size(text[:most], limits) - limits.max_text) // 2)
    for pattern in _BREAKS:
        last = max((m.start() for m in pattern.finditer(text, 0, most)), default=0)
        if last > most // 3:
            return last
    return most


def _slice(spoken: Spoken, start: int, end: int) -> Spoken:
    text = spoken.text[start:end].rstrip()
    marks = []
    for mark in spoken.marks:
        first, last = max(mark.start, start), min(mark.start + mark.length, start + len(text))
        if first < last:
            marks.append(Mark(first - start, last - first, mark.style))
    return Spoken(text, tuple(marks))


def _rows(
    rows: tuple[tuple[Offer, ...], ...], voice: Voice, limits: Capabilities
) -> tuple[tuple[RenderedButton, ...], ...]:
    left = limits.max_buttons
    rendered: list[tuple[RenderedButton, ...]] = []
    for row in _folded(rows, limits)[: limits.max_rows]:
        made = tuple(_button(o, voice, limits) for o in row[:left])
        left -= len(made)
        if made:
            rendered.append(made)
    return tuple(rendered)


def _folded(rows: tuple[tuple[Offer, ...], ...], limits: Capabilities) -> list[tuple[Offer, ...]]:
    """Rows no longer than the channel allows."""
    return [row[i : i + limits.max_row] for row in rows for i in range(0, len(row), limits.max_row)]


def _button(offered: Offer, voice: Voice, limits: Capabilities) -> RenderedButton:
    label = _shortened(speak(offered.label, voice).text.strip(), limits)
    action = re.sub(r"\{(\w+)\}", lambda m: str(voice.facts.get(m[1], "")), offered.action)
    return RenderedButton(label, action, offered.link)


def _shortened(label: str, limits: Capabilities) -> str:
    if size(label, limits) <= limits.max_label:
        return label
    kept = label[: limits.max_label - 1]
    while size(kept, limits) > limits.max_label - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"
