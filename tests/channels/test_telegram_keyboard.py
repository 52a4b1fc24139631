"""Telegram's keyboards: within its limits, or refused."""

from __future__ import annotations

import pytest

from bot.channels.telegram.capabilities import CAPABILITIES
from bot.channels.telegram.keyboard import keyboard
from bot.domain.errors import Refused
from bot.domain.messages import RenderedButton


def test_no_buttons_are_no_keyboard() -> None:
    assert keyboard(()) is None


def button(label: str = "Да", action: str = "a", link: str = "") -> RenderedButton:
    return RenderedButton(label, action, link)


BAD_KEYBOARDS: dict[str, tuple[tuple[RenderedButton, ...], ...]] = {
    "too many rows": ((button(),),) * (CAPABILITIES.max_rows + 1),
    "too long a row": ((button(),) * (CAPABILITIES.max_row + 1),),
    "empty row": ((),),
    "no label": ((button(" "),),),
    "long label": ((button("x" * 65),),),
    "no action": ((button(action=""),),),
    "action and link": ((button(link="https://example.org"),),),
    "long action": ((button(action="я" * 33),),),
    "script": ((button(action="", link="javascript:alert(1)"),),),
    "no address": ((button(action="", link="https://"),),),
    "broken address": ((button(action="", link="https://[::1"),),),
    "long address": ((button(action="", link="https://example.org/" + "x" * 2048),),),
}


@pytest.mark.parametrize("name", BAD_KEYBOARDS)
def test_keyboard_beyond_the_limits_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        keyboard(BAD_KEYBOARDS[name])


def test_the_largest_keyboard_is_made() -> None:
    rows = ((button("x" * 64, "x" * 64),) * CAPABILITIES.max_row,) * CAPABILITIES.max_rows
    made = keyboard(rows)
    assert made is not None
    assert sum(map(len, made.inline_keyboard)) == CAPABILITIES.max_buttons
