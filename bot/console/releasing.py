"""Releases: what clients get since when and why; the next one, and back to an older one."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.doing import Action, Word
from bot.console.guard import Acting, Seated, who
from bot.console.pilot_words import PilotWords
from bot.console.template_words import TemplateWords
from bot.console.templates import Trouble
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import LeadsToDraft, LiveAlready, NothingToRelease, Outdated, ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.pilots import Audience, BadAudience, Ended, NoPilot, PilotRuns
from bot.domain.staff import Right
from bot.usecases import end_pilot, read_pilot, read_templates, release_drafts, roll_back
from knowledge_base.faults import PackError

router = APIRouter(default_response_class=HTMLResponse)

SHOWN = 30
DID = ("made", "rolled_back", "piloted", "for_all", "stopped")
Release = Annotated[int, Path(ge=1, lt=2**31)]
Reason = Annotated[str, Form(max_length=2000)]
Drafts = Annotated[list[int], Form()]
Share = Annotated[int, Form(ge=0, le=1000)]


@router.get("/releases")
async def releases(
    visit: Seated, page: Annotated[int, Query(ge=1, le=1000)] = 1, did: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    return await _page(visit, page=page, did=did if did in DID else "")


@router.post("/releases")
async def release(
    visit: Acting,
    action: Action = "",
    reason: Reason = "",
    draft: Drafts = [],  # noqa: B006
    first: Word = "",
    segment: Word = "",
    share: Share = 100,
) -> Response:
    """The next one, of the chosen drafts; ``first``: to some of the clients."""
    form, reason = desk_forms.Form(clean(action)), clean(reason)
    audience = Audience(clean(segment), share) if first else None
    act = release_drafts.release_drafts(visit.desk.runtime, who(visit).id, draft, reason, form, audience)
    return await _did(visit, act, "piloted" if first else "made", reason, 0)


@router.post("/releases/pilot")
async def end(visit: Acting, action: Action = "", reason: Reason = "", how: Word = "") -> Response:
    """Bring the pilot to all, or stop it."""
    form, reason = desk_forms.Form(clean(action)), clean(reason)
    ended = Ended.ALL if how == "all" else Ended.STOPPED
    act = end_pilot.end_pilot(visit.desk.runtime, who(visit).id, ended, reason, form)
    return await _did(visit, act, "for_all" if ended is Ended.ALL else "stopped", reason, -1)


@router.post("/releases/{release}/back")
async def back(visit: Acting, release: Release, action: Action = "", reason: Reason = "", sure: Word = "") -> Response:
    """Clients get what they got under that one."""
    form, reason = desk_forms.Form(clean(action)), clean(reason)
    act = roll_back.roll_back(visit.desk.runtime, who(visit).id, release, reason, form)
    return await _did(visit, act, "rolled_back", reason, release)


async def _did(visit: Visit, act: Awaitable[object], did: str, reason: str, to: int) -> Response:
    says, words = visit.says, TemplateWords(visit)
    try:
        await act
    except ReasonMissing:
        status, trouble = 422, Trouble(says("Write why: colleagues read it here later."))
    except NothingToRelease:
        status, trouble = 409, Trouble(says("Choose approved drafts; one of these is not approved any more."))
    except Outdated as error:
        named = ", ".join(error.slugs)
        told = says("Clients get another text by now than these were written on: %(slugs)s. Open, look, save again.")
        status, trouble = 409, Trouble(told % {"slugs": named})
    except LeadsToDraft as error:
        named = "; ".join(f"{ours} → {to}" for ours, to in error.pairs)
        told = says(
            "A button leads to a new answer that is still a draft: %(slugs)s. Have it approved, release both together."
        )
        status, trouble = 409, Trouble(told % {"slugs": named})
    except (PilotRuns, NoPilot, BadAudience) as error:
        status, trouble = 409, Trouble(PilotWords(visit).refused(error))
    except LiveAlready:
        status, trouble = 409, Trouble(says("Clients get this already."))
    except NotThere:
        status, trouble = 404, Trouble(says("There is no such release."))
    except PackError as error:
        told = says("Not released, clients get what they got before. What is wrong:")
        status, trouble = 422, Trouble(told, error.faults)
    except BadForm:
        status, trouble = 422, Trouble(says("Reload the page."))
    except Forbidden:
        status, trouble = 403, Trouble(says("Your role does not allow that. An administrator can change it."))
    else:
        return RedirectResponse(f"{BASE}/releases?did={did}", 303)
    return await _page(visit, status, trouble=trouble, reason=reason, to=to, words=words)


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    page: int = 1,
    did: str = "",
    trouble: Trouble | None = None,
    reason: str = "",
    to: int = 0,
    words: TemplateWords | None = None,
) -> Response:
    """``reason``: what was typed, ``to``: at which release, 0 for the next, -1 for the pilot."""
    found = await read_templates.all_releases(visit.desk.runtime, who(visit).id, SHOWN, (page - 1) * SHOWN)
    return visit.page(
        "releases.html",
        status,
        found=found,
        page=page,
        pages=-(-found.total // SHOWN),
        did=did,
        trouble=trouble or Trouble(),
        reason=reason,
        to=to,
        words=words or TemplateWords(visit),
        may=Right.RELEASE in found.may,
        view=await read_pilot.read_pilot(visit.desk.runtime, who(visit).id),
        pilot=PilotWords(visit),
        action=new_action,
    )
