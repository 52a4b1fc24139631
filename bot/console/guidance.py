"""The list of what staff write by: canned answers, rules for untypical messages, scripts, rules for comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from bot.console.desk import Visit
from bot.console.guard import Seated, who
from bot.console.template_words import TemplateWords
from bot.domain.cleaning import clean
from bot.domain.reviews import Mark
from bot.domain.staff import Right
from bot.usecases import read_guidance

router = APIRouter(default_response_class=HTMLResponse)


def kind_names(visit: Visit) -> Mapping[str, str]:
    """The four kinds in words, in the order in which they are shown."""
    says = visit.says
    return {
        "untypical": says("Rules for untypical messages"),
        "canned": says("Canned answers"),
        "scripts": says("Telephone scripts"),
        "conduct": says("Rules for comments in public"),
    }


@router.get("/guidance")
async def guidance(
    visit: Seated,
    show: Annotated[str, Query(max_length=20)] = "",
    owner: Annotated[str, Query(max_length=100)] = "",
    bad: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """By kind, with owners and review dates. ``bad``: what was asked for as the code of a new one is none."""
    show = show if show in set(Mark) else ""
    found = await read_guidance.listing(visit.desk.runtime, who(visit).id, show, clean(owner), visit.language)
    return visit.page(
        "guidance.html",
        found=found,
        show=show,
        owner=owner,
        kind_name=kind_names(visit),
        words=TemplateWords(visit),
        editable=Right.EDIT in found.may,
        bad=bad == "1",
    )
