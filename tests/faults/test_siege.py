"""The siege, in its short form: ``scripts/bench faults`` is the long one."""

from __future__ import annotations

import faulthandler
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.deployment import Transport
from tests.faults.ground import keeping
from tests.faults.helper import Helper
from tests.faults.keeper import can_mount
from tests.faults.phases import (
    DISK_MEGABYTES,
    DISK_PHASES,
    database_restarted,
    messengers_refuse,
    worker_paused,
    workers_killed,
)
from tests.faults.siege import SHORT, Plan, Siege, besiege

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

BY_WEBHOOK = replace(SHORT, phases=(workers_killed, worker_paused, database_restarted, messengers_refuse))
"""What has to do with how updates come in."""


@pytest.fixture(autouse=True)
def long_run() -> None:
    """That a run is as long as these is no sign of a deadlock."""
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def small_disk() -> Iterator[Helper]:
    """A database server on a disk of its own."""
    with keeping(DISK_MEGABYTES) as made:
        yield made


async def _siege(
    keeper: Helper, nursery: Helper, folder: Path, plan: Plan, capsys: pytest.CaptureFixture[str],
    transport: Transport = Transport.POLLING,
) -> Siege:  # fmt: skip
    seed = int(os.environ.get("OTKLIK_FAULT_SEED") or secrets.randbelow(10**6))
    with capsys.disabled():
        print(f"\nseed {seed}; OTKLIK_FAULT_SEED={seed} makes the same choices again")
        siege = await besiege(keeper, nursery, folder, plan, transport, seed, print)
        print(f"{siege.messages} messages, {siege.last.unknown} unknown outcomes on Telegram")
    return siege


async def test_every_fault_one_after_another(
    keeper: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing lost, nothing doubled on VK and the page; on Telegram only where the outcome was unknown."""
    siege = await _siege(keeper, nursery, tmp_path, SHORT, capsys)
    assert siege.held
    assert siege.kills == SHORT.kills


async def test_faults_while_updates_come_by_webhook(
    keeper: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    siege = await _siege(keeper, nursery, tmp_path, BY_WEBHOOK, capsys, Transport.WEBHOOK)
    assert siege.held


@pytest.mark.skipif(not can_mount(), reason="a full disk takes root and a disk of its own, and is never made in CI")
async def test_the_disk_of_the_database_is_full(
    small_disk: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    siege = await _siege(small_disk, nursery, tmp_path, replace(SHORT, phases=DISK_PHASES), capsys)
    assert siege.held
