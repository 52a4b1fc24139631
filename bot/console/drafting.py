"""What moderators do with a template: each form once, never on an old view, and its text never lost."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit
from bot.console.differences import differences
from bot.console.doing import Action, Number, Seen, Word, Words
from bot.console.guard import MAX_BODY, Acting, who
from bot.console.template_words import TemplateWords
from bot.console.templates import MOST_BUTTONS, Slug, Trouble, editor
from bot.console.variants import button_in, variants_in
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import DraftConflict, OwnDraft, ReasonMissing, WrongState
from bot.domain.errors import Forbidden
from bot.domain.replays import ReplayOutdated
from bot.usecases import read_templates, review_draft, write_draft
from knowledge_base.faults import PackError

router = APIRouter(default_response_class=HTMLResponse)

LOCALIZED = ("title", "short", "more")
MOST = {"title": 200, "short": 5000, "more": 20_000, "samples": 60_000}


@router.post("/templates/{slug}/save")
async def save(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, base: Number = 0) -> Response:
    """Another text of the draft."""
    actor = who(visit).id
    typed = typed_in(await visit.request.form(), visit.desk.pack.agency.languages)
    if over := _too_long(typed):
        told = visit.says("Not saved: %(field)s has %(count)s characters, %(most)s are the most. Shorten it.")
        named = {"field": TemplateWords(visit).field(over[0]), "count": over[1], "most": MOST[over[0]]}
        return await editor(visit, slug, 422, typed=typed, trouble=Trouble(told % named))
    item = await with_stored(visit, slug, typed)
    form = desk_forms.Form(clean(action), seen)
    act = write_draft.write_draft(visit.desk.runtime, actor, slug, item, form, base or None)
    return await _did(visit, slug, act, "saved", typed)


@router.post("/templates/{slug}/delete")
async def delete(
    visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, base: Number = 0, sure: Word = ""
) -> Response:
    """A draft that takes the template away."""
    if not sure:
        told = visit.says("Tick that you mean it: the template stays.")
        return await editor(visit, slug, 422, trouble=Trouble(told))
    form = desk_forms.Form(clean(action), seen)
    act = write_draft.write_deletion(visit.desk.runtime, who(visit).id, slug, form, base or None)
    return await _did(visit, slug, act, "deletion")


@router.post("/templates/{slug}/submit")
async def submit(visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0) -> Response:
    act = review_draft.submit(visit.desk.runtime, who(visit).id, draft, desk_forms.Form(clean(action), seen))
    return await _did(visit, slug, act, "submitted")


@router.post("/templates/{slug}/approve")
async def approve(
    visit: Acting, slug: Slug, action: Action = "", seen: Seen = 0, draft: Number = 0, replay: Number = 0
) -> Response:
    """``replay``: whose result was seen, 0 for none."""
    form = desk_forms.Form(clean(action), seen)
    act = review_draft.approve(visit.desk.runtime, who(visit).id, draft, form, replay or None)
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


async def with_stored(visit: Visit, slug: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed over what stands there: fields that the editor does not have stay."""
    return {**await read_templates.stored_item(visit.desk.runtime, who(visit).id, slug), **typed}


def _too_long(typed: Mapping[str, Any]) -> tuple[str, int] | None:
    """The first field that holds more than it may, and how much; nothing of it is cut away unseen."""
    parts = (typed, *typed.get("variants", ()))
    texts = [(name, one) for part in parts for name in MOST for one in (part.get(name) or {}).values()]
    sizes = [(name, len(one) if isinstance(one, str) else sum(map(len, one))) for name, one in texts]
    return next(((name, size) for name, size in sizes if size > MOST[name]), None)


def typed_in(sent: FormData, languages: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the editor, whatever their length."""

    def text(name: str, most: int = 500) -> str:
        value = sent.get(name)
        return clean(value.replace("\r\n", "\n"), most) if isinstance(value, str) else ""

    item: dict[str, Any] = {}
    for name in LOCALIZED:
        texts = {language: text(f"{name}-{language}", MAX_BODY).strip() for language in languages}
        item[name] = {language: value for language, value in texts.items() if value}
    lines = {language: text(f"samples-{language}", MAX_BODY).splitlines() for language in languages}
    asked = {language: [line.strip() for line in found if line.strip()] for language, found in lines.items()}
    item["samples"] = {language: found for language, found in asked.items() if found}
    item["more"] = item["more"] or None
    item |= {name: text(name).strip() for name in ("topic", "owner", "review_by")}
    item["situation"] = text("situation").strip() or None
    if "buttons" in sent:
        rows = [button_in(text, f"button-{place}", languages) for place in range(MOST_BUTTONS)]
        item["buttons"] = [button for button in rows if button]
    if "variants" in sent:
        item["variants"] = variants_in(text, languages)
    if "choose-files" in sent:
        chosen = [clean(value, 100) for value in sent.getlist("files") if isinstance(value, str)]
        item["files"] = [slug for slug in dict.fromkeys(chosen) if slug]
    return item | {name: bool(text(name)) for name in ("sensitive", "unmet", "public", "withdrawn")}


async def _did(
    visit: Visit, slug: str, act: Awaitable[object], did: str, typed: Mapping[str, Any] | None = None, remark: str = ""
) -> Response:
    """The editor again, or what stood in the way, beside what was typed."""
    met = await attempt(visit, act, typed)
    if met is not None:
        return await editor(visit, slug, met[0], typed=typed, remark=remark, trouble=met[1])
    gone = "&new=1" if did == "dropped" else ""  # of one that clients do not get nothing is left but an empty page
    return RedirectResponse(f"{BASE}/templates/{slug}?did={did}{gone}", 303)


async def attempt(visit: Visit, act: Awaitable[object], typed: Mapping[str, Any] | None) -> tuple[int, Trouble] | None:
    """What stood in the way of a step, with its status; None for nothing. ``typed``: what was to be saved."""
    says = visit.says
    gone_on = says("Meanwhile the draft has gone on: see how it stands now.")
    try:
        await act
    except DraftConflict as conflict:
        if typed is None:
            return 409, Trouble(gone_on)
        theirs = json.loads(conflict.body or "null") or {}
        return 409, Trouble("conflict", conflict=conflict, theirs=tuple(differences(theirs, {**theirs, **typed})))
    except PackError as error:
        return 422, Trouble("broken", error.faults)
    except OwnDraft:
        return 403, Trouble(says("You have written in this draft: a colleague has to read and approve it."))
    except ReplayOutdated:
        told = says("The replay is out of date: a draft, or what clients get, has changed since. Replay once more.")
        return 409, Trouble(told)
    except ReasonMissing:
        return 422, Trouble(says("Write what is to be mended."))
    except (WrongState, NotThere):
        return 409, Trouble(gone_on)
    except BadForm:
        return 422, Trouble(says("The text is too long or the page too old. Shorten it, or save once more."))
    except Forbidden:
        return 403, Trouble(says("Your role does not allow that. An administrator can change it."))
    return None
