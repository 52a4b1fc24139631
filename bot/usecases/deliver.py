"""Make the calls of the outbox: in order a conversation, within the messenger's limits."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from bot import group, metrics, turn
from bot.domain.decision import Decision
from bot.domain.errors import (
    ChatMoved,
    ClaimLost,
    GroupUnfit,
    OutcomeUnknown,
    PerhapsSent,
    Refused,
    RetryLater,
    TopicGone,
    Unreachable,
)
from bot.domain.events import ClientUnreachable, Event
from bot.domain.messages import Call, CallKind, Channel, Sent
from bot.domain.news import AnswerRefused, TopicLost
from bot.storage import dialogs, groups, outbox
from bot.storage.outbox import Leased, Rate
from bot.storage.session import Tx
from bot.telling import told
from bot.turn import Runtime

log = logging.getLogger(__name__)

GIVE_UP_SECONDS = 24 * 3600.0
"""A messenger that is down for a day: an answer so late would only confuse."""
GROUP_WAIT_SECONDS = 60.0
"""Between two looks whether the staff group was mended."""
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 120.0
VK_SAFE_SECONDS = 50 * 60
"""VK forgets a ``random_id`` after an hour; a repeat is safe well within it."""


class Send(Protocol):
    """A channel's call. Raises RetryLater, Unreachable, Refused or OutcomeUnknown."""

    async def __call__(self, call: Call) -> Sent: ...


async def claim(runtime: Runtime, channel: Channel, lease: str, most: int, rate: Rate) -> Sequence[Leased]:
    """Calls this worker may make now, at most one a conversation."""
    async with runtime.db.once() as tx:
        return await outbox.claim(tx, channel, lease, most, rate)


async def make(send: Send, leased: Leased, *, unknown: str = "repeat") -> Sent | Exception:
    """One call; its failure is returned, to be recorded by ``record``."""
    if time.monotonic() > leased.until:  # this worker was paused, or its calls queued up: another makes it
        return ClaimLost()
    if (leased.lost or leased.perhaps_sent) and not _may_repeat(leased, unknown):
        return OutcomeUnknown("its worker was lost" if leased.lost else "too late for a safe repeat")
    try:
        return await send(leased.call)
    except Exception as error:  # noqa: BLE001 - whatever it was, the row must learn of it
        return error


async def record(
    runtime: Runtime, results: Sequence[tuple[Leased, Sent | Exception]], rate: Rate, *, unknown: str = "repeat"
) -> None:
    """Mark calls made, in one transaction; those failed each for itself."""
    sent = [(leased, result) for leased, result in results if isinstance(result, Sent)]
    if sent:
        async with runtime.db.once() as tx:
            await outbox.settle(tx, sent)
        await _group_is_fit(runtime, sent)
        for leased, _ in sent:
            _confirmed(runtime, leased)
    for leased, result in results:
        if isinstance(result, Exception):
            await _failed(runtime, leased, result, rate, unknown)


def _confirmed(runtime: Runtime, leased: Leased) -> None:
    channel = leased.call.channel.value
    metrics.delivered(channel, "sent")
    metrics.replied(channel, (runtime.clock() - leased.created_at).total_seconds())


def _result(error: Exception) -> str:
    match error:
        case Unreachable():
            return "unreachable"
        case Refused():
            return "refused"
        case OutcomeUnknown():
            return "unknown"
        case RetryLater():
            return "retry"
        case ClaimLost():
            return "late"
    return "failed"


def _may_repeat(leased: Leased, unknown: str) -> bool:
    """Whether a call that may have taken place may be made again."""
    if leased.call.channel is Channel.TELEGRAM:
        return unknown != "hold"
    return leased.tried_seconds <= VK_SAFE_SECONDS


async def _failed(runtime: Runtime, leased: Leased, error: Exception, rate: Rate, unknown: str) -> None:
    metrics.delivered(leased.call.channel.value, _result(error))
    if await _groups_failure(runtime, leased, error, rate):
        return
    match error:
        case ClaimLost():
            async with runtime.db.begin() as tx:
                await outbox.retry(tx, leased, "its worker came too late", 0)
        case Unreachable():
            await _unreachable(runtime, leased, str(error))
        case Refused():
            log.error("call %d refused: %s", leased.call.id, error, extra={"call": leased.call.id})
            await _give_up(runtime, leased, "failed", str(error))
        case PerhapsSent() if leased.tried_seconds > VK_SAFE_SECONDS:
            await _give_up(runtime, leased, "unknown", str(error))
        case PerhapsSent():
            await _again(runtime, leased, f"{outbox.PERHAPS}: {error}")
        case OutcomeUnknown() if leased.call.channel is Channel.TELEGRAM:
            log.warning("call %d: outcome unknown (%s)", leased.call.id, unknown, extra={"call": leased.call.id})
            if unknown == "hold":
                await _give_up(runtime, leased, "held", str(error))
            else:
                await _again(runtime, leased, f"{outbox.UNKNOWN}: {error}")
        case OutcomeUnknown() if leased.tried_seconds > VK_SAFE_SECONDS:
            await _give_up(runtime, leased, "unknown", str(error))
        case RetryLater(after=after):
            await _again(runtime, leased, str(error), after, rate)
        case OutcomeUnknown():
            await _again(runtime, leased, str(error))
        case _:
            log.error("call %d failed unexpectedly", leased.call.id, exc_info=error, extra={"call": leased.call.id})
            await _again(runtime, leased, told(error))


