"""Gaps: what people ask and get no good answer to; drafts out of what staff said."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit
from bot.console.doing import Action, Number, Word
from bot.console.gap_words import GapWords
from bot.console.guard import Acting, Seated, who
from bot.console.inbox import Id
from bot.console.template_words import TemplateWords
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm
from bot.domain.drafts import ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.gaps import State
from bot.domain.staff import Right
from bot.usecases import handle_gap, read_gaps

router = APIRouter(default_response_class=HTMLResponse)

SHOWN = 30
DID = ("dismissed", "back", "moved")
Questions = Annotated[list[int], Form()]
Reason = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the fields when something came in the way."""

    fault: str = ""
    reason: str = ""
    code: str = ""


@router.get("/gaps")
async def gaps(
    visit: Seated,
    show: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    did: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    state = State(show) if show in set(State) else State.OPEN
    found = await read_gaps.listing(visit.desk.runtime, who(visit).id, state, SHOWN, (page - 1) * SHOWN)
    return visit.page(
        "gaps.html",
        found=found,
        state=state,
        states=list(State),
        page=page,
        pages=-(-found.total // SHOWN),
        did=did if did in DID else "",
        words=GapWords(visit),
        templates=TemplateWords(visit),
    )


@router.get("/gaps/{address}")
async def gap(visit: Seated, address: Id, did: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(visit, address, did=did if did in DID else "")


@router.post("/gaps/{address}/draft")
async def draft(
    visit: Acting, address: Id, action: Action = "", code: Word = "", known: Word = "", question: Number = 0
) -> Response:
    """``code``: of a new template; ``known``: of one that is there. The draft opens in the editor."""
    slug = clean(known).strip() or clean(code).strip().lower()
    form = desk_forms.Form(clean(action))
    act = handle_gap.draft_from_gap(visit.desk.runtime, who(visit).id, address, question, slug, form)
    return await _did(visit, address, act, f"{BASE}/templates/{slug}", Typed(code=slug))


@router.post("/gaps/{address}/dismiss")
async def dismiss(visit: Acting, address: Id, action: Action = "", reason: Reason = "") -> Response:
    form, reason = desk_forms.Form(clean(action)), clean(reason)
    act = handle_gap.dismiss_gap(visit.desk.runtime, who(visit).id, address, reason, form)
    return await _did(visit, address, act, f"{BASE}/gaps?did=dismissed", Typed(reason=reason))


@router.post("/gaps/{address}/back")
async def back(visit: Acting, address: Id, action: Action = "") -> Response:
    act = handle_gap.bring_gap_back(visit.desk.runtime, who(visit).id, address, desk_forms.Form(clean(action)))
    return await _did(visit, address, act, f"{BASE}/gaps/{address}?did=back", Typed())


@router.post("/gaps/{address}/move")
async def move(
    visit: Acting,
    address: Id,
    action: Action = "",
    question: Questions = [],  # noqa: B006
    target: Number = 0,
) -> Response:
    """Chosen questions to another gap or to one of their own; none chosen: all of them to another."""
    form = desk_forms.Form(clean(action))
    act = handle_gap.move_questions(visit.desk.runtime, who(visit).id, address, question, target, form)
    to = f"{BASE}/gaps/{address if question else target}?did=moved"
    return await _did(visit, address, act, to, Typed())


async def _did(visit: Visit, number: int, act: Awaitable[object], to: str, typed: Typed) -> Response:
    """On to where it leads, or what stood in the way, beside what was typed."""
    says = visit.says
    try:
        await act
    except ReasonMissing:
        status, fault = 422, says("Write why: colleagues read it here later.")
    except BadForm:
        status, fault = 422, says("Nothing was chosen, the code is none, or the page is too old. Look and try again.")
    except Forbidden:
        status, fault = 403, says("Your role does not allow that. An administrator can change it.")
    else:
        return RedirectResponse(to, 303)
    return await _page(visit, number, status, typed=Typed(fault, typed.reason, typed.code))


async def _page(visit: Visit, number: int, status: int = 200, *, typed: Typed | None = None, did: str = "") -> Response:
    card = await read_gaps.card(visit.desk.runtime, who(visit).id, number)
    typed = typed or Typed()
    return visit.page(
        "gap.html",
        status,
        card=card,
        typed=typed,
        code=typed.code or card.code,
        did=did,
        words=GapWords(visit),
        templates=TemplateWords(visit),
        editable=Right.EDIT in card.may,
        State=State,
        answers=[one for one in card.asked if one.staff_answer],
    )
