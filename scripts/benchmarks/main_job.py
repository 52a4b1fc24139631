"""``main_job``: bare bots and Otklik on the same emulators, then latency, memory and starts."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge_base.load import load_pack
from scripts import postgres
from scripts.benchmarks import otklik
from scripts.benchmarks.load import Crowd, Describe, crowd, greet, stream, waves
from scripts.benchmarks.messengers import TELEGRAM, VK, Addresses, Messenger, addresses, messengers
from scripts.benchmarks.otklik import Done
from scripts.benchmarks.processes import ROOT, Program, cpu_seconds, peak_mb, python, running
from scripts.benchmarks.workload import Content, on_telegram, on_vk, plain

DESCRIBE: Mapping[str, Describe] = {TELEGRAM: on_telegram, VK: on_vk}
MIXED = "mixed"
TWO_WORKERS = "mixed_two_workers"
PUSHED: Mapping[str, str] = {TELEGRAM: "telegram_webhook", VK: "vk_webhook"}
FLOOD_KEY = "error.flood"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. ``outstanding``: messages a client sends at once, a wave.

    Bare bots get more waves where Otklik gets few: theirs are over in the twinkling of an eye.
    """

    clients: int = 500
    runs: int = 5
    waves: int = 2
    bare_waves: int = 2
    outstanding: int = 2
    stream_seconds: Mapping[int, float] = field(default_factory=lambda: {30: 20.0, 100: 15.0})


QUICK = Plan(clients=120, runs=1, waves=1, bare_waves=6, stream_seconds={30: 3.0, 100: 2.0})
FULL = Plan()


@dataclass
class Throughput:
    """Runs of one bot on one channel. CPU is in milliseconds a message, by process, over all runs."""

    per_second: list[float] = field(default_factory=list)
    messages: int = 0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.per_second)


@dataclass
class Results:
    """Everything measured; the report judges it."""

    bare: dict[str, Throughput] = field(default_factory=dict)
    otklik: dict[str, Throughput] = field(default_factory=dict)
    latency: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    """Seconds, by channel and messages a second."""
    rss_mb: dict[str, float] = field(default_factory=dict)
    starts: dict[str, float] = field(default_factory=dict)
    pushed: int = 0
    floods: int = 0
    """Replies that told a client to slow down."""
    done: Done | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of one worker by step of a message's way, while it handled so many messages."""

    messages: int
    seconds: Mapping[str, float]


