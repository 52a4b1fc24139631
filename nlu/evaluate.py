"""The same questions to an engine, and how it did: what it understood, how long it took, what it weighs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu.evaluate_data import Question
from nlu.evaluate_figures import Asked, Calibration, Miss, Shares, by_style, calibration, confusions, misses, shares
from nlu.understanding import Engine


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds a question, at the middle and at the slowest of a hundred."""

    ms_p50: float
    ms_p99: float
    cpu_ms_p50: float
    """Of this process: an engine in another one is not counted."""
    cpu_ms_p99: float


@dataclass(frozen=True, slots=True)
class Report:
    """How an engine did on one set of questions."""

    shares: Shares
    styles: dict[str, Shares]
    """By style; empty when the data tells of none."""
    calibration: Calibration
    pace: Pace
    confusions: tuple[tuple[str, str, int], ...]
    """Expected, taken for, how often: most frequent first."""
    misses: tuple[Miss, ...]


def evaluate(engine: Engine, questions: Iterable[Question]) -> Report:
    """Ask every question once, one after the other, and count."""
    asked: list[Asked] = []
    wall: list[float] = []
    cpu: list[float] = []
    for question in questions:
        started, spent = time.perf_counter(), time.process_time()
        asked.append((question, engine.understand(question.text)))
        cpu.append((time.process_time() - spent) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    missed = misses(asked)
    return Report(
        shares=shares(asked),
        styles=by_style(asked),
        calibration=calibration(asked),
        pace=Pace(_at(wall, 50), _at(wall, 99), _at(cpu, 50), _at(cpu, 99)),
        confusions=confusions(missed),
        misses=missed,
    )


def resident_mb(process: int | str = "self") -> float:
    """Memory that a process holds now, in MB; 0 where /proc does not tell."""
    try:
        for line in Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        pass
    return 0.0


def _at(values: list[float], percent: int) -> float:
    return round(float(np.percentile(values, percent)), 2) if values else 0.0
