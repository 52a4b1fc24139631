"""Journey maps: the list, and one drawn as a picture that can be printed. They are edited as what staff write by is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from babel.numbers import format_decimal
from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from bot.console.desk import Visit
from bot.console.guard import Seated, who
from bot.console.template_words import TemplateWords
from bot.console.templates import Slug
from bot.domain.cleaning import clean
from bot.domain.staff import Right
from bot.storage.journey_figures import Taken
from bot.usecases import read_journeys
from knowledge_base.schema_journeys import JourneyStep

router = APIRouter(default_response_class=HTMLResponse)

LINES = ("needs", "actions", "services", "touchpoints", "positives", "problems")
"""Parts of a step that are lists: one entry a line of the form."""
MOST_STEPS = 12
STEP_WIDTH, HEIGHT, LEVEL = 100, 90, 18
"""Of the line of feelings, in units of its own."""


@router.get("/journeys")
async def journeys(visit: Seated, bad: Annotated[str, Query(max_length=5)] = "") -> Response:
    """``bad``: what was asked for as the code of a new one is none."""
    found = await read_journeys.journeys(visit.desk.runtime, who(visit).id)
    editable = Right.EDIT in found.may
    return visit.page("journeys.html", found=found, words=TemplateWords(visit), editable=editable, bad=bad == "1")


@router.get("/journeys/{slug}")
async def one(visit: Seated, slug: Slug) -> Response:
    found = await read_journeys.journey_map(visit.desk.runtime, who(visit).id, slug)
    return visit.page(
        "journey.html",
        found=found,
        steps=found.journey.steps,
        parts=part_names(visit),
        feelings=feelings(visit),
        line=points(found.journey.steps),
        size=(STEP_WIDTH * len(found.journey.steps), HEIGHT),
        named=_named(visit),
        figures=lambda name: _figures(visit, found.taken.get(name)),
        words=TemplateWords(visit),
        editable=Right.EDIT in found.may,
    )


def points(steps: Sequence[JourneyStep]) -> list[tuple[int, int]]:
    """Where each step's feeling stands: the middle of its column, the higher the better."""
    return [(STEP_WIDTH * n + STEP_WIDTH // 2, HEIGHT // 2 - LEVEL * step.emotion) for n, step in enumerate(steps)]


def part_names(visit: Visit) -> Mapping[str, str]:
    says = visit.says
    return {
        "needs": says("What the client needs"),
        "actions": says("What he does"),
        "services": says("Services and answers"),
        "touchpoints": says("Where"),
        "positives": says("What is good"),
        "problems": says("Problems"),
    }


def feelings(visit: Visit) -> Mapping[int, str]:
    """Each with a sign that is told without colour."""
    says = visit.says
    return {
        2: says("▲▲ a joy"), 1: says("▲ well"), 0: says("● even"), -1: says("▼ hard"), -2: says("▼▼ very hard"),
    }  # fmt: skip


def _named(visit: Visit) -> Callable[[str, str], str]:
    pack = visit.desk.pack

    def named(part: str, name: str) -> str:
        if part == "services":
            found = pack.services.get(name) or pack.templates.get(name)
            return visit.localized(found.title) if found else name
        touchpoint = pack.touchpoints.get(name) if part == "touchpoints" else None
        return touchpoint.place if touchpoint else name

    return named


def _figures(visit: Visit, taken: Taken | None) -> list[str]:
    """What clients say of a service or an answer, in words."""
    if taken is None:
        return []
    told = []
    if taken.mean is not None:
        mean = format_decimal(round(taken.mean, 1), locale=visit.language)
        told.append(visit.says("%(mean)s of 5, %(count)s scores") % {"mean": mean, "count": taken.scores})
    if taken.told:
        told.append(visit.says("helped %(helped)s of %(told)s") % {"helped": taken.helped, "told": taken.told})
    return told


def typed_journey(sent: FormData, languages: Sequence[str]) -> dict[str, Any]:
    """The fields of the editor; a step without a title and without a word is none."""

    def text(name: str, most: int = 300) -> str:
        value = sent.get(name)
        return clean(value.replace("\r\n", "\n"), most).strip() if isinstance(value, str) else ""

    def lines(name: str) -> list[str]:
        return [line.strip() for line in text(name, 5000).splitlines() if line.strip()]

    titles = {language: text(f"title-{language}") for language in languages}
    item: dict[str, Any] = {"title": {language: title for language, title in titles.items() if title}}
    item |= {"owner": text("owner"), "situation": text("situation") or None, "segment": text("segment") or None}
    steps = []
    for place in range(MOST_STEPS):
        step: dict[str, Any] = {part: lines(f"step-{place}-{part}") for part in LINES}
        title = text(f"step-{place}-title")
        if title or any(step.values()):
            emotion = text(f"step-{place}-emotion")
            told = int(emotion) if emotion in ("-2", "-1", "0", "1", "2") else 0
            steps.append({"title": title, **step, "emotion": told})
    return item | {"steps": steps}


def shown_steps(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands in the fields, and two empty steps."""
    blank: dict[str, Any] = {"title": "", "emotion": 0, **dict.fromkeys(LINES, ())}
    return [{**blank, **step} for step in (*(item.get("steps") or ()), {}, {})][:MOST_STEPS]
