"""The inbox: the queue, one conversation, its client; as a page, and its parts for pages that stay open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.console.desk import Visit, new_action
from bot.console.guard import Looking, Seated, who
from bot.console.guidance import kind_names
from bot.console.labels import Labels, beside
from bot.domain.cleaning import clean
from bot.domain.desk_views import Page, QueueFilter
from bot.domain.messages import Channel
from bot.domain.staff import Right
from bot.usecases import read_desk, read_guidance

router = APIRouter(default_response_class=HTMLResponse)

Id = Annotated[int, Path(ge=1, lt=2**63)]
SHOWN = 40
"""Cases of the queue on one page."""
LINES = 100
"""Of a conversation at first, and with each wish for older ones."""
CANNED = 4
"""Canned answers found at once, before the templates."""
Most = Annotated[int, Query(ge=LINES, le=10_000)]
SORTS = ("term", "words", "opened")
WHOSE = ("all", "mine", "team", "free", "late")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is shown."""

    whose: str = "all"
    channel: str = ""
    q: str = ""
    sort: str = "term"
    page: int = 1

    @property
    def query(self) -> str:
        """The same for an address, without the page; empty when everything is shown."""
        given = {"whose": self.whose if self.whose != "all" else "", "channel": self.channel, "q": self.q}
        given["sort"] = self.sort if self.sort != "term" else ""
        return urlencode({key: value for key, value in given.items() if value})

    def filter(self, team: str) -> QueueFilter:
        return QueueFilter(
            mine=self.whose == "mine",
            team=team if self.whose == "team" else "",
            unclaimed=self.whose == "free",
            late=self.whose == "late",
            channel=Channel(self.channel) if self.channel else None,
            search=self.q,
            sort=self.sort,
        )


def wanted(
    whose: Annotated[str, Query(max_length=10)] = "all",
    channel: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=10)] = "term",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Wanted:
    """From the address; what makes no sense there shows everything."""
    known = {one.value for one in Channel}
    return Wanted(
        whose if whose in WHOSE else "all",
        channel if channel in known else "",
        clean(q).strip(),
        sort if sort in SORTS else "term",
        page,
    )


Choice = Annotated[Wanted, Depends(wanted)]


@router.get("/inbox")
async def inbox(visit: Seated, choice: Choice) -> Response:
    """The queue alone."""
    return visit.page("inbox.html", **await queue_parts(visit, choice, None), **NOTHING)


@router.get("/inbox/{address}")
async def opened(visit: Seated, address: Id, choice: Choice, most: Most = LINES) -> Response:
    """The queue beside one conversation."""
    return await conversation_page(visit, address, choice, most=most)


@router.get("/live/queue")
async def live_queue(visit: Looking, choice: Choice, address: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> Response:
    return visit.page("_queue.html", **await queue_parts(visit, choice, address or None))


@router.get("/live/conversation/{address}")
async def live_conversation(visit: Looking, address: Id, most: Most = LINES) -> Response:
    """The conversation anew, or more of it; not another look of a person, so not audited again."""
    return visit.page("_conversation.html", **await conversation_parts(visit, address, again=True, most=most))


@router.get("/live/card/{address}")
async def live_card(visit: Looking, address: Id) -> Response:
    """The client's card anew; neither is that another look."""
    card = await read_desk.client_card(visit.desk.runtime, who(visit).id, address, again=True)
    return visit.page("_card.html", card=card, labels=Labels(visit))


@router.get("/live/templates")
async def live_templates(visit: Looking, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Canned answers and templates to answer with."""
    runtime, actor, words = visit.desk.runtime, who(visit).id, clean(q)
    canned = await read_guidance.canned(runtime, actor, words, visit.language)
    found = await read_desk.templates(runtime, actor, words, visit.language)
    sign = visit.says("canned answer")
    shown = [{"slug": one.slug, "title": f"{one.title} · {sign}", "text": one.insert} for one in canned[:CANNED]]
    return JSONResponse(shown + [{"slug": one.slug, "title": one.title, "text": one.text} for one in found])


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not done, beside what it held."""

    text: str = ""
    kind: str = "answer"
    fault: str = ""
    changes: tuple[str, ...] = ()
    version: int | None = None


NOTHING: dict[str, Any] = {"conversation": None, "card": None, "trouble": Trouble()}


async def conversation_page(
    visit: Visit, address: int, choice: Wanted, trouble: Trouble | None = None, status: int = 200, most: int = LINES
) -> Response:
    """Everything about one conversation; with a form that could not be done, if there was one."""
    parts = await conversation_parts(visit, address, most=most)
    card = await read_desk.client_card(visit.desk.runtime, who(visit).id, address)
    suggested = await read_desk.suggestions(visit.desk.runtime, who(visit).id, address)
    guides = await read_guidance.beside(visit.desk.runtime, who(visit).id, address, visit.language)
    context = {**await queue_parts(visit, choice, address), **parts}
    return visit.page(
        "inbox.html",
        status,
        **context,
        card=card,
        suggested=suggested,
        guides=guides,
        kind_name=kind_names(visit),
        trouble=trouble or Trouble(),
        action=new_action(),
    )


async def queue_parts(visit: Visit, choice: Wanted, address: int | None) -> dict[str, Any]:
    person = who(visit)
    page = Page((choice.page - 1) * SHOWN, SHOWN)
    found = await read_desk.queue(visit.desk.runtime, person.id, choice.filter(person.team), page)
    return {
        "queue": found,
        "choice": choice,
        "whose": WHOSE,
        "pages": -(-found.total // SHOWN),
        "address": address,
        "labels": Labels(visit),
        "channels": list(Channel),
    }


async def conversation_parts(visit: Visit, address: int, *, again: bool = False, most: int = LINES) -> dict[str, Any]:
    found = await read_desk.conversation(visit.desk.runtime, who(visit).id, address, again=again, most=most)
    colleagues = await read_desk.colleagues(visit.desk.runtime, who(visit).id)
    return {
        "conversation": found,
        "cases": [case for case in found.cases if case.closed_at is None] or found.cases[:1],
        "address": address,
        "labels": Labels(visit),
        "Right": Right,
        "colleagues": colleagues,
        "beside": beside(found.lines, found.files),
        "most": most,
        "shown_more": LINES,
    }
