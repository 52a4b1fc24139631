"""An answer proved wrong: who got it, the correction, and its sending."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit
from bot.console.doing import Action, Number, Seen, Word
from bot.console.guard import Acting, Seated, who
from bot.console.recall_words import RecallWords
from bot.console.template_words import TemplateWords
from bot.console.templates import Slug
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import LiveAlready, ReasonMissing, WrongState
from bot.domain.errors import Forbidden
from bot.domain.recalls import (
    NobodyToTell,
    NoVersionChosen,
    OwnRecall,
    RecallChanged,
    RecallUnderWay,
    State,
    StillGiven,
    TextMissing,
)
from bot.domain.staff import Right
from bot.usecases import read_recalls, send_recall, write_recall
from bot.usecases.withdraw_template import withdraw_template
from knowledge_base.faults import PackError

router = APIRouter(default_response_class=HTMLResponse)

SHOWN = 50
DID = ("written", "sent", "stopped", "dropped", "withdrawn")
Versions = Annotated[list[int], Form()]
Reason = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the fields when something came in the way."""

    fault: str = ""
    versions: tuple[int, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@router.get("/recalls")
async def recalls(visit: Seated, page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
    found = await read_recalls.every(visit.desk.runtime, who(visit).id, SHOWN + 1, (page - 1) * SHOWN)
    more = len(found.rows) > SHOWN
    return visit.page(
        "recalls.html",
        rows=found.rows[:SHOWN],
        names=found.names,
        page=page,
        pages=page + more,
        words=RecallWords(visit),
    )


@router.get("/templates/{slug}/recall")
async def recall(visit: Seated, slug: Slug, did: Annotated[str, Query(max_length=20)] = "") -> Response:
    return await _page(visit, slug, did=did if did in DID else "")


@router.post("/templates/{slug}/recall")
async def write(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, version: Versions = []) -> Response:  # noqa: B006
    """Its words, and which versions were wrong."""
    sent = await visit.request.form()
    texts = {language: str(sent.get(f"text-{language}") or "") for language in visit.desk.pack.agency.languages}
    texts = {language: clean(text.replace("\r\n", "\n"), 2 * write_recall.MOST) for language, text in texts.items()}
    form = desk_forms.Form(clean(action), seen)
    act = write_recall.write_recall(visit.desk.runtime, who(visit).id, slug, version, texts, form)
    return await _did(visit, slug, act, "written", Typed(versions=tuple(version), texts=texts))


@router.post("/templates/{slug}/withdraw")
async def withdraw(visit: Acting, slug: Slug, action: Action = "", reason: Reason = "") -> Response:
    """A person answers instead, from now on."""
    reason = clean(reason)
    act = withdraw_template(visit.desk.runtime, who(visit).id, slug, reason, desk_forms.Form(clean(action)))
    return await _did(visit, slug, act, "withdrawn", Typed(reason=reason))


@router.post("/templates/{slug}/recall/{verb}")
async def step(
    visit: Acting,
    slug: Slug,
    verb: Annotated[str, Path(pattern="^(send|stop|drop)$")],
    action: Action = "",
    seen: Seen = 0,
    recall: Number = 0,
    sure: Word = "",
) -> Response:
    """Send it, stop it, or drop it unsent."""
    if verb == "send" and not sure:
        told = visit.says("Tick that you have read it: nothing was sent.")
        return await _page(visit, slug, 422, typed=Typed(told))
    act = {"send": send_recall.send_recall, "stop": send_recall.stop_recall, "drop": send_recall.drop_recall}[verb]
    did = {"send": "sent", "stop": "stopped", "drop": "dropped"}[verb]
    form = desk_forms.Form(clean(action), seen)
    return await _did(visit, slug, act(visit.desk.runtime, who(visit).id, recall, form), did, Typed())


async def _did(visit: Visit, slug: str, act: Awaitable[object], did: str, typed: Typed) -> Response:
    """The page again, or what stood in the way, beside what was typed."""
    try:
        await act
    except PackError as error:
        words = TemplateWords(visit)
        told = visit.says("Not done, clients get what they got before. What is wrong:")
        fault = " ".join([told, *(words.fault(one) for one in error.faults)])
        status = 422
    except (
        BadForm,
        Forbidden,
        LiveAlready,
        NobodyToTell,
        NoVersionChosen,
        NotThere,
        OwnRecall,
        ReasonMissing,
        RecallChanged,
        RecallUnderWay,
        StillGiven,
        TextMissing,
        WrongState,
    ) as error:
        status, fault = RecallWords(visit).trouble(error)
    else:
        return RedirectResponse(f"{BASE}/templates/{slug}/recall?did={did}", 303)
    return await _page(visit, slug, status, typed=Typed(fault, typed.versions, typed.texts, typed.reason))


async def _page(visit: Visit, slug: str, status: int = 200, *, typed: Typed | None = None, did: str = "") -> Response:
    found = await read_recalls.of_template(visit.desk.runtime, who(visit).id, slug)
    opened = found.opened.recall if found.opened else None
    typed = typed or Typed()
    live = found.versions[0].version.id
    return visit.page(
        "recall.html",
        status,
        found=found,
        fault=typed.fault,
        did=did,
        chosen=typed.versions or (opened.versions if opened else (live,)),
        texts=typed.texts or (opened.texts if opened else {}),
        reason=typed.reason,
        seen=opened.step if opened else 0,
        words=RecallWords(visit),
        templates=TemplateWords(visit),
        spoken=visit.desk.pack.agency.languages,
        most=write_recall.MOST,
        editable=Right.EDIT in found.may,
        sendable=Right.RELEASE in found.may,
        State=State,
    )
