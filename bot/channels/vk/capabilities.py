"""What a VK message can hold."""

from __future__ import annotations

from typing import Final

from bot.domain.messages import Capabilities, Channel

MAX_PAYLOAD: Final = 255
"""Bytes of a button's payload, ``{"a":"..."}`` and all."""

CAPABILITIES: Final = Capabilities(
    channel=Channel.VK,
    max_text=9000,
    max_caption=9000,
    utf16=False,
    max_rows=6,
    max_row=5,
    max_buttons=10,
    max_label=40,
    max_action=MAX_PAYLOAD - len('{"a":""}'),
    styles=frozenset(),
)
"""Of an inline keyboard: it stays under its message, as in Telegram."""

MAX_LINK: Final = 2048
