"""The command ``scripts/bench``."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from scripts.benchmarks import faults, moderation, replays
from scripts.benchmarks.main_job import FULL, QUICK, measure, measure_steps
from scripts.benchmarks.processes import BenchError
from scripts.benchmarks.report import as_object, as_table, bars, steps_as_object, steps_as_table
from tests.faults.deployment import Transport

OK, MISSED, USAGE = 0, 1, 2
TRANSPORTS = [transport.value for transport in Transport]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report. Exit code: 0 every bar is met, 1 one is missed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    kinds = parser.add_subparsers(dest="bench", required=True)
    for kind in ("main_job", "moderation", "faults"):
        one = kinds.add_parser(kind)
        one.add_argument("--json", action="store_true")
        one.add_argument("--quick", action="store_true")
        if kind == "main_job":
            one.add_argument("--steps", action="store_true")
        if kind == "moderation":
            one.add_argument("--only", choices=("replay", "releases"))
    one.add_argument("--seed", type=int)
    one.add_argument("--kills", type=int)
    one.add_argument("--transport", choices=TRANSPORTS, action="append")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.bench == "faults":
        return _faults(options)
    if options.bench == "moderation":
        return _moderation(options)
    plan = QUICK if options.quick else FULL
    try:
        if options.steps:
            costs = asyncio.run(measure_steps(plan, _progress))
            told = steps_as_object(costs, quick=options.quick)
            print(json.dumps(told) if options.json else steps_as_table(costs))
            return OK
        results = asyncio.run(measure(plan, _progress))
    except BenchError as error:
        print(f"The measurement failed: {error}", file=sys.stderr)
        return MISSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if options.json:
        print(json.dumps(as_object(results, quick=options.quick), ensure_ascii=False))
    else:
        print(as_table(results))
    return OK if all(bar.met for bar in bars(results)) else MISSED


def _moderation(options: argparse.Namespace) -> int:
    try:
        results, replayed = asyncio.run(_desk(options))
    except BenchError as error:
        print(f"The measurement failed: {error}", file=sys.stderr)
        return MISSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    told, table = moderation.as_object(results), moderation.as_table(results)
    met = [bar.met for bar in moderation.bars(results)]
    if replayed is not None:
        met += [bar.met for bar in replays.bars(replayed)]
        told["replay"], table = replays.as_object(replayed), f"{table}\n{replays.as_table(replayed)}"
    print(json.dumps(told, ensure_ascii=False) if options.json else table)
    return OK if all(met) else MISSED


async def _desk(options: argparse.Namespace) -> tuple[list[moderation.Measured], replays.Replayed | None]:
    quick, only = options.quick, options.only
    replayed = await replays.measure(quick=quick, tell=_progress) if only != "releases" else None
    return await moderation.measure(quick=quick, tell=_progress) if only != "replay" else [], replayed


def _faults(options: argparse.Namespace) -> int:
    try:
        sieges = faults.run(
            quick=options.quick, seed=options.seed, kills=options.kills,
            transports=options.transport or TRANSPORTS, tell=_progress,
        )  # fmt: skip
    except AssertionError as error:
        print(f"The siege was broken off: {error}", file=sys.stderr)
        return MISSED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(json.dumps(faults.as_object(sieges), ensure_ascii=False) if options.json else faults.as_table(sieges))
    return OK if sieges.held else MISSED


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
