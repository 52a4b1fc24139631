"""``faults``: workers are killed, databases and messengers fail, clocks jump; then every message is accounted for."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.domain.messages import Channel
from tests.faults.deployment import Transport
from tests.faults.ground import keeping, nursing
from tests.faults.helper import Helper
from tests.faults.keeper import can_mount
from tests.faults.phases import DISK_MEGABYTES, DISK_PHASES
from tests.faults.siege import FULL, SHORT, Outcome, Plan, Siege, besiege

Tell = Callable[[str], None]


@dataclass(slots=True)
class Sieges:
    """Everything that was tried, and what could not be."""

    seed: int
    quick: bool
    made: list[Siege] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether no ledger found anything wrong."""
        return all(siege.held for siege in self.made)


def run(*, quick: bool, seed: int | None, kills: int | None, transports: Sequence[str], tell: Tell) -> Sieges:
    """All sieges, one after another; nothing of them is left afterwards."""
    sieges = Sieges(random.SystemRandom().randrange(10**6) if seed is None else seed, quick)
    plan = SHORT if quick else FULL
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="otklik-faults-") as folder, nursing() as nursery:
        with keeping() as keeper:
            for number, transport in enumerate(map(Transport, transports)):
                share = _share(plan.kills if kills is None else kills, len(transports), number)
                _add(sieges, keeper, nursery, Path(folder), replace(plan, kills=share), transport, tell)
        if can_mount():
            with keeping(DISK_MEGABYTES) as keeper:
                disk = replace(plan, kills=0, phases=DISK_PHASES)
                _add(sieges, keeper, nursery, Path(folder), disk, Transport(transports[0]), tell)
        else:
            sieges.skipped.append("a full disk: it takes root, and is never done in CI")
    sieges.seconds = time.monotonic() - begun
    return sieges


def _share(kills: int, parts: int, number: int) -> int:
    return kills // parts + (number < kills % parts)


def _add(
    sieges: Sieges, keeper: Helper, nursery: Helper, folder: Path, plan: Plan, transport: Transport, tell: Tell
) -> None:
    home = folder / str(len(sieges.made))
    home.mkdir()
    sieges.made.append(asyncio.run(besiege(keeper, nursery, home, plan, transport, sieges.seed, tell)))


def as_object(sieges: Sieges) -> dict[str, Any]:
    """Everything, JSON-ready."""
    return {
        "bench": "faults",
        "quick": sieges.quick,
        "ok": sieges.held,
        "seed": sieges.seed,
        "cores": os.cpu_count(),
        "seconds": round(sieges.seconds, 1),
        **_totals(sieges),
        "sieges": [_siege(one) for one in sieges.made],
        "skipped": sieges.skipped,
    }


def _totals(sieges: Sieges) -> dict[str, Any]:
    return {
        "kills": sum(one.kills for one in sieges.made),
        "messages": sum(one.messages for one in sieges.made),
        "lost": sum(one.last.lost for one in sieges.made),
        "doubled": {channel.value: sum(one.last.doubled(channel) for one in sieges.made) for channel in Channel},
        "unknown_outcomes": sum(one.last.unknown for one in sieges.made),
        "seen_twice_on_telegram": sum(one.last.twice for one in sieges.made),
        "phantoms": sum(one.last.phantoms for one in sieges.made),
        "longest_recovery_s": round(max(one.longest_recovery for one in sieges.made), 1),
    }


def _siege(siege: Siege) -> dict[str, Any]:
    return {"transport": siege.transport.value, "kills": siege.kills, "faults": [_fault(o) for o in siege.outcomes]}


def _fault(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "seconds": round(outcome.seconds, 1),
        "recovery_s": round(outcome.recovery, 1),
        "messages": outcome.messages,
        "problems": [str(problem) for problem in outcome.findings.problems[:20]],
    }


def as_table(sieges: Sieges) -> str:
    """For people."""
    found = _totals(sieges)
    doubled = ", ".join(f"{name} {number}" for name, number in found["doubled"].items())
    lines = [
        f"{'seed':32}{sieges.seed}",
        f"{'workers killed':32}{found['kills']}",
        f"{'messages':32}{found['messages']}",
        f"{'lost':32}{found['lost']}",
        f"{'doubled':32}{doubled}",
        f"{'unknown outcomes on Telegram':32}{found['unknown_outcomes']}, {found['seen_twice_on_telegram']} seen twice",
        f"{'longest recovery':32}{found['longest_recovery_s']} s",
        "",
        f"{'fault':32}{'lasted':>8}{'recovery':>10}   ledger",
    ]
    for siege in sieges.made:
        for one in siege.outcomes:
            name = f"{siege.transport.value}: {one.name.replace('_', ' ')}"
            state = str(one.findings) if one.findings.problems else "holds"
            lines.append(f"{name:32}{one.seconds:6.0f} s{one.recovery:8.1f} s   {state}")
    lines += [f"not run: {reason}" for reason in sieges.skipped]
    verdict = "Nothing was lost or doubled." if sieges.held else "THE LEDGER DOES NOT HOLD."
    return "\n".join([*lines, "", f"{verdict} Took {sieges.seconds:.0f} s."])
