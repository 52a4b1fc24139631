"""The siege while messengers push: what has to do with how updates come in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.deployment import Transport
from tests.faults.helper import Helper
from tests.faults.phases import database_restarted, messengers_refuse, worker_paused, workers_killed
from tests.faults.short_siege import short_siege
from tests.faults.siege import SHORT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

BY_WEBHOOK = replace(SHORT, phases=(workers_killed, worker_paused, database_restarted, messengers_refuse))


async def test_faults_while_updates_come_by_webhook(
    keeper: Helper, nursery: Helper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    siege = await short_siege(keeper, nursery, tmp_path, BY_WEBHOOK, capsys, Transport.WEBHOOK)
    assert siege.held
