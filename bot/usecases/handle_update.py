"""Handle updates from the inbox: understand, decide, save; set aside what can't be handled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from bot import group, metrics, turn
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost, MalformedUpdate
from bot.domain.events import ClientActed, Event, StaffEdited, StaffPressed, StaffWrote
from bot.domain.messages import Channel, GroupNews, Ignored, Incoming, Kind, Parsed, StaffIncoming
from bot.domain.profile import NOBODY
from bot.settle_update import done, failed, give_back, set_aside
from bot.storage import dialogs, inbox, pilots, staff
from bot.storage.decisions import Heard
from bot.storage.inbox import Claimed
from bot.storage.session import Tx, is_passing
from bot.storage.wake import outbox_of
from bot.suspects import by_itself
from bot.telling import told
from bot.turn import Content, Runtime, Said
from nlu.rasa_home import DEADLINE_SECONDS
from nlu.understanding import Outcome, Understanding

log = logging.getLogger(__name__)

READABLE = (Kind.TEXT, Kind.EDIT)
NOT_ALONE = (Outcome.UNKNOWN, Outcome.CLARIFY)
"""Words that may mean something together with those they reply to."""


class Answer(Protocol):
    """Answers a button's press in the messenger: transient, best effort."""

    async def __call__(self, callback: str) -> None: ...


Parse = Callable[[Mapping[str, Any]], Awaitable[Parsed]]
"""A channel's reading of a raw update. Raises MalformedUpdate."""


@dataclass(frozen=True, slots=True)
class Door:
    """How updates of one channel are read, and its button presses answered."""

    parse: Parse
    answer: Answer


async def claim(runtime: Runtime, lease: str, most: int) -> Sequence[Claimed]:
    """Updates this worker may handle now, at most one a conversation."""
    async with runtime.db.once() as tx:
        return await inbox.claim(tx, lease, most)


