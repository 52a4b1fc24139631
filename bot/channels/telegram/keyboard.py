"""Buttons as Telegram's inline keyboard, with the limits checked once more before they go out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.capabilities import CAPABILITIES, MAX_LINK
from bot.domain.cleaning import whole
from bot.domain.errors import Refused
from bot.domain.messages import RenderedButton


def keyboard(rows: Sequence[Sequence[RenderedButton]]) -> InlineKeyboardMarkup | None:
    """The markup; None without buttons. Raises Refused for what Telegram would refuse."""
    if not rows:
        return None
    if len(rows) > CAPABILITIES.max_rows or sum(map(len, rows)) > CAPABILITIES.max_buttons:
        raise Refused("too many buttons for Telegram")
    return InlineKeyboardMarkup(inline_keyboard=[_row(row) for row in rows])


def _row(row: Sequence[RenderedButton]) -> list[InlineKeyboardButton]:
    if not 1 <= len(row) <= CAPABILITIES.max_row:
        raise Refused(f"a row of {len(row)} buttons does not fit Telegram")
    return [_button(button) for button in row]


@lru_cache(maxsize=4096)
def _button(button: RenderedButton) -> InlineKeyboardButton:
    """Immutable, and the same few hundred in all conversations."""
    if not whole(button.label, button.action, button.link):
        raise Refused("a button holds half a character")
    if not button.label.strip() or len(button.label.encode("utf-16-le")) > 2 * CAPABILITIES.max_label:
        raise Refused("a button's label is empty or too long for Telegram")
    if bool(button.action) == bool(button.link):
        raise Refused("a button needs either an action or a link")
    if button.link:
        if not _opens(button.link):
            raise Refused("a button's link is no address that Telegram opens")
        return InlineKeyboardButton(text=button.label, url=button.link)
    if len(button.action.encode()) > CAPABILITIES.max_action:
        raise Refused("a button's action is too long for Telegram")
    return InlineKeyboardButton(text=button.label, callback_data=button.action)


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "tg") and bool(parts.netloc) and len(link) <= MAX_LINK
