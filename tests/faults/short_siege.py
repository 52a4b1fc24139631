"""One siege in its short form, told while it goes on."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.faults.deployment import Transport
from tests.faults.helper import Helper
from tests.faults.siege import Plan, Siege, besiege


async def short_siege(
    keeper: Helper, nursery: Helper, folder: Path, plan: Plan, capsys: pytest.CaptureFixture[str],
    transport: Transport = Transport.POLLING,
) -> Siege:  # fmt: skip
    """The siege once it is over. Its seed is told at once, and again beside a failure."""
    seed = int(os.environ.get("OTKLIK_FAULT_SEED") or secrets.randbelow(10**6))
    told = f"seed {seed}; OTKLIK_FAULT_SEED={seed} makes the same choices again"
    print(told)
    with capsys.disabled():
        print(f"\n{told}")
        siege = await besiege(keeper, nursery, folder, plan, transport, seed, print)
        print(f"{siege.messages} messages, {siege.last.unknown} unknown outcomes on Telegram")
    return siege
