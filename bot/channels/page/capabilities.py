"""Limits of the client's page. They are our own: what reads well in one column on a phone."""

from __future__ import annotations

from bot.domain.messages import Capabilities, Channel

CAPABILITIES = Capabilities(
    channel=Channel.PAGE,
    max_text=4000,
    max_caption=4000,
    utf16=False,
    max_rows=6,
    max_row=5,
    max_buttons=18,
    max_label=64,
    max_action=255,
)
