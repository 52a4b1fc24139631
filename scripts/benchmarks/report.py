"""Results against their bars: a table for people, one object for programs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.benchmarks.main_job import MIXED, TWO_WORKERS, Cost, Results, Throughput
from scripts.benchmarks.messengers import VK
from scripts.benchmarks.sampled import STEPS

THROUGHPUT_OF_BARE = 0.25
TWO_WORKERS_OF_ONE = 1.0
P99_MS_AT_30 = 40.0
RSS_MB = 500.0
SECOND_START, START_WITH_TOKENS = 8.0, 13.0
TWO_OF_ONE = "two workers / one"


@dataclass(frozen=True, slots=True)
class Bar:
    """One requirement: ``value`` must be at least (``least``) or at most ``limit``."""

    name: str
    value: float
    limit: float
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit


def bars(results: Results) -> list[Bar]:
    """Every requirement with what was measured."""
    found = ratios(results)
    return [
        *(
            Bar(f"throughput on {name} / bare aiogram", found[name], THROUGHPUT_OF_BARE, least=True)
            for name in results.bare
            if name != VK
        ),
        Bar("throughput of two workers / one", found[TWO_OF_ONE], TWO_WORKERS_OF_ONE, least=True),
        *(
            Bar(f"p99 at 30/s on {channel}, ms", percentile(waits[30], 99) * 1000, P99_MS_AT_30)
            for channel, waits in results.latency.items()
        ),
        Bar("memory of the bot at its peak, MB", results.rss_mb["Otklik"], RSS_MB),
        Bar("second start without tokens, s", results.starts["second"], SECOND_START),
        Bar("start with tokens, s", results.starts["with tokens"], START_WITH_TOKENS),
        Bar("messages not understood and committed", float(lacking(results)), 0),
    ]


def lacking(results: Results) -> int:
    """How many messages were not handled as they should: all of them, if the database was not asked."""
    done = results.done
    if done is None:
        return results.pushed
    return (
        abs(results.pushed - done.handled) + abs(results.pushed - done.understood) + done.open + done.unsent
        + done.floods + results.floods
    )  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; ``share`` in percent. Infinite without values."""
    if not values:
        return math.inf
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)]


def as_object(results: Results, *, quick: bool) -> dict[str, Any]:
    """Everything measured, JSON-ready; durations are named by their unit."""
    return {
        "bench": "main_job",
        "quick": quick,
        "ok": all(bar.met for bar in bars(results)),
        "cores": os.cpu_count(),
        "seconds": round(results.seconds, 1),
        "throughput": {
            **{f"bare_{name}": _throughput(one) for name, one in results.bare.items()},
            **{f"otklik_{name}": _throughput(one) for name, one in results.otklik.items()},
        },
        "ratios": {name: round(ratio, 3) for name, ratio in ratios(results).items()},
        "latency_ms": {
            channel: {str(rate): _latency(waits) for rate, waits in by_rate.items()}
            for channel, by_rate in results.latency.items()
        },
        "rss_mb": {name: round(mb, 1) for name, mb in results.rss_mb.items()},
        "starts_s": {name: round(seconds, 2) for name, seconds in results.starts.items()},
        "messages": {
            "pushed": results.pushed, "lacking": lacking(results),
            "outcomes": dict(results.done.outcomes) if results.done else {},
        },
        "bars": [
            {"name": b.name, "value": round(b.value, 3), "limit": b.limit, "least": b.least, "met": b.met}
            for b in bars(results)
        ],
    }  # fmt: skip


def ratios(results: Results) -> dict[str, float]:
    """Otklik's throughput as a share of the bare bot's, and of two workers as a share of one."""
    found = {name: results.otklik[name].median / one.median for name, one in results.bare.items()}
    return {**found, TWO_OF_ONE: results.otklik[TWO_WORKERS].median / results.otklik[MIXED].median}


def _throughput(one: Throughput) -> dict[str, Any]:
    return {
        "per_second": round(one.median, 1),
        "runs": [round(value, 1) for value in one.per_second],
        "cpu_ms_per_message": {name: round(value, 3) for name, value in cpu_ms(one).items()},
    }