class Bench:
    """One measurement from start to end; its clients are new for every run."""

    def __init__(self, plan: Plan, content: Content, flood_text: str, tell: Tell) -> None:
        self._plan, self._content, self._flood, self._tell = plan, content, flood_text, tell
        self._first_client = 1_000_000
        self._by_channel: dict[str, Messenger] = {}
        self.results = Results()

    async def run(self, emulators: Program, var: Path) -> Results:
        """Measure everything. Raises BenchError."""
        begun = time.monotonic()
        reach = addresses(emulators)
        async with messengers(reach.control) as self._by_channel:
            for name in (TELEGRAM, VK, PUSHED[TELEGRAM]):
                await self._bare(name, reach, emulators.pid)
            self._starts(var)
            await self._otklik(var, reach, emulators.pid)
            await self._pushed(var, reach, emulators.pid)
        self.results.seconds = time.monotonic() - begun
        return self.results

    async def steps(self, emulators: Program, var: Path) -> dict[str, Cost]:
        """What each step costs, by messenger, by polling. Raises BenchError."""
        reach = addresses(emulators)
        self._tell("a first start, which makes the database and the engine")
        with otklik.started(var, None):
            pass
        costs: dict[str, Cost] = {}
        async with messengers(reach.control) as self._by_channel:
            with otklik.sampled_worker(var, reach) as worker:
                for channel in (TELEGRAM, VK):
                    self._tell(f"steps, {channel}: {self._plan.runs} x {self._size(self._plan.waves)} messages")
                    costs[channel] = await self._steps(channel, worker)
        return costs

    async def _steps(self, channel: str, worker: otklik.Sampled) -> Cost:
        spent: dict[str, float] = {}
        for _ in range(self._plan.runs):
            crowds = self._crowds([channel], None)
            await greet(crowds)
            before = await worker.told()
            await waves(crowds, self._plan.waves, self._plan.outstanding)
            for step, seconds in (await worker.told()).items():
                spent[step] = spent.get(step, 0.0) + seconds - before[step]
        return Cost(self._plan.runs * self._size(self._plan.waves), spent)

    async def _bare(self, name: str, reach: Addresses, emulators: int) -> None:
        self._tell(f"bare {name} bot: {self._plan.runs} x {self._size(self._plan.bare_waves)} messages")
        commands = {
            TELEGRAM: ["bare_telegram.py", reach.telegram_url, reach.telegram_token],
            PUSHED[TELEGRAM]: ["bare_telegram.py", reach.telegram_url, reach.telegram_token, "webhook"],
            VK: ["bare_vk.py", reach.vk_url, reach.vk_token, str(reach.vk_group)],
        }
        script, *arguments = commands[name]
        command = python(str(Path(__file__).parent / script), *arguments)
        with running(f"bare {name} bot", command, lambda line: line.startswith("ready"), {}) as bot:
            pids = {"bot": bot.pid, "emulator": emulators}
            channel = VK if name == VK else TELEGRAM
            self.results.bare[name] = await self._throughput([channel], plain, pids)
            self.results.rss_mb[f"bare {name}"] = peak_mb(bot.pid)

    def _starts(self, var: Path) -> None:
        """Starts without tokens: from nothing, and once more."""
        for name in ("first", "second"):
            self._tell(f"{name} start")
            with otklik.started(var, None) as instance:
                self.results.starts[name] = instance.program.ready_after

    async def _otklik(self, var: Path, reach: Addresses, emulators: int) -> None:
        self._tell("start with messenger tokens")
        with otklik.started(var, reach) as instance:
            self.results.starts["with tokens"] = instance.program.ready_after
            pids = {"bot": instance.bot, "database": instance.database, "emulator": emulators}
            for name, channels in ((TELEGRAM, [TELEGRAM]), (VK, [VK]), (MIXED, [TELEGRAM, VK])):
                self._tell(f"Otklik, {name}: {self._plan.runs} x {self._size(self._plan.waves)} messages")
                self.results.otklik[name] = await self._throughput(channels, None, pids)
            for channel in (TELEGRAM, VK):
                await self._latency(channel, channel)
            self.results.rss_mb["Otklik"] = peak_mb(instance.bot)
            with otklik.second_worker(instance) as (second, _):
                self._tell(f"Otklik, {TWO_WORKERS}: {self._plan.runs} x {self._size(self._plan.waves)} messages")
                both = {**pids, "second bot": second.pid}
                self.results.otklik[TWO_WORKERS] = await self._throughput([TELEGRAM, VK], None, both)

    async def _pushed(self, var: Path, reach: Addresses, emulators: int) -> None:
        """The same installation, to which the messengers push from now on."""
        self._tell("switch to webhooks")
        settled = {TELEGRAM: "setWebhook", VK: "groups.setLongPollSettings"}
        before = {channel: await self._by_channel[channel].asked(method) for channel, method in settled.items()}
        with otklik.started(var, reach, by_webhook=True) as instance:
            for channel, method in settled.items():
                await self._by_channel[channel].wait_asked(method, before[channel])
            pids = {"bot": instance.bot, "database": instance.database, "emulator": emulators}
            for channel, name in PUSHED.items():
                self._tell(f"Otklik, {name}: {self._plan.runs} x {self._size(self._plan.waves)} messages")
                self.results.otklik[name] = await self._throughput([channel], None, pids)
                await self._latency(channel, name)
            self.results.done = await otklik.done(instance.url)

    def _size(self, count: int) -> int:
        return self._plan.clients * count * self._plan.outstanding

    def _crowds(self, channels: Sequence[str], describe: Describe | None) -> list[Crowd]:
        """The plan's clients, shared out among the channels."""
        share = self._plan.clients // len(channels)
        made = []
        for channel in channels:
            clients = range(self._first_client, self._first_client + share)
            self._first_client += share
            made.append(
                crowd(self._by_channel[channel], describe or DESCRIBE[channel], self._content, clients, self._flood)
            )
        return made

    async def _throughput(
        self, channels: Sequence[str], describe: Describe | None, pids: Mapping[str, int]
    ) -> Throughput:
        measured = Throughput()
        count = self._plan.waves if describe is None else self._plan.bare_waves
        for _ in range(self._plan.runs):
            crowds = self._crowds(channels, describe)
            await greet(crowds)
            before = {name: cpu_seconds(pid) for name, pid in pids.items()}
            seconds = await waves(crowds, count, self._plan.outstanding)
            for name, pid in pids.items():
                measured.cpu[name] = measured.cpu.get(name, 0.0) + cpu_seconds(pid) - before[name]
            measured.per_second.append(self._size(count) / seconds)
            measured.messages += self._size(count)
            self._count(crowds, otkliks=describe is None)
        return measured

    async def _latency(self, channel: str, name: str) -> None:
        waits = self.results.latency[name] = {}
        for per_second, seconds in self._plan.stream_seconds.items():
            self._tell(f"Otklik, {name}: {per_second} messages a second for {seconds:.0f} s")
            crowds = self._crowds([channel], None)
            await greet(crowds)
            waits[per_second] = await stream(crowds[0], per_second, seconds)
            self._count(crowds, otkliks=True)

    def _count(self, crowds: Sequence[Crowd], *, otkliks: bool) -> None:
        if otkliks:
            self.results.pushed += sum(one.pushed for one in crowds)
            self.results.floods += sum(one.floods for one in crowds)


async def measure(plan: Plan, tell: Tell) -> Results:
    """The whole ``main_job``. Raises BenchError; leaves nothing running and nothing on the disk."""
    async with _ground(plan, tell) as (bench, emulators, var):
        return await bench.run(emulators, var)


async def measure_steps(plan: Plan, tell: Tell) -> dict[str, Cost]:
    """What each step of a message's way costs, by messenger. Raises BenchError; leaves nothing."""
    async with _ground(plan, tell) as (bench, emulators, var):
        return await bench.steps(emulators, var)


@contextlib.asynccontextmanager
async def _ground(plan: Plan, tell: Tell) -> AsyncIterator[tuple[Bench, Program, Path]]:
    """A measurement, its emulators and a folder for what it keeps."""
    pack = load_pack(ROOT / "knowledge_base" / "packs" / "ministry")
    flood = pack.texts[FLOOD_KEY][pack.agency.default_language]
    command = python("-m", "tests.emulators", "--fast")
    bench = Bench(plan, Content.of(pack), flood, tell)
    emulated = running("the emulators", command, lambda line: line.startswith("{"), {})
    with _folder() as var, emulated as emulators:
        yield bench, emulators, var


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """For the database, the key and the caches. A database that outlived its starter is stopped."""
    var = Path(tempfile.mkdtemp(prefix="otklik-bench-")).resolve()
    try:
        yield var
    finally:
        with contextlib.suppress(postgres.PostgresError):
            postgres.stop(var / "postgres", immediate=True)
        shutil.rmtree(var, ignore_errors=True)
