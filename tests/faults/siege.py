"""A siege: every kind of fault, one after another, and after each of them the ledger of all that was written so far."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.messages import Channel
from tests.balancer import Balancer
from tests.emulators.telegram import STAFF_CHAT
from tests.faults import marks
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment, Transport
from tests.faults.ground import deployed
from tests.faults.helper import Helper
from tests.faults.kills import Executioner
from tests.faults.ledger import Findings, audit
from tests.faults.phases import PHASES, Phase, Scene

MURMUR_SECONDS = 0.2
NUDGE_SECONDS = 8.0
"""How long nothing may have ended before one more writes."""
"""Between two messages that are written all along."""
WAITING_CLIENT = 99
"""Asks for a person at the start, so that a term runs while the clock jumps."""
CALL = "позовите оператора"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard a siege is. ``hook``: a change made to every worker, see ``tests.faults.hooks``."""

    kills: int = 100
    seconds: float = 10.0
    """How long a fault lasts."""
    paused: float = 90.0
    patience: float = 150.0
    """How long after a fault all may take to be answered: leases of the killed end after a minute."""
    messengers: int = 300
    visitors: int = 100
    hook: str | None = None
    share: int = 1
    """Bursts are so many times smaller than before a kill."""
    phases: Sequence[Phase] = PHASES


FULL = Plan()
SHORT = Plan(
    kills=10, seconds=2.0, paused=7.0, patience=45.0, messengers=200, visitors=30, hook="short_leases", share=6
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fault: how long it took, and how long after its end the last message was answered."""

    name: str
    seconds: float
    recovery: float
    messages: int
    """Written so far."""
    findings: Findings


@dataclass(slots=True)
class Siege:
    """What became of one siege."""

    transport: Transport
    seed: int
    kills: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    longest_after_kill: float = 0.0

    @property
    def last(self) -> Findings:
        """The ledger at the end: of everything."""
        return self.outcomes[-1].findings

    @property
    def messages(self) -> int:
        return self.outcomes[-1].messages

    @property
    def longest_recovery(self) -> float:
        return max([self.longest_after_kill, *(one.recovery for one in self.outcomes)])

    @property
    def held(self) -> bool:
        """Whether the ledger was clean after every fault."""
        return not any(one.findings.problems for one in self.outcomes)


async def besiege(
    keeper: Helper, nursery: Helper, folder: Path, plan: Plan, transport: Transport, seed: int, tell: Tell
) -> Siege:
    """A deployment of its own under every fault of the plan."""
    async with deployed(keeper, nursery, folder) as deployment, Balancer() as balancer:
        clock = folder / "clock"
        clock.write_text("0")
        deployment.hook, deployment.transport = plan.hook, transport
        deployment.balancer = balancer if transport is Transport.WEBHOOK else None
        deployment.environment = {"OTKLIK_CLOCK_FILE": str(clock), "OTKLIK_TELEGRAM_STAFF_CHAT": str(STAFF_CHAT)}
        crowd = Crowd(deployment, random.Random(seed), messengers=plan.messengers)
        executioner = Executioner(crowd)
        scene = Scene(crowd, keeper, executioner, seed, plan.kills, plan.seconds, plan.paused, clock, plan.share)
        await scene.workers()
        await deployment.receiving()
        made = Siege(transport, seed)
        async with crowd.on_page(plan.visitors):
            crowd.says(Channel.TELEGRAM, str(WAITING_CLIENT), CALL)
            for phase in plan.phases:
                made.outcomes.append(one := await _phase(scene, phase, plan))
                tell(_line(transport, one))
        made.kills = len(executioner.kills)
        made.longest_after_kill = max((kill.seconds for kill in executioner.kills), default=0.0)
        return made


async def _phase(scene: Scene, phase: Phase, plan: Plan) -> Outcome:
    """One fault among people who go on writing, then all answered, then the ledger."""
    crowd, deployment = scene.crowd, scene.crowd.deployment
    await scene.complete()
    begun = time.monotonic()
    murmur = asyncio.create_task(_murmur(crowd))
    try:
        await phase(scene)
    finally:
        murmur.cancel()
    mended = time.monotonic()
    # The very last ones are answered as well.
    crowd.write(Channel.TELEGRAM, 1)
    crowd.write(Channel.VK, 1)
    await _answered(scene, plan.patience)
    answered = time.monotonic()
    # Pushed to a webhook, what can't be read is not even stored.
    polled = deployment.transport is Transport.POLLING
    strangers = polled * sum(emulator.faults.injected["malformed"] for emulator in scene.emulators)
    findings = await audit(deployment, crowd.pushed, crowd.shown, strangers=strangers)
    await _marks(deployment, findings)
    for worker in deployment.workers:
        if not worker.alive:
            findings.add("ended by itself", None, worker.told()[-2000:])
    return Outcome(phase.__name__, mended - begun, answered - mended, len(crowd.pushed), findings)


async def _murmur(crowd: Crowd) -> None:
    """Somebody writes all along, perhaps one who waits for an answer already."""
    while True:
        crowd.write(crowd.lot.choice(list(Channel)), 1)
        await asyncio.sleep(MURMUR_SECONDS)


async def _answered(scene: Scene, patience: float) -> None:
    """Waits until all is answered and shown, or as long as that may take: the ledger says what is missing."""
    crowd, until, nudged = scene.crowd, time.monotonic() + patience, time.monotonic()
    while time.monotonic() < until:
        # A leader that had been paused may have stored an older place of VK's: whatever comes next mends it.
        if time.monotonic() > nudged + NUDGE_SECONDS:
            nudged = time.monotonic()
            crowd.write(Channel.VK, 1)
        await scene.executioner.look()
        if not crowd.unfinished() and await crowd.deployment.drained() and await _all_shown(crowd):
            return
        await asyncio.sleep(0.3)


async def _all_shown(crowd: Crowd) -> bool:
    """Whether every browser shows the last that was said to it."""
    found = await crowd.deployment.rows(
        "SELECT conversation, max(id) AS last FROM outbox WHERE channel = 'page' GROUP BY conversation"
    )
    last = {row["conversation"]: row["last"] for row in found}
    return all(v.shown and v.shown[-1].id >= last.get(f"page:{v.id}", 0) for v in crowd.visitors if v.shown or
               f"page:{v.id}" in last)  # fmt: skip


async def _marks(deployment: Deployment, findings: Findings) -> None:
    """Every mark of a term that has fired is said to the staff exactly once, and posted no more often."""
    rows = await deployment.rows("SELECT kind, count(*) AS number FROM timer WHERE state = 'fired' GROUP BY kind")
    fired = {row["kind"]: row["number"] for row in rows}
    said, posted = await marks.said(deployment), marks.seen(deployment)
    if fired != said or any(number > said.get(kind, 0) for kind, number in posted.items()):
        findings.add("terms", None, f"fired {fired}, said {said}, posted {posted}")


def _line(transport: Transport, one: Outcome) -> str:
    state = "the ledger holds" if not one.findings.problems else str(one.findings)
    return (
        f"{transport.value}, {one.name.replace('_', ' ')}: {one.seconds:.0f} s, all answered {one.recovery:.1f} s "
        f"later, {one.messages} messages so far; {state}"
    )
