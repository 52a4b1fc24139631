"""Replays at the desk: what drafts change for real past questions, who signs it, and the list as a file."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot import acting as desk_forms
from bot.console.assets import BASE
from bot.console.desk import Visit, new_action
from bot.console.doing import Action, Word
from bot.console.guard import Acting, Seated, who
from bot.console.replay_words import ReplayWords
from bot.console.template_words import TemplateWords
from bot.domain.cleaning import clean
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import WrongState
from bot.domain.errors import Forbidden
from bot.domain.replays import Change, NothingToReplay, Reading, ReplayState, TooManyReplays, Verdict
from bot.domain.staff import Right
from bot.storage.replays import Wanted
from bot.usecases import read_replay, start_replay

router = APIRouter(default_response_class=HTMLResponse)

SHOWN, LISTED = 30, 20
MOST_ROWS = 10_000
DAYS = (30, 90, 365, 0)
Number = Annotated[int, Path(ge=1, lt=2**62)]
Slugs = Annotated[list[str], Form(max_length=200)]


@router.get("/replays")
async def replays(visit: Seated) -> Response:
    return await _list(visit)


@router.post("/replays")
async def start(
    visit: Acting,
    action: Action = "",
    slug: Slugs = [],  # noqa: B006
    days: Annotated[int, Form(ge=0, le=start_replay.MOST_DAYS)] = 90,
) -> Response:
    """Replay the chosen drafts."""
    says, form = visit.says, desk_forms.Form(clean(action))
    chosen = [clean(one) for one in slug]
    try:
        number, _ = await start_replay.start_replay(visit.desk.runtime, who(visit).id, chosen, days, form)
    except NothingToReplay:
        return await _list(visit, 409, says("None of these drafts could be released as it is: open it, see why."))
    except TooManyReplays:
        return await _list(visit, 409, says("Several replays wait already. Try again when they are done."))
    except (WrongState, NotThere):
        return await _list(visit, 409, says("Meanwhile a draft has gone on: choose again."))
    except BadForm:
        return await _list(visit, 422, says("Reload the page."))
    except Forbidden:
        return await _list(visit, 403, says("Your role does not allow that. An administrator can change it."))
    return RedirectResponse(f"{BASE}/replays/{number}", 303)


@router.get("/replays/{number}")
async def replay(
    visit: Seated,
    number: Number,
    change: Annotated[str, Query(max_length=20)] = "",
    verdict: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """What one found."""
    wanted = Wanted(change if change in set(Change) else "", verdict if verdict in set(Verdict) else "", clean(q))
    found = await read_replay.result(visit.desk.runtime, who(visit).id, number, wanted, SHOWN, (page - 1) * SHOWN)
    return visit.page(
        "replay.html",
        found=found,
        replay=found.shown.replay,
        wanted=wanted,
        page=page,
        pages=-(-found.total // SHOWN),
        words=TemplateWords(visit),
        told=ReplayWords(visit),
        changes=[one for one in Change if one is not Change.SAME],
        verdicts=list(Verdict),
        running=found.shown.replay.state in (ReplayState.WAITING, ReplayState.RUNNING),
        action=new_action,
    )


@router.get("/replays/{number}/progress")
async def progress(visit: Seated, number: Number) -> Response:
    """How far one has come, for the page that waits."""
    found = await read_replay.progress(visit.desk.runtime, who(visit).id, number)
    running = found.state in (ReplayState.WAITING, ReplayState.RUNNING)
    told = ReplayWords(visit).progress(found)
    return JSONResponse({"running": running, "done": found.done, "total": found.total, "told": told})


@router.get("/replays/{number}/changes.csv")
async def as_file(visit: Seated, number: Number) -> Response:
    """Every change, for a spreadsheet."""
    found = await read_replay.result(visit.desk.runtime, who(visit).id, number, Wanted(), MOST_ROWS, 0)
    told = ReplayWords(visit)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow([_cell(one) for one in told.columns()])
    for row in found.rows:
        kinds = (told.change(row.change), told.verdict(row.verdict, row.change))
        write.writerow([_cell(one) for one in (row.text, *kinds, _short(row.before), _short(row.after))])
    named = {"Content-Disposition": f'attachment; filename="replay-{number}.csv"'}
    return Response("\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue(), media_type="text/csv", headers=named)


def _short(reading: Reading) -> str:
    return " ".join((reading.outcome, *reading.slugs))


def _cell(text: str) -> str:
    """No formula, whatever a client has typed."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


async def _list(visit: Visit, status: int = 200, trouble: Word = "") -> Response:
    found = await read_replay.overview(visit.desk.runtime, who(visit).id, LISTED)
    return visit.page(
        "replays.html",
        status,
        found=found,
        trouble=trouble,
        words=TemplateWords(visit),
        told=ReplayWords(visit),
        days=DAYS,
        may=Right.EDIT in found.may,
        action=new_action,
    )
