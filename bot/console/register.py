"""Pages for administrators: the staff register and the audit log."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console.assets import BASE
from bot.console.audit_words import in_words
from bot.console.desk import Visit
from bot.console.guard import Acting, Seated, who
from bot.domain.cleaning import clean
from bot.domain.errors import OtklikError
from bot.domain.sign_in import LINK_LIFE, ROLES, LastAdministrator
from bot.usecases import manage_staff
from bot.usecases.manage_staff import BadMember, NewMember
from bot.usecases.read_audit import read_audit

router = APIRouter(default_response_class=HTMLResponse)

Id = Annotated[int, Path(ge=1, lt=2**63)]
Word = Annotated[str, Form(max_length=200)]
SORTS = ("name", "team", "seen")
Search = Annotated[str, Query(max_length=200)]


class NoSuchPerson(OtklikError):
    """Nobody has this number."""


@router.get("/staff")
async def staff(visit: Seated, q: Search = "", team: Search = "", sort: Search = "name") -> Response:
    return await _register(visit, q=q, team=clean(team), sort=sort if sort in SORTS else SORTS[0])


@router.post("/staff")
async def staff_add(
    visit: Acting, name: Word = "", login: Word = "", team: Word = "", role: Word = "", telegram: Word = ""
) -> Response:
    """Register a person and make the link that lets him in."""
    new = NewMember(clean(name), clean(login), clean(team), clean(role), clean(telegram))
    try:
        added = await manage_staff.add(visit.desk.runtime, who(visit), new)
    except BadMember as fault:
        return await _register(visit, 422, fault=fault.field, new=new)
    return await _with_link(visit, added)


@router.post("/staff/{staff_id}")
async def staff_change(
    visit: Acting, staff_id: Id, team: Word = "", role: Word = "", active: Annotated[bool, Form()] = False
) -> Response:
    """Another team, another role, out, or back in."""
    try:
        changed = await manage_staff.change(
            visit.desk.runtime, who(visit), staff_id, team=clean(team), role=clean(role), active=active
        )
    except BadMember as fault:
        return await _register(visit, 422, fault=fault.field)
    except LastAdministrator:
        return await _register(visit, 409, fault="last")
    if not changed:
        raise NoSuchPerson
    return RedirectResponse(f"{BASE}/staff", 303)


@router.post("/staff/{staff_id}/link")
async def staff_link(visit: Acting, staff_id: Id) -> Response:
    """A one-time link, shown once: the page that shows it can't be loaded again."""
    return await _with_link(visit, staff_id)


@router.get("/audit")
async def audit(
    visit: Seated,
    by: Search = "",
    verb: Search = "",
    what: Search = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    by, verb, what = clean(by), clean(verb), clean(what)
    found = await read_audit(visit.desk.runtime, who(visit), by=by, verb=verb, what=what, before=before)
    return visit.page(
        "audit.html", found=found, by=by, verb=verb, what=what, first=before is None, in_words=partial(in_words, visit)
    )


async def _with_link(visit: Visit, staff_id: int) -> Response:
    token = await manage_staff.link(visit.desk.runtime, who(visit), staff_id)
    if token is None:
        raise NoSuchPerson
    address = visit.desk.address(visit.request, f"/link?t={token}")
    return await _register(visit, link=address, linked=staff_id)


async def _register(
    visit: Visit,
    status: int = 200,
    *,
    q: str = "",
    team: str = "",
    sort: str = SORTS[0],
    fault: str = "",
    new: NewMember | None = None,
    link: str = "",
    linked: int = 0,
) -> Response:
    q = clean(q)
    return visit.page(
        "staff.html",
        status,
        members=await manage_staff.members(visit.desk.runtime, who(visit), q, team, sort),
        q=q,
        team=team,
        sort=sort,
        fault=fault,
        new=new or NewMember("", "", visit.desk.pack.agency.default_team, ROLES[0], ""),
        link=link,
        linked=linked,
        minutes=int(LINK_LIFE.total_seconds() // 60),
        roles=ROLES,
    )
