"""The register of touchpoints: units propose its rows, somebody else accepts them."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.doing import Action, Word, Words
from bot.console.guard import Acting, Seated, who
from bot.console.inbox import Id
from bot.console.touchpoint_words import TouchpointWords
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.staff import Right
from bot.domain.touchpoints import KINDS, Decided, Facts, Incomplete, NothingNew, OwnProposal, Taken, Wanted
from bot.usecases import decide_touchpoint, propose_touchpoint, read_touchpoints
from knowledge_base.schema import Need

router = APIRouter(default_response_class=HTMLResponse)

DID = ("proposed", "accepted", "returned")
Needs = Annotated[list[str], Form()]
_BLANK = Facts("", "", (), True, True, "", True)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form of a row held, and why it was not done."""

    facts: Facts
    reason: str = ""
    fault: str = ""


def wanted(
    q: Annotated[str, Query(max_length=200)] = "",
    process: Annotated[str, Query(max_length=400)] = "",
    need: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
) -> Wanted:
    """From the address; what makes no sense there shows everything."""
    return Wanted(clean(q).strip(), clean(process), need if need in set(Need) else "", kind if kind in KINDS else "")


Choice = Annotated[Wanted, Depends(wanted)]


def typed(
    process: Word = "",
    place: Word = "",
    need: Needs = [],  # noqa: B006
    digital: Word = "",
    main: Word = "",
    basis: Words = "",
    counted: Word = "",
    reason: Words = "",
) -> Sent:
    """The fields of a row."""
    needs = tuple(one for one in Need if one in need)
    facts = Facts(clean(process), clean(place), needs, digital == "1", main == "1", clean(basis), counted == "1")
    return Sent(facts, clean(reason))


Row = Annotated[Sent, Depends(typed)]


@router.get("/touchpoints")
async def touchpoints(visit: Seated, choice: Choice, did: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _register(visit, choice, did=did if did in DID else "")


@router.get("/touchpoints/table.csv")
async def table(visit: Seated, choice: Choice) -> Response:
    """The rows that are shown, as the order's table."""
    found = await read_touchpoints.register(visit.desk.runtime, who(visit).id, choice)
    headers = {"Content-Disposition": 'attachment; filename="touchpoints.csv"'}
    return Response(TouchpointWords(visit).table(found.rows).encode(), headers=headers, media_type="text/csv")


@router.get("/touchpoints/{number}")
async def one(visit: Seated, number: Id, did: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _card(visit, number, did=did if did in DID else "")


@router.post("/touchpoints")
async def propose(visit: Acting, row: Row, action: Action = "") -> Response:
    """A new row."""
    form = desk_forms.Form(clean(action))
    act = propose_touchpoint.propose_new(visit.desk.runtime, who(visit).id, row.facts, row.reason, form)
    fault, status = await _trouble(visit, act)
    if fault:
        return await _register(visit, Wanted(), status, sent=Sent(row.facts, row.reason, fault))
    return RedirectResponse(f"{BASE}/touchpoints?did=proposed", 303)


@router.post("/touchpoints/{number}")
async def change(visit: Acting, number: Id, row: Row, action: Action = "", removal: Word = "") -> Response:
    """Another wording of a row, or its removal."""
    form, facts = desk_forms.Form(clean(action)), None if removal else row.facts
    act = propose_touchpoint.propose_change(visit.desk.runtime, who(visit).id, number, facts, row.reason, form)
    fault, status = await _trouble(visit, act)
    if fault:
        return await _card(visit, number, status, sent=None if removal else row, fault=fault)
    return RedirectResponse(f"{BASE}/touchpoints/{number}?did=proposed", 303)


@router.post("/touchpoints/proposals/{number}/accept")
async def accept(visit: Acting, number: Id, action: Action = "") -> Response:
    act = decide_touchpoint.accept(visit.desk.runtime, who(visit).id, number, desk_forms.Form(clean(action)))
    return await _decided(visit, act, "accepted")


@router.post("/touchpoints/proposals/{number}/return")
async def give_back(visit: Acting, number: Id, action: Action = "", remark: Words = "") -> Response:
    form = desk_forms.Form(clean(action))
    act = decide_touchpoint.give_back(visit.desk.runtime, who(visit).id, number, clean(remark), form)
    return await _decided(visit, act, "returned")


async def _decided(visit: Visit, act: Awaitable[object], did: str) -> Response:
    fault, status = await _trouble(visit, act)
    if fault:
        return await _register(visit, Wanted(), status, fault=fault)
    return RedirectResponse(f"{BASE}/touchpoints?did={did}", 303)


async def _trouble(visit: Visit, act: Awaitable[object]) -> tuple[str, int]:
    """Why something was not done, empty when it was."""
    says = visit.says
    try:
        await act
    except Incomplete:
        return says("Name the process, the touchpoint and at least one need, each in up to 200 characters."), 422
    except Taken:
        return says("This process has this touchpoint already, or it is proposed: add the needs to that row."), 409
    except NothingNew:
        return says("That is what the register says already."), 422
    except OwnProposal:
        return says("You have proposed this: somebody else has to accept it."), 403
    except (Decided, NotThere):
        return says("Meanwhile it was decided, or another proposal about it waits: see how it stands now."), 409
    except ReasonMissing:
        return says("Write why it is returned: whoever proposed it reads that."), 422
    except BadForm:
        return says("Reload the page."), 422
    except Forbidden:
        return says("Your role does not allow that. An administrator can change it."), 403
    return "", 200


async def _register(
    visit: Visit, choice: Wanted, status: int = 200, *, sent: Sent | None = None, fault: str = "", did: str = ""
) -> Response:
    found = await read_touchpoints.register(visit.desk.runtime, who(visit).id, choice)
    return visit.page(
        "touchpoints.html",
        status,
        found=found,
        choice=choice,
        sent=sent or Sent(_BLANK),
        fault=fault,
        did=did,
        **_shared(visit, found.processes),
    )


async def _card(
    visit: Visit, number: int, status: int = 200, *, sent: Sent | None = None, fault: str = "", did: str = ""
) -> Response:
    card = await read_touchpoints.card(visit.desk.runtime, who(visit).id, number)
    waits = card.point.waiting
    return visit.page(
        "touchpoint.html",
        status,
        card=card,
        open=card.history[0] if waits else None,
        sent=sent or Sent(card.point.facts),
        fault=fault,
        did=did,
        editable=Right.PROPOSE in card.may and not waits and card.point.ended_at is None,
        **_shared(visit, ()),
    )


def _shared(visit: Visit, processes: Sequence[str]) -> dict[str, object]:
    return {"words": TouchpointWords(visit), "processes": processes, "Right": Right, "action": new_action}
