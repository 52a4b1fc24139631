"""The same questions to an engine, and how it did.

``python -m nlu.evaluate [PACK] [--cache DIR] [--no-encoder] [--worst N]`` prints JSON
for the pack's own test questions.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from knowledge_base.load import load_pack
from knowledge_base.schema import IntentKind, Pack
from nlu.matcher import Matcher
from nlu.understanding import Engine, Outcome, Understanding

Question = tuple[str, str | None]
"""A text and the slug it should be understood as; None: out of scope."""
_SURE = frozenset({Outcome.ANSWER, Outcome.SERVICE, Outcome.COMMAND, Outcome.SMALLTALK})


@dataclass(frozen=True, slots=True)
class Miss:
    """A question understood wrongly; ``given`` is None when it was not answered."""

    text: str
    expected: str | None
    best: str | None
    score: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are of the questions that have an answer, but ``rejected``: of those out of scope."""

    questions: int
    out_of_scope: int
    first: float
    """Best candidate right."""
    within_three: float
    answered_right: float
    asked_back: float
    unknown: float
    wrong_given: float
    """Answered, and wrongly."""
    rejected: float
    """Out of scope and said to be unknown."""
    out_of_scope_answered: float
    ms_p50: float
    ms_p99: float
    confusions: tuple[tuple[str, str, int], ...]
    """Expected, taken for, how often: most frequent first."""
    misses: tuple[Miss, ...]


def pack_questions(pack: Pack) -> list[Question]:
    """The pack's own test questions."""
    outside = {slug for slug, intent in pack.intents.items() if intent.kind is IntentKind.OUT_OF_SCOPE}
    return [(text, None if slug in outside else slug) for slug, texts in pack.questions.items() for text in texts]


def evaluate(engine: Engine, questions: Iterable[Question]) -> Report:
    """Ask every question once and count. Milliseconds are wall time a question."""
    asked: list[tuple[Question, Understanding]] = []
    times: list[float] = []
    for question in questions:
        started = time.perf_counter()
        asked.append((question, engine.understand(question[0])))
        times.append((time.perf_counter() - started) * 1000)
    inside = [(expected, said) for (_, expected), said in asked if expected is not None]
    outside = [said for (_, expected), said in asked if expected is None]
    ranks = [_rank(said, expected) for expected, said in inside]
    sure = [(expected, said) for expected, said in inside if said.outcome in _SURE]
    misses = tuple(_miss(question, said) for question, said in asked if _missed(question, said))
    pairs = Counter((miss.expected or "out-of-scope", miss.best or "nothing") for miss in misses)
    return Report(
        questions=len(inside),
        out_of_scope=len(outside),
        first=_share(sum(rank == 0 for rank in ranks), len(inside)),
        within_three=_share(sum(rank < 3 for rank in ranks), len(inside)),
        answered_right=_share(sum(said.slug == expected for expected, said in sure), len(inside)),
        asked_back=_share(sum(said.outcome is Outcome.CLARIFY for _, said in inside), len(inside)),
        unknown=_share(sum(said.outcome is Outcome.UNKNOWN for _, said in inside), len(inside)),
        wrong_given=_share(sum(said.slug != expected for expected, said in sure), len(inside)),
        rejected=_share(sum(said.outcome is Outcome.UNKNOWN for said in outside), len(outside)),
        out_of_scope_answered=_share(sum(said.outcome in _SURE for said in outside), len(outside)),
        ms_p50=round(float(np.percentile(times, 50)), 2) if times else 0.0,
        ms_p99=round(float(np.percentile(times, 99)), 2) if times else 0.0,
        confusions=tuple((expected, best, count) for (expected, best), count in pairs.most_common()),
        misses=misses,
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _rank(said: Understanding, expected: str) -> int:
    """Place of the expected slug among the candidates, from 0; 99 when absent."""
    slugs = [candidate.slug for candidate in said.candidates]
    return slugs.index(expected) if expected in slugs else 99


def _missed(question: Question, said: Understanding) -> bool:
    if question[1] is None:
        return said.outcome is not Outcome.UNKNOWN
    return _rank(said, question[1]) != 0


def _miss(question: Question, said: Understanding) -> Miss:
    best = said.candidates[0] if said.candidates else None
    return Miss(
        text=question[0],
        expected=question[1],
        best=best.slug if best else None,
        score=best.score if best else 0.0,
        outcome=said.outcome.value,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    default = Path(__file__).parent.parent / "knowledge_base" / "packs" / "ministry"
    parser.add_argument("pack", nargs="?", type=Path, default=default)
    parser.add_argument("--cache", type=Path, help="folder of fitted engines")
    parser.add_argument("--no-encoder", action="store_true", help="leave the sentence encoder out")
    parser.add_argument("--worst", type=int, default=20, help="misses and confusions shown")
    given = parser.parse_args()
    pack = load_pack(given.pack)
    started = time.perf_counter()
    engine = Matcher.fit(pack, given.cache, encoder=not given.no_encoder)
    seconds = round(time.perf_counter() - started, 2)
    told = {"ready_seconds": seconds, **asdict(evaluate(engine, pack_questions(pack)))}
    for name in ("confusions", "misses"):
        told[name] = told[name][: given.worst]
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
