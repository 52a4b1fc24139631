"""VK's keyboards: within its limits, or refused."""

from __future__ import annotations

import json

import pytest

from bot.channels.vk.capabilities import CAPABILITIES
from bot.channels.vk.keyboard import keyboard
from bot.domain.errors import Refused
from bot.domain.messages import RenderedButton


def test_no_buttons_are_no_keyboard() -> None:
    assert keyboard(()) is None


def button(label: str = "Да", action: str = "a", link: str = "") -> RenderedButton:
    return RenderedButton(label, action, link)


BAD_KEYBOARDS: dict[str, tuple[tuple[RenderedButton, ...], ...]] = {
    "too many rows": ((button(),),) * (CAPABILITIES.max_rows + 1),
    "too long a row": ((button(),) * (CAPABILITIES.max_row + 1),),
    "too many buttons": ((button(),) * 4,) * 3,
    "empty row": ((),),
    "no label": ((button(" "),),),
    "long label": ((button("x" * 41),),),
    "no action": ((button(action=""),),),
    "action and link": ((button(link="https://example.org"),),),
    "long action": ((button(action="x" * 248),),),
    "long action once escaped": ((button(action='"' * 124),),),
    "script": ((button(action="", link="javascript:alert(1)"),),),
    "broken address": ((button(action="", link="https://[::1"),),),
}


@pytest.mark.parametrize("name", BAD_KEYBOARDS)
def test_keyboard_beyond_the_limits_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        keyboard(BAD_KEYBOARDS[name])


def test_the_largest_action_is_made() -> None:
    made = keyboard(((button("x" * 40, "x" * CAPABILITIES.max_action),),))
    assert made is not None
    assert len(json.loads(made)["buttons"][0][0]["action"]["payload"]) == 255
