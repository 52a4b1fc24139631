"""Posts that wait for one topic of the staff group share a call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.domain.messages import Channel
from bot.storage import outbox
from bot.storage.outbox import Leased
from tests.storage.rows import FREELY, STAFF_CHAT, ask, claim
from tests.storage.test_outbox import sent
from tests.storage.worker import Worker


async def test_what_waits_for_one_topic_goes_out_together(worker: Worker) -> None:
    """In order, each thing once; what a worker has tried or is trying takes nothing more."""
    db = worker.runtime.db
    for said in ("human", "one", "two", "three"):
        await worker.says("1", said)
    (topic,) = for_staff(await claim(db))
    await worker.says("1", "four")
    await sent(db, topic, topic="55")
    (post,) = for_staff(await claim(db))
    text = post.call.rendered.text
    places = [text.index(said) for said in ("one", "two", "three", "four")]
    assert places == sorted(places) and text.count("two") == 1
    assert post.call.rendered.rows, "the buttons stay under the whole"
    await worker.says("1", "five")
    await worker.says("1", "six")
    async with db.begin() as tx:
        await outbox.retry(tx, post, "503", 0.0)
    await worker.says("1", "seven")
    waiting = await ask(db, "SELECT body FROM outbox WHERE lane = 2 AND state = 'pending' ORDER BY id")
    assert [[said in row["body"] for said in ("four", "five", "six", "seven")] for row in waiting] == [
        [True, False, False, False],
        [False, True, True, True],
    ]


async def test_a_post_that_a_worker_is_claiming_takes_nothing_more(worker: Worker) -> None:
    """Nobody waits for the other, and nothing is said twice or lost."""
    db = worker.runtime.db
    await worker.says("1", "human")
    await sent(db, *for_staff(await claim(db)), topic="55")
    async with db.begin() as tx:
        claimed = await outbox.claim(tx, Channel.TELEGRAM, "other", 10, FREELY)
        await asyncio.wait_for(worker.says("1", "one"), 5)
    (post,) = for_staff(claimed)
    assert "one" not in post.call.rendered.text
    await sent(db, *claimed)
    (later,) = for_staff(await claim(db))
    assert "one" in later.call.rendered.text


async def test_what_does_not_fit_goes_by_itself(worker: Worker) -> None:
    db = worker.runtime.db
    await worker.says("1", "human")
    for _ in range(3):
        await worker.says("1", "слово " * 300)
    rows = await ask(db, "SELECT body FROM outbox WHERE lane = 2 AND kind = 'message' ORDER BY id")
    assert [row["body"].count("Клиент:") for row in rows] == [2, 1]


def for_staff(leased: Sequence[Leased]) -> list[Leased]:
    return [one for one in leased if one.call.target == STAFF_CHAT]
