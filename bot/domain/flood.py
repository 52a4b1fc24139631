"""Holding off floods: a leaky bucket a conversation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from enum import StrEnum

from bot.domain.dialog import Dialog

BURST = 20
"""Messages a client may send at once."""
LEAK = 0.5
"""Messages a second that are forgotten."""


class Pressure(StrEnum):
    NORMAL = "normal"
    WARN = "warn"
    """The first message too many: the client is told once."""
    HOLD = "hold"
    """Recorded, not answered."""


def press(dialog: Dialog, now: dt.datetime) -> tuple[Dialog, Pressure]:
    """The dialog after one more message, and whether it is one too many."""
    passed = (now - dialog.flood_at).total_seconds() if dialog.flood_at else 0.0
    before = max(0.0, dialog.flood_level - max(0.0, passed) * LEAK)
    level = min(before + 1, BURST + 2.0)
    changed = replace(dialog, flood_level=level, flood_at=now)
    if level <= BURST:
        return changed, Pressure.NORMAL
    return changed, Pressure.WARN if before <= BURST else Pressure.HOLD