async def handle_together(runtime: Runtime, doors: Mapping[Channel, Door], batch: Sequence[Claimed]) -> None:
    """Updates of different conversations, sharing a transaction as long as all goes well.

    What isn't a client's, was tried before, or shares in a failure is handled by itself.
    """
    fresh = [(claimed, parsed) for claimed in batch if (parsed := await _fresh(doors, claimed))]
    answered = {claimed.id for claimed, _ in fresh}
    handled = await _handle_fresh(runtime, fresh)
    for claimed in batch:
        if claimed.id in handled:
            _measured(runtime, claimed)
    rest = (handle(runtime, doors, one, answered=one.id in answered) for one in batch if one.id not in handled)
    for outcome in await asyncio.gather(*rest, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def handle(runtime: Runtime, doors: Mapping[Channel, Door], claimed: Claimed, *, answered: bool = False) -> str:
    """One update; ``answered``: its press is. Returns its outcome; never raises but when the database is gone."""
    about = {"update": claimed.id}
    try:
        async with by_itself(runtime, claimed) as allowed:
            if not allowed:
                return await set_aside(runtime, claimed, "its workers were lost")
            outcome = await _handle(runtime, doors[claimed.channel], claimed, answered)
    except ClaimLost:
        return "lost"
    except MalformedUpdate as error:
        log.warning("update %d is malformed, set aside: %s", claimed.id, error, extra=about)
        return await done(runtime, claimed, "malformed", state="aside")
    except Exception as error:
        if is_passing(error):
            return await give_back(runtime, claimed, type(error).__name__)
        log.exception("update %d failed, attempt %d", claimed.id, claimed.attempts, extra=about)
        return await failed(runtime, claimed, told(error))
    _measured(runtime, claimed)
    return outcome


def _measured(runtime: Runtime, claimed: Claimed) -> None:
    metrics.handling(claimed.channel.value, (runtime.clock() - claimed.received_at).total_seconds())


async def _handle(runtime: Runtime, door: Door, claimed: Claimed, answered: bool) -> str:
    parsed = await door.parse(claimed.payload)
    if isinstance(parsed, GroupNews):
        return await _group(runtime, claimed, parsed)
    if not answered and not isinstance(parsed, Ignored):
        await _answer(door, parsed)
    match parsed:
        case Ignored(why):
            return await done(runtime, claimed, f"ignored.{why}")
        case Incoming():
            return (await _client(runtime, claimed, parsed)).outcome
        case StaffIncoming():
            decision = await _staff(runtime, claimed, parsed)
            return decision.outcome if decision else "staff.elsewhere"


async def _answer(door: Door, parsed: Incoming | StaffIncoming) -> None:
    """A press is answered before it is handled: a messenger waits a minute at most, a database may be slow."""
    if parsed.callback:
        await door.answer(parsed.callback)


async def _handle_fresh(runtime: Runtime, fresh: Sequence[tuple[Claimed, Incoming]]) -> Collection[int]:
    """The updates handled together; none of them after a failure."""
    try:
        said = {one.address: one for one in await _said(runtime, fresh)}
        if said:
            await turn.take_together(runtime, list(said.values()))
    except Exception as error:  # noqa: BLE001 - each by itself finds out whose it is
        log.warning("%d updates together failed (%s), one by one now", len(fresh), type(error).__name__)
        return ()
    return {one.heard.inbox_id for one in said.values()}


async def _fresh(doors: Mapping[Channel, Door], claimed: Claimed) -> Incoming | None:
    """What a client did, if that is what it is and nothing has gone wrong with it so far; its press is answered."""
    if claimed.attempts > 1:
        return None
    try:
        parsed = await doors[claimed.channel].parse(claimed.payload)
    except Exception:  # noqa: BLE001 - happens again where it is dealt with
        return None
    if not isinstance(parsed, Incoming):
        return None
    await _answer(doors[claimed.channel], parsed)
    return parsed


async def _said(runtime: Runtime, acts: Sequence[tuple[Claimed, Incoming]]) -> list[Said]:
    """What clients did, with what their engine understands of their words: all in one batch, which is cheaper."""
    contents = await _serving(runtime, [incoming for _, incoming in acts])
    said: list[Said] = []
    for content in dict.fromkeys(contents):
        theirs = [act for act, serving in zip(acts, contents, strict=True) if serving is content]
        said += await _read_by(content, theirs)
    return said


async def _serving(runtime: Runtime, said: Sequence[Incoming]) -> list[Content]:
    """The pair of release and engine for each; who they are is asked only while a pilot runs."""
    shelf = runtime.shelf
    if shelf.piloted is None:
        return [shelf.content] * len(said)
    async with runtime.db.once() as tx:
        known = await pilots.clients_of(tx, [(one.channel, one.external_id) for one in said])
    whose = [known.get((one.channel, one.external_id), (None, NOBODY)) for one in said]
    return [shelf.serving(client, profile) for client, profile in whose]


async def _read_by(content: Content, acts: Sequence[tuple[Claimed, Incoming]]) -> list[Said]:
    readings = await _understood(content, [incoming for _, incoming in acts if incoming.kind in READABLE])
    understood = iter(readings)
    said = []
    for claimed, incoming in acts:
        reading = next(understood) if incoming.kind in READABLE else None
        shown = _shown(incoming)
        heard = Heard(claimed.id, claimed.lease, shown, reading)
        said.append(Said(ClientActed(claimed.id, incoming, reading), heard, content))
    return said


async def _understood(content: Content, spoken: Sequence[Incoming]) -> list[Understanding]:
    """Words by themselves; where that says too little, together with the message they reply to: by one deadline."""
    until = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    alone = await _read(content, [one.text for one in spoken], until)
    unclear = [i for i, one in enumerate(spoken) if one.quoted and alone[i].outcome in NOT_ALONE]
    together = await _read(content, [f"{spoken[i].quoted}\n{spoken[i].text}" for i in unclear], until)
    for i, reading in zip(unclear, together, strict=True):
        if reading.outcome not in NOT_ALONE:
            alone[i] = replace(reading, text=alone[i].text)
    return alone


async def _read(content: Content, texts: Sequence[str], until: float) -> list[Understanding]:
    begun = time.perf_counter()
    found = await content.engine.hear(texts, until) if texts else []
    metrics.understood([(one.engine, one.outcome.value) for one in found], time.perf_counter() - begun)
    return found


def _shown(incoming: Incoming) -> str:
    """A message as it stands in the conversation."""
    named = " ".join(f"\N{PAPERCLIP} {file.name or file.kind}" for file in incoming.files)
    return "\n".join(part for part in (incoming.text, named) if part) or (
        incoming.action or incoming.name or incoming.kind.value
    )


async def _client(runtime: Runtime, claimed: Claimed, incoming: Incoming) -> Decision:
    (said,) = await _said(runtime, [(claimed, incoming)])

    async def lock(tx: Tx) -> dialogs.Locked:
        return await dialogs.lock(tx, incoming.channel, incoming.external_id, runtime.clock())

    return await turn.take(runtime, lock, said.event, content=said.content, heard=said.heard)


async def _group(runtime: Runtime, claimed: Claimed, what: GroupNews) -> str:
    async with runtime.db.begin() as tx:
        outcome = await group.happened(runtime, tx, what)
        await inbox.settle(tx, claimed, outcome, runtime.clock())
    runtime.wake.signal([outbox_of(Channel.TELEGRAM)])
    return outcome


async def _staff(runtime: Runtime, claimed: Claimed, incoming: StaffIncoming) -> Decision | None:
    """A staff member's message or button; None: not in a conversation's topic."""
    async with runtime.db.begin() as tx:
        who = await staff.by_telegram(tx, incoming.person)
        address = await dialogs.address_of_topic(tx, runtime.staff_chat or incoming.chat, incoming.thread or "")
    if address is None:
        await done(runtime, claimed, "ignored.no_topic")
        return None
    event: Event = StaffWrote(who, incoming.text, incoming.files, incoming.message)
    if incoming.action:
        event = StaffPressed(who, incoming.action)
    elif incoming.edited:
        event = StaffEdited(who, incoming.text, incoming.message)
    return await turn.take(
        runtime,
        partial(dialogs.lock_by_id, address_id=address),
        event,
        settle=partial(_settle, runtime, claimed),
        actor=f"staff:{who.id}" if who.id else f"telegram:{incoming.person}",
    )


async def _settle(runtime: Runtime, claimed: Claimed, tx: Tx, decision: Decision) -> bool:
    return await inbox.settle(tx, claimed, decision.outcome, runtime.clock())
