"""Keyboards as the Bot API server takes them: what it refuses, and the buttons a client then sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from tests.emulators.ledger import Button, Rows
from tests.emulators.telegram_errors import BadRequest

DATA_LIMIT: Final = 64
INLINE_LIMIT: Final = 100

_ACTIONS: Final = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
_REQUESTS: Final = ("request_contact", "request_location", "request_poll", "request_users", "request_chat")


@dataclass(frozen=True, slots=True)
class Markup:
    """A checked `reply_markup`; `raw` is set for inline keyboards, which messages give back."""

    rows: Rows = ()
    inline: bool = False
    removes: bool = False
    raw: dict[str, Any] | None = None


NO_MARKUP: Final = Markup()


def read_markup(value: Any) -> Markup:
    """Check a `reply_markup` given as JSON text or as an object. Raises BadRequest."""
    if value is None or value == "":
        return NO_MARKUP
    raw = _decoded(value)
    if "inline_keyboard" in raw:
        return _inline(raw)
    if "keyboard" in raw:
        return Markup(rows=_rows(raw["keyboard"], "keyboard", _reply_button))
    return Markup(removes=bool(raw.get("remove_keyboard")))


def _decoded(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise BadRequest("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise BadRequest("object expected as reply markup")
    return value


def _inline(raw: dict[str, Any]) -> Markup:
    rows = _rows(raw["inline_keyboard"], "inline keyboard", _inline_button)
    if sum(len(row) for row in rows) > INLINE_LIMIT:
        raise BadRequest("reply markup is too long")
    return Markup(rows=rows, inline=True, raw={"inline_keyboard": raw["inline_keyboard"]} if rows else None)


def _rows(value: Any, what: str, read: Any) -> Rows:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise BadRequest(f"can't parse {what}: expected an Array of Arrays of buttons")
    return tuple(tuple(read(button) for button in row) for row in value if row)


def _inline_button(raw: Any) -> Button:
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise BadRequest("can't parse inline keyboard button: expected an Object with a text")
    label = raw["text"].strip()
    if not label:
        raise BadRequest("BUTTON_TEXT_INVALID")
    action = next((name for name in _ACTIONS if name in raw), None)
    if action is None:
        raise BadRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if action == "callback_data":
        return Button(label, _checked_data(raw["callback_data"]), "", "callback")
    if action == "url":
        return Button(label, "", _checked_url(raw["url"]), "url")
    return Button(label, "", "", action)


def _checked_data(data: Any) -> str:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_LIMIT:
        raise BadRequest("BUTTON_DATA_INVALID")
    return data


def _checked_url(url: Any) -> str:
    parts = urlsplit(url if isinstance(url, str) else "")
    if parts.scheme in ("tg", "ton"):
        return str(url)
    # The real server refuses a host without a dot, http://localhost among them.
    if parts.scheme not in ("http", "https", "") or "." not in (parts.hostname or parts.path):
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return str(url)


def _reply_button(raw: Any) -> Button:
    if isinstance(raw, str):
        raw = {"text": raw}
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str) or not raw["text"].strip():
        raise BadRequest("can't parse keyboard button: expected an Object with a text")
    kind = next((name for name in _REQUESTS if raw.get(name)), "text")
    return Button(raw["text"], "", "", kind)
