"""What staff see at the desk. Every look at a client's data is in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot import acting
from bot.domain import request as life
from bot.domain.desk_errors import NotThere
from bot.domain.desk_views import (
    CaseRow,
    ClientCard,
    Conversation,
    FieldValue,
    Page,
    Queue,
    QueueFilter,
    RequestCard,
    RequestFilter,
    Requests,
    StageChoice,
    Suggestion,
)
from bot.domain.events import StaffPerson
from bot.domain.staff import Right, may, rights
from bot.domain.told import told
from bot.domain.wording import Voice, phrase, speak
from bot.storage import acts, audit, desk, desk_clients, desk_files, desk_requests, dialogs, personal
from bot.storage.desk_requests import Kept
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.schema import Service, Template

SUGGESTED = 3
FOUND = 8
LONGEST = 2000
"""Of a client's words, when templates are looked for."""


async def queue(runtime: Runtime, actor: int, wanted: QueueFilter, page: Page) -> Queue:
    """Open cases by the soonest term. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        return await desk.queue(tx, wanted, page, actor, runtime.clock())


async def conversation(
    runtime: Runtime, actor: int, address: int, *, before: int | None = None, most: int = 100, again: bool = False
) -> Conversation:
    """Both sides, notes and acts; ``before``: older than this message.

    ``again``: the same look goes on (a live page), which is not audited anew. Raises Forbidden, NotThere.
    """
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        reader = await acting.reader(tx, actor)
        place = await _place(tx, address)
        lines, more = await desk.lines(tx, address, before, most)
        cases = await desk.cases_of(tx, address, now)
        version = await acts.version(tx, address)
        files = await desk_files.shown(tx, address)
        if not again:
            await audit.write(tx, now, f"staff:{actor}", "desk.conversation", f"address:{address}")
    dialog = dialogs.read(place.state)
    led = dialog is not None and dialog.led and bool(dialog.cases)
    allowed = _rights(reader, cases)
    cases = tuple(replace(case, may=rights(reader, team=case.team, holder=case.holder)) for case in cases)
    return Conversation(address, place.channel, place.reachable, led, version, lines, more, cases, allowed, files)


async def client_card(runtime: Runtime, actor: int, address: int, *, again: bool = False) -> ClientCard:
    """Who it is. The name only for whoever may see it; ``again``: the same look goes on. Raises Forbidden, NotThere."""
    now, ends = runtime.clock(), life.over(runtime.shelf.content.pack)
    async with runtime.db.begin() as tx:
        reader = await acting.reader(tx, actor)
        place = await _place(tx, address)
        cases = await desk.cases_of(tx, address, now)
        name = None
        if Right.PERSONAL in _rights(reader, cases):
            name = await desk_clients.name(tx, runtime.cipher, place.client)
            if name is not None and not again:
                await audit.write(tx, now, f"staff:{actor}", "desk.personal", f"client:{place.client}")
        requests_ = await desk_requests.of_client(tx, place.client, ends, now)
        scores = await desk_clients.scores(tx, place.client)
    dialog = dialogs.read(place.state)
    language = dialog.language if dialog else runtime.shelf.content.pack.agency.default_language
    return ClientCard(
        place.client,
        address,
        place.channel,
        place.reachable,
        language,
        place.since,
        name,
        requests_,
        scores,
        tuple(sorted(cases, key=lambda case: case.opened_at, reverse=True)),
    )


async def colleagues(runtime: Runtime, actor: int) -> Sequence[StaffPerson]:
    """Whom a case can be handed on to: who may answer clients. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        return [person for person in await desk_clients.colleagues(tx) if may(person, Right.ANSWER)]


# --- requests ------------------------------------------------------------------


async def requests(runtime: Runtime, actor: int, wanted: RequestFilter, page: Page) -> Requests:
    """One page of the list. Raises Forbidden."""
    ends = life.over(runtime.shelf.content.pack)
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        return await desk_requests.page(tx, wanted, page, ends, runtime.clock())


