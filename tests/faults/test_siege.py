"""The siege, in its short form: ``scripts/bench faults`` is the long one."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.ground import keeping
from tests.faults.helper import Helper
from tests.faults.keeper import can_mount
from tests.faults.phases import DISK_MEGABYTES, DISK_PHASES
from tests.faults.short_siege import short_siege
from tests.faults.siege import SHORT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def long_run() -> None:
    """That a run is as long as these is no sign of a deadlock."""
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def small_disk() -> Iterator[Helper]:
    """A database server on a disk of its own."""
    with keeping(DISK_MEGABYTES) as made:
        yield made


async def test_every_fault_one_after_another(
    keeper: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing lost, nothing doubled on VK and the page; on Telegram only where the outcome was unknown."""
    siege = await short_siege(keeper, nursery, tmp_path, SHORT, capsys)
    assert siege.held
    assert siege.kills == SHORT.kills


@pytest.mark.skipif(not can_mount(), reason="a full disk takes root and a disk of its own, and is never made in CI")
async def test_the_disk_of_the_database_is_full(
    small_disk: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    siege = await short_siege(small_disk, nursery, tmp_path, replace(SHORT, phases=DISK_PHASES), capsys)
    assert siege.held
