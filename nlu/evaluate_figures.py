"""What the answers to test questions come to: shares, calibration, confusions. Pure counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.evaluate_data import OUT_OF_SCOPE, Question
from nlu.understanding import Outcome, Understanding

SURE = frozenset({Outcome.ANSWER, Outcome.SERVICE, Outcome.COMMAND, Outcome.SMALLTALK})
BINS = 10
NOWHERE = 99

Asked = tuple[Question, Understanding]


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares are of the questions that have an answer, but ``accuracy``, ``rejected`` and ``out_of_scope_answered``."""

    questions: int
    """With an answer."""
    out_of_scope: int
    accuracy: float
    """Of all questions, one class each; what is rejected is of the class out of scope, if the data has such."""
    macro_f1: float
    """Mean of the F1 of every class, as many questions as it may have."""
    first: float
    """Best candidate right, whether or not it was sure enough to be answered."""
    within_three: float
    answered_right: float
    asked_back: float
    unknown: float
    wrong_given: float
    """Answered, and wrongly."""
    rejected: float
    """Of those out of scope: said to be unknown."""
    out_of_scope_answered: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Best candidates whose score lies in one tenth of the range."""

    low: float
    high: float
    count: int
    score: float
    """Mean score, 0 where there is none."""
    right: float
    """Share of them that were right."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score of 0.8 is right eight times in ten (Guo et al., 2017)."""

    error: float
    """Expected calibration error: mean distance of ``score`` and ``right``, weighted by ``count``."""
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose best candidate is not the right one, or that is out of scope and was not rejected."""

    text: str
    expected: str | None
    best: str | None
    score: float
    outcome: str


def shares(asked: Sequence[Asked]) -> Shares:
    inside = [(question.intent, said) for question, said in asked if question.intent is not None]
    outside = [said for question, said in asked if question.intent is None]
    ranks = [_rank(said, expected) for expected, said in inside]
    sure = [(expected, said) for expected, said in inside if said.outcome in SURE]
    pairs = [(question.intent or OUT_OF_SCOPE, _class(said, rejects=bool(outside))) for question, said in asked]
    return Shares(
        questions=len(inside),
        out_of_scope=len(outside),
        accuracy=_share(sum(expected == taken for expected, taken in pairs), len(pairs)),
        macro_f1=_macro_f1(pairs),
        first=_share(sum(rank == 0 for rank in ranks), len(inside)),
        within_three=_share(sum(rank < 3 for rank in ranks), len(inside)),
        answered_right=_share(sum(said.slug == expected for expected, said in sure), len(inside)),
        asked_back=_share(sum(said.outcome is Outcome.CLARIFY for _, said in inside), len(inside)),
        unknown=_share(sum(said.outcome is Outcome.UNKNOWN for _, said in inside), len(inside)),
        wrong_given=_share(sum(said.slug != expected for expected, said in sure), len(inside)),
        rejected=_share(sum(said.outcome is Outcome.UNKNOWN for said in outside), len(outside)),
        out_of_scope_answered=_share(sum(said.outcome in SURE for said in outside), len(outside)),
    )


def by_style(asked: Sequence[Asked]) -> dict[str, Shares]:
    """The shares of every style; empty when the data tells of none."""
    groups: dict[str, list[Asked]] = defaultdict(list)
    for question, said in asked:
        if question.style:
            groups[question.style].append((question, said))
    return {style: shares(group) for style, group in sorted(groups.items())}


def calibration(asked: Sequence[Asked]) -> Calibration:
    """Of the best candidates of all questions; out of scope, none of them is right."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for question, said in asked:
        if said.candidates:
            best = said.candidates[0]
            bins[min(int(best.score * BINS), BINS - 1)].append((best.score, best.slug == question.intent))
    count = sum(map(len, bins))
    told = tuple(_bin(number, held) for number, held in enumerate(bins))
    error = sum(abs(one.score - one.right) * one.count for one in told) / count if count else 0.0
    return Calibration(round(error, 4), told)


def misses(asked: Sequence[Asked]) -> tuple[Miss, ...]:
    return tuple(_miss(question, said) for question, said in asked if _missed(question, said))


def confusions(missed: Sequence[Miss]) -> tuple[tuple[str, str, int], ...]:
    """Expected, taken for, how often: most frequent first."""
    pairs = Counter((miss.expected or OUT_OF_SCOPE, miss.best or "nothing") for miss in missed)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return tuple((expected, best, count) for (expected, best), count in ranked)


def _bin(number: int, held: list[tuple[float, bool]]) -> Bin:
    size = max(len(held), 1)
    return Bin(
        low=number / BINS,
        high=(number + 1) / BINS,
        count=len(held),
        score=round(sum(score for score, _ in held) / size, 4),
        right=round(sum(right for _, right in held) / size, 4),
    )


def _class(said: Understanding, *, rejects: bool) -> str:
    if not said.candidates or (rejects and said.outcome is Outcome.UNKNOWN):
        return OUT_OF_SCOPE
    return said.candidates[0].slug


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    expected, taken = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    right = Counter(one for one, other in pairs if one == other)
    scores = [2 * right[name] / (expected[name] + taken[name]) for name in expected]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _rank(said: Understanding, expected: str | None) -> int:
    """Place of the expected slug among the candidates, from 0."""
    slugs = [candidate.slug for candidate in said.candidates]
    return slugs.index(expected) if expected in slugs else NOWHERE


def _missed(question: Question, said: Understanding) -> bool:
    if question.intent is None:
        return said.outcome is not Outcome.UNKNOWN
    return _rank(said, question.intent) != 0


def _miss(question: Question, said: Understanding) -> Miss:
    best = said.candidates[0] if said.candidates else None
    return Miss(
        text=question.text,
        expected=question.intent,
        best=best.slug if best else None,
        score=best.score if best else 0.0,
        outcome=said.outcome.value,
    )