async def request(runtime: Runtime, actor: int, request_id: int) -> RequestCard:
    """One request; its personal values for whoever may see them, and that look is audited.

    Raises Forbidden, NotThere.
    """
    now, pack = runtime.clock(), runtime.shelf.content.pack
    async with runtime.db.begin() as tx:
        reader = await acting.reader(tx, actor)
        kept = await desk_requests.one(tx, request_id, life.over(pack), now)
        if kept is None:
            raise NotThere
        service = pack.services.get(kept.row.service)
        case = await _case_of(tx, kept, now)
        allowed = _rights_of_request(reader, service, case)
        known: Mapping[str, str] = {}
        refs = [kept.values[f.name] for f in service.fields if f.personal and f.name in kept.values] if service else []
        if Right.PERSONAL in allowed and refs:
            known = await personal.reveal(tx, runtime.cipher, kept.client, refs)
            await audit.write(tx, now, f"staff:{actor}", "desk.personal", f"request:{request_id}")
        await audit.write(tx, now, f"staff:{actor}", "desk.request", f"request:{request_id}")
        version = await acts.version(tx, kept.row.address)
        files = await desk_files.shown(tx, kept.row.address, request_id)
    choices = life.moves(service, kept.row.stage) if service and Right.MOVE in allowed else ()
    return RequestCard(
        kept.row,
        tuple(_fields(service, kept.values, known)) if service else (),
        kept.timeline,
        tuple(StageChoice(stage.slug, stage.refusal) for stage in choices),
        version,
        allowed,
        files,
        case.waits if case is not None else (),
    )


def _fields(service: Service, values: Mapping[str, str], known: Mapping[str, str]) -> Iterable[FieldValue]:
    for field in service.fields:
        if field.name in values:
            value = values[field.name]
            yield FieldValue(field.name, known.get(value) if field.personal else value, field.personal)


async def _case_of(tx: Tx, kept: Kept, now: dt.datetime) -> CaseRow | None:
    return None if kept.row.case is None else await desk.case_row(tx, kept.row.case, now)


def _rights_of_request(reader: StaffPerson, service: Service | None, case: CaseRow | None) -> frozenset[Right]:
    if case is not None:
        return rights(reader, team=case.team, holder=case.holder)
    return rights(reader, team=service.team if service else "-")


# --- templates -----------------------------------------------------------------


async def suggestions(runtime: Runtime, actor: int, address: int) -> Sequence[Suggestion]:
    """Templates that fit the client's last words, best first. Raises Forbidden, NotThere."""
    content = runtime.shelf.content
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        place = await _place(tx, address)
        words = await desk_clients.last_words(tx, address)
    if not words.strip():
        return []
    dialog = dialogs.read(place.state)
    language = dialog.language if dialog else content.pack.agency.default_language
    found = content.engine.understand(words[:LONGEST]).candidates
    return [
        _suggestion(runtime, content.pack.templates[one.slug], language, one.score)
        for one in found
        if one.slug in content.pack.templates
    ][:SUGGESTED]


async def templates(runtime: Runtime, actor: int, search: str, language: str) -> Sequence[Suggestion]:
    """Templates whose title, text or sample questions hold all the words, then what the engine takes them for.

    Raises Forbidden.
    """
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
    content, words = runtime.shelf.content, search.casefold().split()
    held = [
        _suggestion(runtime, template, language, 1.0 if _holds(template.title, words) else 0.5)
        for template in content.pack.templates.values()
        if _holds(template.title, words)
        or _holds(template.short, words)
        or any(_has(sample, words) for samples in template.samples.values() for sample in samples)
    ]
    if words:
        known = {one.slug for one in held}
        held += [
            _suggestion(runtime, content.pack.templates[one.slug], language, one.score / 2)
            for one in content.engine.understand(search[:LONGEST]).candidates
            if one.slug in content.pack.templates and one.slug not in known
        ]
    return sorted(held, key=lambda one: (-one.score, one.title))[:FOUND]


def _holds(texts: Mapping[str, str], words: Sequence[str]) -> bool:
    return any(_has(text, words) for text in texts.values())


def _has(text: str, words: Sequence[str]) -> bool:
    plain = text.casefold()
    return all(word in plain for word in words)


def _suggestion(runtime: Runtime, template: Template, language: str, score: float) -> Suggestion:
    pack, now = runtime.shelf.content.pack, runtime.clock()
    text = speak(told(pack, f"template/{template.slug}/short", now), Voice(pack, language, now, {}, {})).text
    return Suggestion(template.slug, phrase(pack, f"template/{template.slug}/title", language), text, score)


# --- who may -------------------------------------------------------------------


def _rights(reader: StaffPerson, cases: Sequence[CaseRow]) -> frozenset[Right]:
    """What he may do with a conversation: what any of its open cases, else its last one, lets him."""
    about = [case for case in cases if case.closed_at is None] or cases[:1]
    if not about:
        return rights(reader, team="-")
    return frozenset().union(*(rights(reader, team=case.team, holder=case.holder) for case in about))


async def _place(tx: Tx, address: int) -> desk.Place:
    place = await desk.place(tx, address)
    if place is None:
        raise NotThere
    return place