def cpu_ms(one: Throughput) -> dict[str, float]:
    """Processor time a message, in milliseconds, by process."""
    return {name: seconds / one.messages * 1000 for name, seconds in one.cpu.items()}


def _latency(waits: Sequence[float]) -> dict[str, float]:
    return {
        "count": len(waits), "p50": round(percentile(waits, 50) * 1000, 1),
        "p99": round(percentile(waits, 99) * 1000, 1), "max": round(max(waits) * 1000, 1),
    }  # fmt: skip


def as_table(results: Results) -> str:
    """For people."""
    lines = [f"{'throughput':24}{'messages/s':>12}{'runs':>22}   CPU ms/message"]
    for prefix, by_name in (("bare ", results.bare), ("Otklik ", results.otklik)):
        for name, one in by_name.items():
            spread = f"{min(one.per_second):.0f}-{max(one.per_second):.0f}"
            cpu = ", ".join(f"{process} {value:.2f}" for process, value in cpu_ms(one).items())
            lines.append(f"{prefix + name:24}{one.median:12.0f}{spread:>22}   {cpu}")
    shares = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios(results).items())
    lines += [f"{'Otklik / bare':24}{shares}", "", f"{'latency, ms':24}{'p50':>12}{'p99':>10}{'max':>12}"]
    for channel, by_rate in results.latency.items():
        for rate, waits in by_rate.items():
            shown = _latency(waits)
            lines.append(f"{f'{channel} at {rate}/s':24}{shown['p50']:12}{shown['p99']:10}{shown['max']:12}")
    starts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in results.starts.items())
    memory = ", ".join(f"{name} {mb:.0f} MB" for name, mb in results.rss_mb.items())
    lines += ["", f"{'start':24}{starts}", f"{'memory at its peak':24}{memory}"]
    if results.done is not None:
        outcomes = ", ".join(f"{name} {number}" for name, number in list(results.done.outcomes.items())[:8])
        lines += [f"{'messages':24}{results.pushed} ({outcomes})"]
    lines += ["", f"{'bar':42}{'measured':>12}{'limit':>12}"]
    for bar in bars(results):
        limit = f"{'>=' if bar.least else '<='} {bar.limit:g}"
        lines.append(f"{bar.name:42}{bar.value:12.2f}{limit:>12}   {'pass' if bar.met else 'MISS'}")
    lines += ["", f"{MIXED}: half of the clients on each messenger. Took {results.seconds:.0f} s."]
    return "\n".join(lines)


def steps_as_object(costs: Mapping[str, Cost], *, quick: bool) -> dict[str, Any]:
    """CPU milliseconds a message, by messenger and step."""
    return {
        "bench": "main_job", "quick": quick, "cores": os.cpu_count(),
        "steps_cpu_ms_per_message": {
            channel: {step: round(_ms(cost, step), 4) for step in STEPS} for channel, cost in costs.items()
        },
        "messages": {channel: cost.messages for channel, cost in costs.items()},
    }  # fmt: skip


def steps_as_table(costs: Mapping[str, Cost]) -> str:
    """For people."""
    lines = [f"{'CPU of a worker, ms a message':32}" + "".join(f"{channel:>18}" for channel in costs)]
    totals = {channel: sum(_ms(cost, step) for step in STEPS) for channel, cost in costs.items()}
    for step in STEPS:
        each = (f"{_ms(cost, step):11.3f}{_ms(cost, step) / totals[name]:7.0%}" for name, cost in costs.items())
        lines.append(f"{step:32}{''.join(each)}")
    lines.append(f"{'all':32}" + "".join(f"{total:11.3f}{'':7}" for total in totals.values()))
    return "\n".join([*lines, "", *(f"{channel}: {cost.messages} messages." for channel, cost in costs.items())])


def _ms(cost: Cost, step: str) -> float:
    return cost.seconds[step] / cost.messages * 1000