async def _groups_failure(runtime: Runtime, leased: Leased, error: Exception, rate: Rate) -> bool:
    """Whether it is one of those that only groups know, and dealt with."""
    match error:
        case TopicGone() if leased.call.kind is CallKind.RENAME_TOPIC:  # a new one would have the right name
            async with runtime.db.begin() as tx:
                await outbox.fail(tx, leased, "dropped", str(error))
        case TopicGone() if leased.thread_of is not None:
            await _topic_gone(runtime, leased, leased.thread_of)
        case ChatMoved(to=to):
            await _chat_moved(runtime, leased, to)
        case GroupUnfit(after=after) if leased.conversation.startswith("staff:"):
            await _group_unfit(runtime, leased, str(error), after or GROUP_WAIT_SECONDS, rate)
        case GroupUnfit():  # of no group of ours
            await _give_up(runtime, leased, "failed", str(error))
        case _:
            return False
    return True


async def _again(
    runtime: Runtime, leased: Leased, cause: str, after: float | None = None, rate: Rate | None = None
) -> None:
    if leased.tried_seconds > GIVE_UP_SECONDS:
        await _give_up(runtime, leased, "failed", cause)
        return
    backoff = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(leased.call.attempt - 1, 10))
    wait = after if after is not None else backoff * random.uniform(0.7, 1.3)
    async with runtime.db.begin() as tx:
        await outbox.retry(tx, leased, cause, wait)
        if after is not None and rate is not None:
            await outbox.pause_target(tx, leased.call, after, rate)


async def _give_up(runtime: Runtime, leased: Leased, state: str, cause: str) -> None:
    """Not tried again. Whoever of the staff owes this client an answer learns that this one did not arrive."""
    async with runtime.db.begin() as tx:
        await outbox.fail(tx, leased, state, cause)
    if leased.address_id is not None and _to_client(leased):
        await _happened(runtime, leased.address_id, AnswerRefused(leased.call.rendered.text))


def _to_client(leased: Leased) -> bool:
    return leased.thread_of is None and leased.conversation.split(":")[0] == leased.call.channel.value


async def _happened(
    runtime: Runtime, address: int, event: Event, *, settle: turn.Settle | None = None, after: turn.After | None = None
) -> None:
    lock = partial(dialogs.lock_by_id, address_id=address)
    await turn.take(runtime, lock, event, settle=settle, after=after)


async def _topic_gone(runtime: Runtime, leased: Leased, address: int) -> None:
    """Somebody deleted the topic: another one is made, and whatever waits for it comes after that."""
    log.warning("a topic of the staff group was deleted, it is made anew", extra={"call": leased.call.id})

    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await groups.forget_topic(tx, address, leased.call.thread)

    async def after(tx: Tx) -> None:
        await groups.put_behind(tx, leased.conversation)

    try:
        await _happened(runtime, address, TopicLost(), settle=settle, after=after)
    except ClaimLost:  # made anew already
        await _again(runtime, leased, "the topic was deleted", 0.0)


async def _chat_moved(runtime: Runtime, leased: Leased, to: str) -> None:
    log.warning("a group has become a supergroup, it is followed", extra={"call": leased.call.id})
    async with runtime.db.begin() as tx:
        await groups.moved(tx, leased.call.target, to, runtime.clock())
        await outbox.retry(tx, leased, "the group has moved", 0.0)


async def _group_unfit(runtime: Runtime, leased: Leased, cause: str, after: float, rate: Rate) -> None:
    """Kept until the group is mended, however long that takes."""
    async with runtime.db.begin() as tx:
        await outbox.retry(tx, leased, cause, after)
        await outbox.pause_target(tx, leased.call, after, rate)
        await group.unfit(runtime, tx, leased.call.target, cause)


async def _group_is_fit(runtime: Runtime, sent: Sequence[tuple[Leased, Sent]]) -> None:
    for chat in {leased.call.target for leased, _ in sent if leased.call.target.startswith("-")}:
        async with runtime.db.once() as tx:
            if await groups.fit(tx, chat):
                log.info("the staff group takes messages again")


async def _unreachable(runtime: Runtime, leased: Leased, cause: str) -> None:
    """The client has blocked us: nothing more is tried, staff with an open case learn of it."""
    async with runtime.db.begin() as tx:
        await outbox.fail(tx, leased, "failed", cause)
        if leased.address_id is not None and leased.thread_of is None:
            await outbox.drop_waiting(tx, leased.address_id, cause)
    if leased.address_id is not None and _to_client(leased):
        await _happened(runtime, leased.address_id, ClientUnreachable())
