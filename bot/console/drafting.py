"""What moderators do with a template: each form once, never on an old view, and its text never lost."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit
from bot.console.differences import differences
from bot.console.doing import Action, Number, Seen, Word, Words
from bot.console.guard import Acting, who
from bot.console.templates import MOST_BUTTONS, Slug, Trouble, editor
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import DraftConflict, OwnDraft, ReasonMissing, WrongState
from bot.domain.errors import Forbidden
from bot.usecases import read_templates, review_draft, write_draft
from knowledge_base.faults import PackError

router = APIRouter(default_response_class=HTMLResponse)

LOCALIZED = ("title", "short", "more")
MOST = {"title": 200, "short": 5000, "more": 20_000, "samples": 60_000}


@router.post("/templates/{slug}/save")
async def save(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, base: Number = 0) -> Response:
    """Another text of the draft."""
    actor = who(visit).id
    sent = await visit.request.form()
    before = await read_templates.stored_item(visit.desk.runtime, actor, slug)
    typed = _typed(sent, visit.desk.pack.agency.languages)
    item = {**before, **typed}
    form = desk_forms.Form(clean(action), seen)
    act = write_draft.write_draft(visit.desk.runtime, actor, slug, item, form, base or None)
    return await _did(visit, slug, act, "saved", typed)


@router.post("/templates/{slug}/submit")
async def submit(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0) -> Response:
    act = review_draft.submit(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, slug, act, "submitted")


@router.post("/templates/{slug}/approve")
async def approve(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0) -> Response:
    act = review_draft.approve(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, slug, act, "approved")


@router.post("/templates/{slug}/return")
async def send_back(
    visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0, remark: Words = ""
) -> Response:
    form, remark = desk_forms.Form(clean(action), seen), clean(remark)
    act = review_draft.send_back(visit.desk.runtime, who(visit).id, draft, remark, form)
    return await _did(visit, slug, act, "returned", remark=remark)


@router.post("/templates/{slug}/drop")
async def drop(
    visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0, sure: Word = ""
) -> Response:
    if not sure:
        told = visit.says("Tick that you mean it: the draft is left.")
        return await editor(visit, slug, 422, trouble=Trouble(told))
    act = review_draft.drop(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, slug, act, "dropped")


def _typed(sent: FormData, languages: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the editor; what is not among them (files) stays."""

    def text(name: str, most: int = 500) -> str:
        value = sent.get(name)
        return clean(value.replace("\r\n", "\n"), most) if isinstance(value, str) else ""

    item: dict[str, Any] = {}
    for name in LOCALIZED:
        texts = {language: text(f"{name}-{language}", MOST[name]).strip() for language in languages}
        item[name] = {language: value for language, value in texts.items() if value}
    lines = {language: text(f"samples-{language}", MOST["samples"]).splitlines() for language in languages}
    asked = {language: [line.strip() for line in found if line.strip()] for language, found in lines.items()}
    item["samples"] = {language: found for language, found in asked.items() if found}
    item["more"] = item["more"] or None
    item |= {name: text(name).strip() for name in ("topic", "owner", "review_by")}
    item["situation"] = text("situation").strip() or None
    if "buttons" in sent:
        rows = [_button(text, place, languages) for place in range(MOST_BUTTONS)]
        item["buttons"] = [button for button in rows if button]
    return item | {name: bool(text(name)) for name in ("sensitive", "unmet", "public", "withdrawn")}


def _button(text: Callable[[str], str], place: int, languages: tuple[str, ...]) -> dict[str, Any]:
    """One row of the form; empty for a row that was left empty."""
    texts = {language: text(f"button-{place}-{language}").strip() for language in languages}
    button: dict[str, Any] = {"text": {language: value for language, value in texts.items() if value}}
    kind, _, slug = text(f"button-{place}-to").partition(":")
    if kind in ("template", "service") and slug:
        button[kind] = slug
    if link := text(f"button-{place}-link").strip():
        button["link"] = link
    return button if len(button) > 1 or button["text"] else {}


async def _did(
    visit: Visit, slug: str, act: Awaitable[object], did: str, typed: Mapping[str, Any] | None = None, remark: str = ""
) -> Response:
    """The editor again, or what stood in the way, beside what was typed."""
    says = visit.says
    try:
        await act
    except DraftConflict as conflict:
        if typed is None:
            told = says("Meanwhile the draft has gone on: see how it stands now.")
            return await editor(visit, slug, 409, remark=remark, trouble=Trouble(told))
        theirs = json.loads(conflict.body) if conflict.body else {}
        changes = tuple(differences(theirs, {**theirs, **typed}))
        trouble = Trouble("conflict", conflict=conflict, theirs=changes)
        return await editor(visit, slug, 409, typed=typed, trouble=trouble)
    except PackError as error:
        return await editor(visit, slug, 422, typed=typed, trouble=Trouble("broken", error.faults))
    except OwnDraft:
        told = says("You have written in this draft: a colleague has to read and approve it.")
        return await editor(visit, slug, 403, trouble=Trouble(told))
    except ReasonMissing:
        return await editor(visit, slug, 422, trouble=Trouble(says("Write what is to be mended.")))
    except (WrongState, NotThere):
        told = says("Meanwhile the draft has gone on: see how it stands now.")
        return await editor(visit, slug, 409, typed=typed, remark=remark, trouble=Trouble(told))
    except BadForm:
        told = says("The text is too long or the page too old. Shorten it, or save once more.")
        return await editor(visit, slug, 422, typed=typed, remark=remark, trouble=Trouble(told))
    except Forbidden:
        told = says("Your role does not allow that. An administrator can change it.")
        return await editor(visit, slug, 403, typed=typed, remark=remark, trouble=Trouble(told))
    gone = "&new=1" if did == "dropped" else ""  # of one that clients do not get nothing is left but an empty page
    return RedirectResponse(f"{BASE}/templates/{slug}?did={did}{gone}", 303)
