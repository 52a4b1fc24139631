"""Templates: the list, the editor of one with its draft, its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.differences import Change, differences
from bot.console.guard import Seated, who
from bot.console.labels import Labels
from bot.console.replay_words import ReplayWords
from bot.console.template_words import TemplateWords
from bot.console.variants import rows_of, shown_variants
from bot.domain.cleaning import clean
from bot.domain.drafts import OPEN, SLUG, DraftConflict
from bot.domain.reviews import Mark
from bot.domain.staff import Right
from bot.storage.release_history import Version
from bot.usecases import list_templates, read_replay, read_templates
from bot.usecases.list_templates import Wanted
from knowledge_base.faults import Fault

router = APIRouter(default_response_class=HTMLResponse)

Slug = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
SHOWS = (*(state.value for state in OPEN), *(mark.value for mark in Mark))
DID = ("saved", "deletion", "submitted", "approved", "returned", "dropped")
SHOWN = 100
"""Templates on one page."""
MOST_BUTTONS = 8
_EMPTY: Mapping[str, Any] = {
    **{name: {} for name in ("title", "short", "more", "samples")},
    **dict.fromkeys(("topic", "owner", "review_by", "situation"), ""),
    "sensitive": False,
    "unmet": False,
    "public": True,
    "withdrawn": False,
    "files": (),
    "buttons": (),
    "variants": (),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not done, beside what was typed into it."""

    fault: str = ""
    faults: tuple[Fault, ...] = ()
    conflict: DraftConflict | None = None
    theirs: tuple[Change, ...] = ()
    """What stands there now against what was typed."""


def wanted(
    q: Annotated[str, Query(max_length=200)] = "",
    topic: Annotated[str, Query(max_length=100)] = "",
    show: Annotated[str, Query(max_length=20)] = "",
    owner: Annotated[str, Query(max_length=100)] = "",
    sort: Annotated[str, Query(max_length=20)] = "",
    situation: Annotated[str, Query(max_length=100)] = "",
    segment: Annotated[str, Query(max_length=100)] = "",
    language: Annotated[str, Query(max_length=10)] = "",
) -> Wanted:
    """From the address; what makes no sense there shows everything."""
    shown = show if show in SHOWS else ""
    whose = (clean(situation), clean(segment), clean(language))
    return Wanted(clean(q).strip(), clean(topic), shown, clean(owner), sort == "date", *whose)


@router.get("/templates")
async def templates(
    visit: Seated,
    choice: Annotated[Wanted, Depends(wanted)],
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    bad: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """``bad``: what was asked for as the code of a new one is none."""
    found = await list_templates.list_templates(visit.desk.runtime, who(visit).id, choice)
    rows = found.rows[(page - 1) * SHOWN : page * SHOWN]
    pages = -(-len(found.rows) // SHOWN)
    return visit.page(
        "templates.html",
        found=found,
        rows=rows,
        choice=choice,
        page=page,
        pages=pages,
        words=TemplateWords(visit),
        bad=bad == "1",
        editable=Right.EDIT in found.may,
    )


@router.get("/templates/{slug}")
async def one(
    visit: Seated,
    slug: Slug,
    did: Annotated[str, Query(max_length=20)] = "",
    new: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    return await editor(visit, slug, did=did if did in DID else "", new=new == "1")


@router.get("/new-template")
async def begin(visit: Seated, slug: Annotated[str, Query(max_length=100)] = "") -> Response:
    """An empty page of the editor; where there is such a template already, that one."""
    fits = SLUG.fullmatch(slug) is not None and len(slug) <= 40
    return RedirectResponse(f"{BASE}/templates/{slug}?new=1" if fits else f"{BASE}/templates?bad=1#begin", 303)


@router.get("/templates/{slug}/history")
async def history(
    visit: Seated,
    slug: Slug,
    a: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    b: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    """Every version that clients have got; ``a`` and ``b``: numbers of two to compare, by default the last two."""
    versions, names = await read_templates.history(visit.desk.runtime, who(visit).id, slug)
    newer = _version(versions, b, 0)
    older = _version(versions, a, min(1, len(versions) - 1))
    changes = differences(json.loads(older.body), json.loads(newer.body))
    return visit.page(
        "template_history.html",
        slug=slug,
        title=TemplateWords(visit).title(json.loads(versions[0].body).get("title") or {}, slug),
        versions=versions,
        names=names,
        older=older,
        newer=newer,
        changes=changes,
        words=TemplateWords(visit),
    )


def _version(versions: Any, number: int, place: int) -> Version:
    found: Version = next((one for one in versions if one.id == number), versions[place])
    return found


async def editor(
    visit: Visit,
    slug: str,
    status: int = 200,
    *,
    typed: Mapping[str, Any] | None = None,
    remark: str = "",
    trouble: Trouble | None = None,
    did: str = "",
    new: bool = False,
) -> Response:
    """The page of one template; ``typed``: what stood in the fields when something came in the way."""
    new = new or typed is not None
    card = await read_templates.card(visit.desk.runtime, who(visit).id, slug, new=new)
    replayed = await read_replay.of_draft(visit.desk.runtime, who(visit).id, card.draft.id) if card.draft else None
    trouble = trouble or Trouble()
    item = {**_EMPTY, **card.item, **(typed or {})}
    return visit.page(
        "template.html",
        status,
        card=card,
        item=item,
        values=lambda name, language: _text(item, name, language),
        seen=trouble.conflict.step if trouble.conflict else card.draft.step if card.draft else 0,
        base_version=(trouble.conflict.base if trouble.conflict else card.live.id if card.live else None) or 0,
        changes=differences(card.live_item, card.item) if card.draft and card.live and not card.draft.deletes else (),
        trouble=trouble,
        remark=remark,
        replayed=replayed,
        told=ReplayWords(visit),
        did=did,
        words=TemplateWords(visit),
        spoken=visit.desk.pack.agency.languages,
        Right=Right,
        editable=Right.EDIT in card.may,
        labels=Labels(visit),
        channels=list(visit.desk.runtime.limits),
        action=new_action,
        buttons=rows_of(item["buttons"], 2, MOST_BUTTONS),
        variants=shown_variants(item),
    )


def _text(item: Mapping[str, Any], name: str, language: str) -> str:
    """What stands in a field of the editor: samples one a line."""
    texts = item.get(name)
    found = texts.get(language) if isinstance(texts, Mapping) else None
    if isinstance(found, list | tuple):
        return "\n".join(map(str, found))
    return str(found or "")
