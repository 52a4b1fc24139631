"""Saving what was decided: effects, the conversation's messages, calls to messengers, the dialog."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.decision import Decision
from bot.domain.dialog import Dialog, Offered, OpenCase
from bot.domain.messages import CallKind, Capabilities, Channel, Rendered
from bot.domain.rendering import render
from bot.domain.speech import Lines, Param, Personal, Place, Ref, Say, StaffSay
from bot.domain.wording import Voice
from bot.storage import dialogs, effects, outbox, personal
from bot.storage.dialogs import Addressee
from bot.storage.tables import message
from knowledge_base.schema import Pack
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Heard:
    """The client's own message, to be kept beside the replies."""

    inbox_id: int
    text: str
    understood: Understanding | None


@dataclass(frozen=True, slots=True)
class Context:
    """What saving needs beside the decision."""

    pack: Pack
    release: int
    cipher: personal.Cipher
    limits: Mapping[Channel, Capabilities]
    staff_chat: str | None
    now: dt.datetime


async def save(
    tx: AsyncConnection, who: Addressee, decision: Decision, heard: Heard | None, context: Context
) -> None:
    """One decision, whole. The caller's transaction commits it."""
    scope = effects.Scope(tx, who, context.cipher, context.release, context.now)
    facts = await effects.apply(scope, decision.effects)
    if heard is not None:
        await _hear(tx, who, decision, heard, context)
    said = tuple(s for s in (*decision.says, *(p.say for p in decision.staff)))
    known = await personal.reveal(tx, context.cipher, who.client_id, _personal_refs(said))
    voice = Voice(context.pack, decision.dialog.language, context.now, facts, known)
    offered = await _speak(tx, who, decision, voice, context)
    await _tell_staff(tx, who, decision.staff, voice, context)
    state = _with_case_id(decision.dialog, facts)
    if offered is not None:
        state = replace(state, offered=offered)
    await dialogs.save(tx, who.id, state, context.now)


async def _hear(
    tx: AsyncConnection, who: Addressee, decision: Decision, heard: Heard, context: Context
) -> None:
    understood = heard.understood
    candidates = [[c.slug, round(c.score, 4)] for c in understood.candidates] if understood else None
    await tx.execute(insert(message).values(
        address_id=who.id, direction="in", at=context.now, inbox_id=heard.inbox_id,
        text=None if decision.private else heard.text, outcome=decision.outcome, slug=decision.slug,
        release=context.release, engine=understood.engine if understood else None,
        candidates=json.dumps(candidates) if candidates else None,
    ))


async def _speak(
    tx: AsyncConnection, who: Addressee, decision: Decision, voice: Voice, context: Context
) -> tuple[Offered, ...] | None:
    """Messages for the client. Returns the buttons last shown, to be typed as well."""
    if not decision.says:
        return None
    limits = context.limits[who.channel]
    messages: list[dict[str, object]] = []
    calls: list[outbox.Row] = []
    offered: tuple[Offered, ...] | None = None
    masked = replace(voice, personal={})
    for one in decision.says:
        pieces = render(one, voice, limits)
        plain = render(one, masked, limits) if any(_personal_refs((one,))) else pieces
        messages.append({
            "address_id": who.id, "direction": "out", "at": context.now, "release": context.release,
            "text": "\n\n".join(piece.text for piece in plain), "outcome": decision.outcome, "slug": decision.slug,
        })
        calls.extend(_call(who, piece) for piece in pieces)
        rows = pieces[-1].rows
        if rows:
            offered = tuple(Offered(b.label, b.action) for row in rows for b in row if b.action)
    await tx.execute(insert(message), messages)
    await outbox.add(tx, calls, context.now)
    return offered


def _call(who: Addressee, piece: Rendered) -> outbox.Row:
    return outbox.Row(
        who.id, f"{who.channel.value}:{who.external_id}", who.channel, CallKind.MESSAGE, who.external_id, piece
    )


async def _tell_staff(
    tx: AsyncConnection, who: Addressee, posts: tuple[StaffSay, ...], voice: Voice, context: Context
) -> None:
    """Posts for the staff group, the conversation's topic being created before the first one."""
    chat = context.staff_chat
    if not posts or chat is None:
        return
    staff_voice = replace(voice, language=context.pack.agency.default_language)
    limits = context.limits[Channel.TELEGRAM]
    rows: list[outbox.Row] = []
    if any(p.place is Place.TOPIC for p in posts) and await outbox.open_topic(tx, who.id, chat):
        words: dict[str, Param] = {"client": who.id, "channel": Ref(f"channel.{who.channel.value}")}
        title = render(Say((Ref("staff.topic", words),)), staff_voice, limits)[0]
        rows.append(replace(_post(who, chat, title, Place.TOPIC), kind=CallKind.CREATE_TOPIC))
    for post in posts:
        rows.extend(_post(who, chat, piece, post.place) for piece in render(post.say, staff_voice, limits))
    await outbox.add(tx, rows, context.now)


def _post(who: Addressee, chat: str, piece: Rendered, place: Place) -> outbox.Row:
    in_topic = place is Place.TOPIC
    return outbox.Row(
        who.id, f"staff:{who.id}" if in_topic else "staff:general", Channel.TELEGRAM, CallKind.MESSAGE, chat,
        piece, thread_of=who.id if in_topic else None, lane=1,
    )


def _with_case_id(dialog: Dialog, facts: effects.Facts) -> Dialog:
    """A case opened by this decision gets the id of its row."""
    new = dialog.case(0)
    if new is None:
        return dialog
    case_id, request_id = facts["case"], facts.get("request")
    assert isinstance(case_id, int) and (request_id is None or isinstance(request_id, int))
    real: OpenCase = replace(new, id=case_id, request=request_id if new.request is not None else None)
    return dialog.without_case(0).with_case(real)


def _personal_refs(said: Iterable[Say]) -> tuple[str, ...]:
    return tuple(ref for one in said for part in one.parts for ref in _refs_in(part))


def _refs_in(param: Param) -> Iterator[str]:
    match param:
        case Personal(ref):
            yield ref
        case Ref(params=params):
            for inner in params.values():
                yield from _refs_in(inner)
        case Lines(refs):
            for line in refs:
                yield from _refs_in(line)
        case _:
            return
