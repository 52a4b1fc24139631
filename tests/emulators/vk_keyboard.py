"""VK keyboards: what VK refuses with error 911, and the buttons a client then sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.emulators.ledger import Button, Rows
from tests.emulators.vk_errors import VkError

MAX_ROWS: Final = 10
MAX_INLINE_ROWS: Final = 6
MAX_COLUMNS: Final = 5
# VK's documentation allows 5 x 10, but 40 buttons in all.
MAX_BUTTONS: Final = 40
MAX_INLINE_BUTTONS: Final = 10
MAX_PAYLOAD: Final = 255
MAX_LABEL: Final = 40

_LABELLED: Final = frozenset({"text", "callback", "open_link", "open_app"})
_KINDS: Final = _LABELLED | {"location", "vkpay"}
_COLORS: Final = frozenset({"primary", "secondary", "negative", "positive"})


@dataclass(frozen=True, slots=True)
class Keyboard:
    """A checked keyboard; `removes`: an empty one, which takes the keyboard below the input field away."""

    rows: Rows = ()
    inline: bool = False
    removes: bool = False


NO_KEYBOARD: Final = Keyboard()


def read_keyboard(value: Any) -> Keyboard:
    """Check the `keyboard` parameter, JSON text or (inside execute) an object. Raises VkError 911."""
    if value is None or value == "":
        return NO_KEYBOARD
    raw = _decoded(value)
    buttons = raw.get("buttons")
    if not isinstance(buttons, list) or not all(isinstance(row, list) for row in buttons):
        raise VkError(911, "buttons should be an array of arrays")
    inline = bool(raw.get("inline"))
    _check_size(buttons, inline)
    rows = tuple(
        tuple(_button(button, f"button [{number}][{column}]") for column, button in enumerate(row))
        for number, row in enumerate(buttons)
    )
    return Keyboard(rows, inline, removes=not rows)


def _decoded(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise VkError(911, "keyboard is not a valid JSON") from None
    if not isinstance(value, dict):
        raise VkError(911, "keyboard should be an object")
    return value


def _check_size(buttons: list[list[Any]], inline: bool) -> None:
    if len(buttons) > (MAX_INLINE_ROWS if inline else MAX_ROWS):
        raise VkError(911, "keyboard contains too much rows")
    for number, row in enumerate(buttons):
        # VK says the same of an empty row.
        if not 1 <= len(row) <= MAX_COLUMNS:
            raise VkError(911, f"row {number} contains too much columns")
    if sum(map(len, buttons)) > (MAX_INLINE_BUTTONS if inline else MAX_BUTTONS):
        raise VkError(911, "keyboard contains too much buttons")


def _button(raw: Any, where: str) -> Button:
    action = raw.get("action") if isinstance(raw, dict) else None
    if not isinstance(action, dict):
        raise VkError(911, f"{where} should contain an action")
    kind = action.get("type")
    if kind not in _KINDS:
        raise VkError(911, f"{where} action type is unknown")
    if raw.get("color", "secondary") not in _COLORS:
        raise VkError(911, f"{where} color is unknown")
    link = str(action.get("link") or "")
    if kind == "open_link" and not link.startswith(("http://", "https://")):
        raise VkError(911, f"{where} link is invalid")
    label = _label(action, where) if kind in _LABELLED else kind
    return Button(label, _payload(action.get("payload"), where), link, kind)


def _label(action: dict[str, Any], where: str) -> str:
    label = action.get("label")
    if not isinstance(label, str) or not label:
        raise VkError(911, f"{where} label should be at least 1 letters length")
    if len(label) > MAX_LABEL:
        raise VkError(911, f"{where} label should be no more than {MAX_LABEL} letters length")
    return label


def _payload(value: Any, where: str) -> str:
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if len(text) > MAX_PAYLOAD:
        raise VkError(911, f"{where} payload should be no more than {MAX_PAYLOAD} letters length")
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        raise VkError(911, f"{where} payload is not a valid JSON") from None
    return text
