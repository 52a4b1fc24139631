"""The hint under the answer's field: how plain it is, which sentences are not, and what would be."""

from __future__ import annotations

from typing import Annotated, Any, assert_never

from fastapi import APIRouter, Form
from starlette.responses import JSONResponse, Response

from bot.console.desk import Visit
from bot.console.guard import Acting, who
from bot.domain.cleaning import clean
from bot.usecases.review_words import LONGEST, review_words
from knowledge_base.plain_language.result import Kind, Remark, Review, Sentence, quoted

router = APIRouter()

SHOWN = 3
"""Sentences at once: more would not be read."""
QUOTED = 90
"""Characters of a sentence that are repeated."""
EASY, HARD = 60, 30


@router.post("/live/plain")
async def plain(visit: Acting, text: Annotated[str, Form(max_length=40_000)] = "") -> Response:
    """``ease``: a sentence, empty when there is too little to judge; ``sentences``: those with remarks, in order."""
    text = clean(text, LONGEST)
    seen = await review_words(visit.desk.runtime, who(visit).id, text)
    costly = [one for one in seen.sentences if _of(seen, one)]
    return JSONResponse(
        {"ease": _ease(visit, seen), "sentences": [_sentence(visit, text, seen, one) for one in costly[:SHOWN]]}
    )


def _ease(visit: Visit, seen: Review) -> str:
    if seen.ease is None:
        return ""
    if seen.ease >= EASY:
        return visit.says("Easy to read: %d of 100") % seen.ease
    if seen.ease >= HARD:
        return visit.says("Could be easier to read: %d of 100") % seen.ease
    return visit.says("Hard to read: %d of 100") % seen.ease


def _of(seen: Review, sentence: Sentence) -> list[Remark]:
    end = sentence.start + sentence.length
    return [one for one in seen.remarks if sentence.start <= one.start < end]


def _sentence(visit: Visit, text: str, seen: Review, sentence: Sentence) -> dict[str, Any]:
    return {
        "text": quoted(text, sentence, QUOTED),
        "remarks": [_told(visit, text, one, sentence) for one in _of(seen, sentence)],
    }


def _told(visit: Visit, text: str, remark: Remark, sentence: Sentence) -> str:
    words = " ".join(text[remark.start : remark.start + remark.length].split())
    told = {"words": words, "plainer": remark.suggestion}
    match remark.kind:
        case Kind.LONG_SENTENCE | Kind.FIGURE:
            return visit.says("%d words: make it two sentences") % sentence.words
        case Kind.OFFICIALESE | Kind.VERBAL_NOUN:
            return visit.says("%(words)s → %(plainer)s") % told
        case Kind.PASSIVE:
            return (visit.says("%(words)s → say who does it: %(plainer)s") % told).rstrip(": ")
        case Kind.GENITIVES:
            return visit.says("%(words)s: too many nouns in a row") % told
        case Kind.ABBREVIATION:
            return visit.says("%(words)s: will the client know what it is?") % told
        case _:
            assert_never(remark.kind)
