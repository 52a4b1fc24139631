"""The editor of what staff write by: a draft, read by a second person, released like a template."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.differences import differences
from bot.console.doing import Action, Number, Seen, Words
from bot.console.drafting import attempt
from bot.console.guard import Acting, Seated, who
from bot.console.guidance import kind_names
from bot.console.journeys import feelings, part_names, shown_steps, typed_journey
from bot.console.template_words import TemplateWords
from bot.console.templates import DID, Slug, Trouble
from bot.domain.cleaning import clean
from bot.domain.drafts import SLUG
from bot.domain.staff import Right
from bot.usecases import read_guidance, review_draft, write_draft
from bot.usecases.read_journeys import JOURNEYS
from knowledge_base.schema import GUIDANCE

router = APIRouter(default_response_class=HTMLResponse)

WRITTEN = (*GUIDANCE, JOURNEYS)
Kind = Annotated[str, Path(pattern=rf"^({'|'.join(WRITTEN)})$")]
MOST = {"title": 200, "text": 5000, "say": 2000}
_EMPTY: Mapping[str, Any] = {
    "title": {},
    "text": {},
    "say": {},
    "phrases": (),
    "topics": (),
    "owner": "",
    "review_by": "",
}


@router.get("/new-guidance")
async def begin(
    visit: Seated, kind: Annotated[str, Query(max_length=20)] = "", slug: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """An empty page of the editor; where there is such a one already, that one."""
    fits = kind in WRITTEN and SLUG.fullmatch(slug) is not None and len(slug) <= 40
    listed = "journeys" if kind == JOURNEYS else "guidance"
    return RedirectResponse(f"{BASE}/guidance/{kind}/{slug}?new=1" if fits else f"{BASE}/{listed}?bad=1#begin", 303)


@router.get("/guidance/{kind}/{slug}")
async def one(
    visit: Seated,
    kind: Kind,
    slug: Slug,
    did: Annotated[str, Query(max_length=20)] = "",
    new: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    return await _editor(visit, kind, slug, did=did if did in DID else "", new=new == "1")


@router.post("/guidance/{kind}/{slug}/save")
async def save(
    visit: Acting, kind: Kind, slug: Slug, action: Action = "", seen: Seen = 0, base: Number = 0
) -> Response:
    """Another text of the draft."""
    sent, languages = await visit.request.form(), visit.desk.pack.agency.languages
    item = typed_journey(sent, languages) if kind == JOURNEYS else _typed(sent, kind, languages)
    form = desk_forms.Form(clean(action), seen)
    act = write_draft.write_draft(visit.desk.runtime, who(visit).id, slug, item, form, base or None, kind)
    return await _did(visit, kind, slug, act, "saved", item)


@router.post("/guidance/{kind}/{slug}/submit")
async def submit(
    visit: Acting, kind: Kind, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0
) -> Response:
    act = review_draft.submit(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, kind, slug, act, "submitted")


@router.post("/guidance/{kind}/{slug}/approve")
async def approve(
    visit: Acting, kind: Kind, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0
) -> Response:
    act = review_draft.approve(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, kind, slug, act, "approved")


@router.post("/guidance/{kind}/{slug}/return")
async def send_back(
    visit: Acting, kind: Kind, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0, remark: Words = ""
) -> Response:
    form, remark = desk_forms.Form(clean(action), seen), clean(remark)
    act = review_draft.send_back(visit.desk.runtime, who(visit).id, draft, remark, form)
    return await _did(visit, kind, slug, act, "returned")


@router.post("/guidance/{kind}/{slug}/drop")
async def drop(
    visit: Acting, kind: Kind, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0
) -> Response:
    act = review_draft.drop(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, kind, slug, act, "dropped")


async def _did(
    visit: Visit, kind: str, slug: str, act: Awaitable[object], did: str, typed: Mapping[str, Any] | None = None
) -> Response:
    met = await attempt(visit, act, typed)
    if met is not None:
        return await _editor(visit, kind, slug, met[0], typed=typed, trouble=met[1])
    gone = "&new=1" if did == "dropped" else ""
    return RedirectResponse(f"{BASE}/guidance/{kind}/{slug}?did={did}{gone}", 303)


def _typed(sent: FormData, kind: str, languages: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the editor, those that this kind has."""

    def text(name: str, most: int = 500) -> str:
        value = sent.get(name)
        return clean(value.replace("\r\n", "\n"), most).strip() if isinstance(value, str) else ""

    def localized(name: str) -> dict[str, str]:
        texts = {language: text(f"{name}-{language}", MOST[name]) for language in languages}
        return {language: value for language, value in texts.items() if value}

    topics = [clean(value, 100) for value in sent.getlist("topics") if isinstance(value, str)]
    item: dict[str, Any] = {"title": localized("title"), "text": localized("text"), "topics": topics}
    item |= {name: text(name) for name in ("owner", "review_by")}
    if kind == "untypical":
        phrases = [line.strip() for line in text("phrases", 5000).splitlines()]
        item |= {"say": localized("say") or None, "phrases": [line for line in phrases if line]}
    if kind == "conduct":
        item["hides"] = bool(text("hides"))
    return item


async def _editor(
    visit: Visit,
    kind: str,
    slug: str,
    status: int = 200,
    *,
    typed: Mapping[str, Any] | None = None,
    trouble: Trouble | None = None,
    did: str = "",
    new: bool = False,
) -> Response:
    """``typed``: what stood in the fields when something came in the way."""
    card = await read_guidance.card(visit.desk.runtime, who(visit).id, kind, slug, new=new or typed is not None)
    trouble = trouble or Trouble()
    item = {**_EMPTY, **card.item, **(typed or {})}
    return visit.page(
        "journey_editor.html" if kind == JOURNEYS else "guide.html",
        status,
        card=card,
        item=item,
        steps=shown_steps(item),
        parts=part_names(visit),
        feelings=feelings(visit),
        seen=trouble.conflict.step if trouble.conflict else card.draft.step if card.draft else 0,
        base_version=(trouble.conflict.base if trouble.conflict else card.live.id if card.live else None) or 0,
        changes=differences(card.live_item, card.item) if card.draft and card.live else (),
        trouble=trouble,
        did=did,
        words=TemplateWords(visit),
        kind_name=kind_names(visit),
        spoken=visit.desk.pack.agency.languages,
        Right=Right,
        editable=Right.EDIT in card.may,
        action=new_action,
    )
