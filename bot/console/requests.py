"""Requests: the list, and one of them with its fields, its way so far and the next stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.doing import Action, Seen, Word
from bot.console.guard import Acting, Seated, who
from bot.console.inbox import Id, Trouble
from bot.console.labels import Labels
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, Conflict, NotDone
from bot.domain.desk_views import Page, RequestFilter
from bot.domain.errors import Forbidden
from bot.domain.staff import Right
from bot.usecases import read_desk
from bot.usecases.move_request import move_request

router = APIRouter(default_response_class=HTMLResponse)

SHOWN = 50
SHOWS = ("open", "late", "soon", "all")
SORTS = ("due", "new", "number")
Words = Annotated[str, Form(max_length=4000)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are shown, and how."""

    q: str = ""
    show: str = "open"
    service: str = ""
    sort: str = "due"
    page: int = 1

    @property
    def given(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.service or self.show != "open")

    @property
    def query(self) -> str:
        return urlencode({"q": self.q, "show": self.show, "service": self.service, "sort": self.sort})


def wanted(
    q: Annotated[str, Query(max_length=100)] = "",
    show: Annotated[str, Query(max_length=10)] = "open",
    service: Annotated[str, Query(max_length=100)] = "",
    sort: Annotated[str, Query(max_length=10)] = "due",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Wanted:
    """From the address; what makes no sense there is as if not given."""
    return Wanted(
        clean(q).strip(), show if show in SHOWS else SHOWS[0], clean(service), sort if sort in SORTS else SORTS[0], page
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form of the next stage held."""

    stage: str = ""
    reason: str = ""
    advice: str = ""


@router.get("/requests")
async def requests(visit: Seated, choice: Annotated[Wanted, Depends(wanted)]) -> Response:
    filter_ = RequestFilter(
        service=choice.service,
        open_only=choice.show != "all",
        late=choice.show == "late",
        soon=choice.show == "soon",
        search=choice.q,
        sort=choice.sort,
    )
    page = Page((choice.page - 1) * SHOWN, SHOWN)
    found = await read_desk.requests(visit.desk.runtime, who(visit).id, filter_, page)
    pages = -(-found.total // SHOWN)
    return visit.page("requests.html", found=found, choice=choice, pages=pages, labels=Labels(visit))


@router.get("/requests/{number}")
async def one(visit: Seated, number: Id) -> Response:
    return await _request(visit, number)


@router.post("/requests/{number}/move")
async def move(
    visit: Acting,
    number: Id,
    action: Action = "",
    seen: Seen = 0,
    stage: Word = "",
    reason: Words = "",
    advice: Words = "",
) -> Response:
    """Another stage, told to the client; or what stood in the way, beside what was written."""
    sent = Sent(clean(stage), clean(reason), clean(advice))
    form = desk_forms.Form(action, seen)
    try:
        await move_request(
            visit.desk.runtime, who(visit).id, number, sent.stage, form, reason=sent.reason, advice=sent.advice
        )
    except Conflict as conflict:
        changes = tuple(Labels(visit).changes(conflict.changes))
        return await _request(visit, number, sent, Trouble("", "", "conflict", changes, conflict.version), 409)
    except NotDone as refused:
        return await _request(visit, number, sent, Trouble(fault=Labels(visit).why(refused.why)), 422)
    except BadForm:
        return await _request(visit, number, sent, Trouble(fault=visit.says("Reload the page.")), 422)
    except Forbidden:
        told = visit.says("Your role does not allow that. An administrator can change it.")
        return await _request(visit, number, sent, Trouble(fault=told), 403)
    return RedirectResponse(f"{BASE}/requests/{number}", 303)


async def _request(
    visit: Visit, number: int, sent: Sent | None = None, trouble: Trouble | None = None, status: int = 200
) -> Response:
    card = await read_desk.request(visit.desk.runtime, who(visit).id, number)
    return visit.page(
        "request.html",
        status,
        card=card,
        labels=Labels(visit),
        Right=Right,
        sent=sent or Sent(),
        trouble=trouble or Trouble(),
        action=new_action(),
    )
