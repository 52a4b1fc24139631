"""What a Telegram message can hold."""

from __future__ import annotations

from typing import Final

from bot.domain.messages import Capabilities, Channel

CAPABILITIES: Final = Capabilities(
    channel=Channel.TELEGRAM,
    max_text=4096,
    max_caption=1024,
    utf16=True,
    max_rows=8,
    max_row=3,
    max_buttons=24,
    max_label=64,
    max_action=64,
)
"""Telegram itself allows 100 buttons of 8 a row; more than this can't be read on a phone."""

MAX_TOPIC_NAME: Final = 128
MAX_LINK: Final = 2048
