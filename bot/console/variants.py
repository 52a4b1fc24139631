"""Variants of an answer in the editor: from the form, and back into its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.console.guard import MAX_BODY

Read = Callable[..., str]
"""The text of a field by its name, at most so long."""

MOST_VARIANTS = 12
MOST_VARIANT_BUTTONS = 4
TEXTS = ("short", "more")
NO_BUTTON: Mapping[str, Any] = {"text": {}, "template": None, "service": None, "link": None}
_NEW: Mapping[str, Any] = {"segment": None, "situation": None, "short": {}, "more": None, "buttons": ()}


def variants_in(text: Read, languages: Sequence[str]) -> list[dict[str, Any]]:
    """Those that anything was typed into."""
    rows = [_variant(text, f"variant-{place}", languages) for place in range(MOST_VARIANTS)]
    return [one for one in rows if any(one.values())]


def _variant(text: Read, name: str, languages: Sequence[str]) -> dict[str, Any]:
    variant: dict[str, Any] = {part: text(f"{name}-{part}").strip() or None for part in ("segment", "situation")}
    for part in TEXTS:
        texts = {language: text(f"{name}-{part}-{language}", MAX_BODY).strip() for language in languages}
        variant[part] = {language: value for language, value in texts.items() if value}
    variant["more"] = variant["more"] or None
    rows = [button_in(text, f"{name}-button-{place}", languages) for place in range(MOST_VARIANT_BUTTONS)]
    variant["buttons"] = [one for one in rows if one]
    return variant


def button_in(text: Read, name: str, languages: Sequence[str]) -> dict[str, Any]:
    """One row of buttons in the form; empty for a row that was left empty."""
    texts = {language: text(f"{name}-{language}").strip() for language in languages}
    button: dict[str, Any] = {"text": {language: value for language, value in texts.items() if value}}
    kind, _, slug = text(f"{name}-to").partition(":")
    if kind in ("template", "service") and slug:
        button[kind] = slug
    if link := text(f"{name}-link").strip():
        button["link"] = link
    return button if len(button) > 1 or button["text"] else {}


def shown_variants(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands in the fields: each with its buttons and room for another, and an empty one."""
    found = [*(item.get("variants") or ()), {}][:MOST_VARIANTS]
    return [{**(whole := {**_NEW, **one}), "rows": rows_of(whole["buttons"], 1, MOST_VARIANT_BUTTONS)} for one in found]


def rows_of(buttons: Sequence[Mapping[str, Any]] | None, empty: int, most: int) -> list[dict[str, Any]]:
    """Buttons as rows of the form, with some empty ones."""
    return [{**NO_BUTTON, **one} for one in (*(buttons or ()), *({} for _ in range(empty)))][:most]
