"""The command ``scripts/bench``."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from scripts.benchmarks.main_job import FULL, QUICK, measure
from scripts.benchmarks.processes import BenchError
from scripts.benchmarks.report import as_object, as_table, bars

OK, MISSED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report. Exit code: 0 every bar is met, 1 one is missed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("bench", choices=["main_job"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        results = asyncio.run(measure(QUICK if options.quick else FULL, _progress))
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


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
