"""What the editor shows while a template is written: its previews, questions nearer to another one, and what a
question would get. Nothing here is kept, and no client is concerned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, Response

from bot.console.doing import Word
from bot.console.drafting import typed_in, with_stored
from bot.console.guard import Acting, who
from bot.console.labels import Labels
from bot.console.template_words import TemplateWords
from bot.console.templates import Slug
from bot.console.trial_words import TrialWords
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm
from bot.domain.profile import Profile
from bot.usecases import preview_template, review_samples, try_question

router = APIRouter(default_response_class=HTMLResponse)

Question = Annotated[str, Form(max_length=2000)]
NEARER = 5
"""Questions that are shown at once, the surest first."""
HEAVIEST = 6
"""Words of a question that are shown with what they weigh."""


@router.post("/templates/{slug}/preview")
async def preview(visit: Acting, slug: Slug, language: Word = "", reader: Word = "") -> Response:
    """What stands in the fields, as clients of each channel will read it; ``reader``: ``segment:situation``."""
    sent = typed_in(await visit.request.form(), visit.desk.pack.agency.languages)
    item = await with_stored(visit, slug, sent)
    segment, _, situation = clean(reader).partition(":")
    told = Profile(segment, situation)
    try:
        shown = await preview_template.preview_template(
            visit.desk.runtime, who(visit).id, slug, item, clean(language), told
        )
    except BadForm:
        return HTMLResponse(visit.html("_told.html", told=visit.says("The text is too long. Shorten it.")), 422)
    return visit.page(
        "_preview.html", shown=shown, words=TrialWords(visit), labels=Labels(visit), spoken_in=clean(language)
    )


@router.post("/templates/{slug}/samples")
async def samples(visit: Acting, slug: Slug) -> Response:
    """Questions of the fields that are nearer to another template."""
    sent = typed_in(await visit.request.form(), visit.desk.pack.agency.languages)
    asked = [one for found in sent["samples"].values() for one in found]
    nearer = await review_samples.review_samples(visit.desk.runtime, who(visit).id, slug, asked)
    return visit.page("_nearer.html", nearer=nearer, words=TrialWords(visit), most=NEARER)


@router.post("/live/try")
async def try_it(visit: Acting, question: Question = "", scope: Word = "", wait: Word = "") -> Response:
    """``scope``: the template whose draft counts, empty for every open one."""
    asked, chosen = clean(question).strip(), clean(scope)
    if not asked:
        return HTMLResponse(visit.html("_told.html", told=visit.says("Write a question.")), 422)
    tried = await try_question.try_question(
        visit.desk.runtime, who(visit).id, asked, [chosen] if chosen else None, wait=bool(wait)
    )
    words, faults = TrialWords(visit), TemplateWords(visit)
    return visit.page("_tried.html", tried=tried, words=words, faults=faults, most=HEAVIEST)
