"""What a person does from the inbox: each form once, never on an old view, and its text never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.guard import Acting, wants_json, who
from bot.console.inbox import Id, Trouble, Wanted, conversation_page
from bot.console.labels import Labels
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, Conflict, NotDone
from bot.domain.errors import Forbidden
from bot.usecases.answer_client import answer_client
from bot.usecases.ask_body import ask_body, body_answered
from bot.usecases.claim_case import claim_case
from bot.usecases.close_case import close_case
from bot.usecases.hand_on import hand_on
from bot.usecases.reopen_case import reopen_case
from bot.usecases.write_note import write_note

router = APIRouter(default_response_class=HTMLResponse)

MOST_TEXT = 20_000
Action = Annotated[str, Form(max_length=100)]
Seen = Annotated[int, Form(ge=0, lt=2**63)]
Number = Annotated[int, Form(ge=0, lt=2**63)]
Text = Annotated[str, Form(max_length=2 * MOST_TEXT)]
Word = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=4000)]


@router.post("/inbox/{address}/say")
async def say(
    visit: Acting, address: Id, action: Action = "", seen: Seen = 0, text: Text = "", kind: Word = "answer"
) -> Response:
    """An answer, a question back, or a note for colleagues."""
    runtime, actor, form = visit.desk.runtime, who(visit).id, desk_forms.Form(action, seen)
    text = clean(text, MOST_TEXT)
    if kind == "note":
        act = write_note(runtime, actor, address, text, form)
    else:
        act = answer_client(runtime, actor, address, text, form, asks=kind == "ask")
    return await _did(visit, address, act, Trouble(text, kind if kind in ("note", "ask") else "answer"))


@router.post("/inbox/{address}/claim")
async def claim(visit: Acting, address: Id, action: Action = "", seen: Seen = 0, case: Number = 0) -> Response:
    form = desk_forms.Form(action, seen)
    return await _did(visit, address, claim_case(visit.desk.runtime, who(visit).id, case, form))


@router.post("/inbox/{address}/close")
async def close(
    visit: Acting,
    address: Id,
    action: Action = "",
    seen: Seen = 0,
    case: Number = 0,
    score: Annotated[bool, Form()] = False,
) -> Response:
    form = desk_forms.Form(action, seen)
    act = close_case(visit.desk.runtime, who(visit).id, case, form, ask_score=score)
    return await _did(visit, address, act)


@router.post("/inbox/{address}/reopen")
async def reopen(visit: Acting, address: Id, action: Action = "", seen: Seen = 0, case: Number = 0) -> Response:
    form = desk_forms.Form(action, seen)
    return await _did(visit, address, reopen_case(visit.desk.runtime, who(visit).id, case, form))


@router.post("/inbox/{address}/hand-on")
async def hand(
    visit: Acting, address: Id, action: Action = "", seen: Seen = 0, case: Number = 0, to: Word = ""
) -> Response:
    """``to``: ``team:<slug>`` or ``person:<number>``."""
    kind, _, name = clean(to).partition(":")
    person = int(name) if kind == "person" and name.isascii() and name.isdecimal() and len(name) < 18 else None
    form = desk_forms.Form(action, seen)
    act = hand_on(visit.desk.runtime, who(visit).id, case, form, team=name if person is None else "", person=person)
    return await _did(visit, address, act)


@router.post("/inbox/{address}/ask-body")
async def ask_another(
    visit: Acting,
    address: Id,
    action: Action = "",
    seen: Seen = 0,
    case: Number = 0,
    body: Word = "",
    until: Word = "",
    question: Words = "",
) -> Response:
    """``body``: its name as people read it; ``until``: a day, as ``2026-12-18``."""
    form, day = desk_forms.Form(action, seen), _day(clean(until))
    if day is None:
        return await _not_done(visit, address, Trouble(fault=Labels(visit).why("staff.body_date")), 422)
    name = Labels(visit).body_named(clean(body))
    act = ask_body(visit.desk.runtime, who(visit).id, case, name, day, form, question=clean(question))
    return await _did(visit, address, act)


@router.post("/inbox/{address}/body-answered")
async def another_answered(
    visit: Acting, address: Id, action: Action = "", seen: Seen = 0, case: Number = 0, body: Word = "", text: Words = ""
) -> Response:
    form = desk_forms.Form(action, seen)
    act = body_answered(visit.desk.runtime, who(visit).id, case, clean(body), clean(text), form)
    return await _did(visit, address, act)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


async def _did(visit: Visit, address: int, act: Awaitable[desk_forms.Done], sent: Trouble | None = None) -> Response:
    """The page again, or what stood in the way beside the text that was sent."""
    sent = sent or Trouble()
    try:
        await act
    except Conflict as conflict:
        trouble = Trouble(
            sent.text, sent.kind, "conflict", tuple(Labels(visit).changes(conflict.changes)), conflict.version
        )
        return await _not_done(visit, address, trouble, 409)
    except NotDone as refused:
        trouble = Trouble(sent.text, sent.kind, Labels(visit).why(refused.why))
        return await _not_done(visit, address, trouble, 422)
    except BadForm:
        return await _not_done(visit, address, Trouble(sent.text, sent.kind, visit.says("Reload the page.")), 422)
    except Forbidden:
        trouble = Trouble(
            sent.text, sent.kind, visit.says("Your role does not allow that. An administrator can change it.")
        )
        return await _not_done(visit, address, trouble, 403)
    if wants_json(visit.request):
        return JSONResponse({"done": True, "action": new_action()})
    return RedirectResponse(f"{BASE}/inbox/{address}", 303)


async def _not_done(visit: Visit, address: int, trouble: Trouble, status: int) -> Response:
    if wants_json(visit.request):
        kept = {"changes": trouble.changes, "version": trouble.version, "action": new_action()}
        conflict = trouble.fault == "conflict"
        return JSONResponse(
            {"fault": "conflict" if conflict else "not_done", "text": "" if conflict else trouble.fault, **kept}, status
        )
    return await conversation_page(visit, address, Wanted(), trouble, status)
