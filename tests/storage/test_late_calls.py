"""Calls of a worker that comes too late, and causes as messengers word them."""

from __future__ import annotations

import time
from dataclasses import replace

from bot.domain.errors import OutcomeUnknown, Refused
from bot.domain.messages import Call, Sent
from bot.storage.outbox import Leased
from bot.storage.session import Database
from bot.usecases import deliver
from tests.storage.rows import FREELY, ask, claim, do, put
from tests.storage.worker import Worker


async def _sends(call: Call) -> Sent:
    return Sent(call.target)


async def test_whoever_overslept_his_lease_makes_no_call(worker: Worker, db: Database) -> None:
    """Another may have made it meanwhile; if none has, it is made at once and its outcome is no riddle."""
    await put(db, ("1", "a"))
    (slow,) = await claim(db, lease="slow")
    late = replace(slow, until=time.monotonic() - 0.01)
    made = await deliver.make(_sends, late)
    assert not isinstance(made, Sent)
    await deliver.record(worker.runtime, [(late, made)], FREELY)
    (again,) = await claim(db, lease="again")
    assert not again.lost
    await deliver.record(worker.runtime, [(again, await deliver.make(_sends, again))], FREELY)
    assert await ask(db, "SELECT state, cause FROM outbox") == [{"state": "sent", "cause": None}]


async def test_a_call_taken_over_is_left_alone(worker: Worker, db: Database) -> None:
    await put(db, ("1", "a"))
    (slow,) = await claim(db, lease="slow")
    await do(db, "UPDATE outbox SET lease_until = '-infinity'")
    (taken,) = await claim(db, lease="quick")
    late = replace(slow, until=time.monotonic() - 0.01)
    await deliver.record(worker.runtime, [(late, await deliver.make(_sends, late))], FREELY)
    assert await ask(db, "SELECT lease FROM outbox") == [{"lease": "quick"}]
    await deliver.record(worker.runtime, [(taken, await deliver.make(_sends, taken))], FREELY)
    assert await ask(db, "SELECT state FROM outbox") == [{"state": "sent"}]


async def test_no_words_of_a_messenger_stop_the_others(worker: Worker, db: Database) -> None:
    """PostgreSQL keeps neither NUL nor half a character; what can't be recorded would be tried for ever."""
    await put(db, ("1", "a"), ("2", "b"), ("3", "c"))
    first, second, third = await claim(db)
    results: list[tuple[Leased, Sent | Exception]] = [
        (first, Refused("bad\0 \ud83d words")),
        (second, OutcomeUnknown("cut\0 short")),
        (third, await _sends(third.call)),
    ]
    await deliver.record(worker.runtime, results, FREELY)
    assert [row["state"] for row in await ask(db, "SELECT state FROM outbox ORDER BY id")] == [
        "failed",
        "pending",
        "sent",
    ]
    assert (await ask(db, "SELECT cause FROM outbox WHERE state = 'failed'"))[0]["cause"] == "bad ? words"
