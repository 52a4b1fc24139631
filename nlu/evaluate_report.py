"""A report of an evaluation: as a table, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlu.evaluate import Report
from nlu.evaluate_figures import Shares
from nlu.evaluate_pictures import confusion_bars, reliability

SHOWN = 15
"""Confusions and misses in table and Markdown; the JSON has all of them."""
_SHARES = (
    ("accuracy", "accuracy"),
    ("macro_f1", "macro-F1"),
    ("first", "right at first place"),
    ("within_three", "right within three"),
    ("answered_right", "answered right"),
    ("asked_back", "asked back"),
    ("unknown", "said to be unknown"),
    ("wrong_given", "wrong answer given"),
    ("rejected", "out of scope rejected"),
    ("out_of_scope_answered", "out of scope answered"),
)
_OF_STYLES = ("accuracy", "first", "within_three", "wrong_given", "rejected")
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Run:
    """One engine trained and asked."""

    engine: str
    report: Report
    train_seconds: float
    train_cpu_seconds: float
    rss_mb: float
    unlearned: tuple[str, ...] = ()
    """Intents of the test questions that the engine never learned; their questions can't be right."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One set of questions put to one or several engines."""

    train: str
    """What was learned from: a file, or the pack."""
    test: str
    runs: tuple[Run, ...]


def figures(run: Run) -> Rows:
    """The figures of a run: name and value, ready to be shown."""
    report, pace = run.report, run.report.pace
    told = asdict(report.shares)
    rows = [["questions with an answer", str(report.shares.questions)]]
    rows += [["questions out of scope", str(report.shares.out_of_scope)]]
    outside = {"rejected", "out_of_scope_answered"}
    rows += [
        [name, f"{told[key]:.3f}" if report.shares.out_of_scope or key not in outside else "-"] for key, name in _SHARES
    ]
    return [
        *rows,
        ["expected calibration error", f"{report.calibration.error:.3f}"],
        ["time to train, s (CPU)", f"{run.train_seconds:.1f} ({run.train_cpu_seconds:.1f})"],
        ["ms a question, p50 / p99", f"{pace.ms_p50:.1f} / {pace.ms_p99:.1f}"],
        ["CPU ms a question, p50 / p99", f"{pace.cpu_ms_p50:.1f} / {pace.cpu_ms_p99:.1f}"],
        ["memory, MB (RSS)", f"{run.rss_mb:.0f}"],
    ]


def as_table(evaluation: Evaluation) -> str:
    """The report for a terminal."""
    parts = [f"learned from  {evaluation.train}\nasked         {evaluation.test}"]
    parts += [_aligned(_side_by_side(evaluation.runs))]
    for run in evaluation.runs:
        parts += _unlearned(run)
        if run.report.styles:
            parts += [f"{run.engine}, by style\n{_aligned(_styles(run.report.styles))}"]
        if run.report.confusions:
            parts += [f"{run.engine}, worst confusions\n{_aligned(_confusions(run))}"]
    return "\n\n".join(parts) + "\n"


def as_markdown(evaluation: Evaluation) -> str:
    """The report as a page, beside its pictures."""
    parts = [
        "# Evaluation of understanding",
        f"Learned from `{evaluation.train}`, asked `{evaluation.test}`.",
        _piped(_side_by_side(evaluation.runs)),
    ]
    for run in evaluation.runs:
        parts += [f"## {run.engine}", *_unlearned(run)]
        if run.report.styles:
            parts += ["### By style", _piped(_styles(run.report.styles))]
        parts += ["### Calibration", f"![Reliability](reliability-{run.engine}.svg)", _piped(_bins(run.report))]
        if run.report.confusions:
            parts += ["### Worst confusions", f"![Confusions](confusions-{run.engine}.svg)", _piped(_confusions(run))]
            parts += ["### Misses", _piped(_misses(run.report))]
    return "\n\n".join(parts) + "\n"


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything, for programs: ``engines`` holds one object an engine."""
    told = {key: value for key, value in asdict(evaluation).items() if key != "runs"}
    return {**told, "engines": {run.engine: _run(run) for run in evaluation.runs}}


def write(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write report.json, report.md and the pictures of every engine; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    # A lone half of a surrogate pair in somebody's data can't be written as UTF-8.
    told = {
        "report.json": json.dumps(as_json(evaluation), ensure_ascii=False, indent=2) + "\n",
        "report.md": as_markdown(evaluation),
    }
    for run in evaluation.runs:
        told[f"reliability-{run.engine}.svg"] = reliability(run.report.calibration)
        told[f"confusions-{run.engine}.svg"] = confusion_bars(run.report.confusions[:SHOWN])
    for name, content in told.items():
        (folder / name).write_bytes(content.encode("utf-8", "replace"))
    return [folder / name for name in told]


def _run(run: Run) -> dict[str, Any]:
    told = asdict(run)
    report = told.pop("report")
    return {**report.pop("shares"), **told, **report}


def _side_by_side(runs: Sequence[Run]) -> Rows:
    columns = [figures(run) for run in runs]
    head = ["", *(run.engine for run in runs)]
    return [head, *([rows[0][0], *(row[1] for row in rows)] for rows in zip(*columns, strict=True))]


def _styles(styles: Mapping[str, Shares]) -> Rows:
    names = dict(_SHARES)
    rows = [["style", "questions", *(names[key] for key in _OF_STYLES)]]
    for style, told in styles.items():
        values = asdict(told)
        rows += [[style, str(told.questions + told.out_of_scope), *(f"{values[key]:.3f}" for key in _OF_STYLES)]]
    return rows


def _bins(report: Report) -> Rows:
    rows = [["score", "questions", "mean score", "right"]]
    return rows + [
        [f"{one.low:.1f}-{one.high:.1f}", str(one.count), f"{one.score:.3f}", f"{one.right:.3f}"]
        for one in report.calibration.bins
        if one.count
    ]


def _confusions(run: Run) -> Rows:
    rows = [["expected", "taken for", "times"]]
    return rows + [[expected, best, str(times)] for expected, best, times in run.report.confusions[:SHOWN]]


def _misses(report: Report) -> Rows:
    rows = [["text", "expected", "best", "score", "outcome"]]
    return rows + [
        [miss.text, miss.expected or "-", miss.best or "-", f"{miss.score:.2f}", miss.outcome]
        for miss in report.misses[:SHOWN]
    ]


def _unlearned(run: Run) -> list[str]:
    if not run.unlearned:
        return []
    return [f"{run.engine} never learned these intents, so it can't be right on them: {', '.join(run.unlearned)}."]


def _aligned(rows: Rows) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def _piped(rows: Rows) -> str:
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
