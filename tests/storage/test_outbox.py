"""Calls to messengers: order, lanes, pace, leases, and what becomes of failures."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.domain.errors import PerhapsSent
from bot.domain.messages import Call, CallKind, Channel, Mark, Rendered, RenderedButton, Sent, Style
from bot.storage import dialogs, groups, outbox
from bot.storage.outbox import Leased, Rate
from bot.storage.session import Database
from bot.usecases import deliver
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import FREELY, STAFF_CHAT, ask, claim, put, words
from tests.storage.worker import Worker


async def sent(db: Database, *done: Leased, topic: str | None = None) -> None:
    async with db.begin() as tx:
        await outbox.settle(tx, [(one, Sent("1", topic)) for one in done])


async def states(db: Database) -> list[str]:
    return [row["state"] for row in await ask(db, "SELECT state FROM outbox ORDER BY id")]


async def test_a_call_comes_back_as_it_was_saved(db: Database) -> None:
    rendered = Rendered(
        "Привет 👋",
        (Mark(0, 6, Style.BOLD),),
        ((RenderedButton("Да", "q:1"), RenderedButton("Сайт", link="https://x.invalid")),),
    )
    await put(db, ("5", rendered), channel=Channel.VK)
    leased = (await claim(db, channel=Channel.VK))[0]
    assert leased.call.rendered == rendered
    assert (leased.call.channel, leased.call.target, leased.call.attempt) == (Channel.VK, "5", 1)


async def test_one_call_of_a_conversation_at_a_time_in_order(db: Database) -> None:
    await put(db, ("1", "a"), ("1", "b"), ("2", "c"), ("1", "d"))
    first = await claim(db)
    assert words(first) == ["a", "c"]
    assert words(await claim(db)) == []
    await sent(db, *first)
    assert words(await claim(db)) == ["b"]


async def test_answers_come_before_notices_before_campaigns(db: Database) -> None:
    await put(db, ("3", "campaign"), lane=2)
    await put(db, ("2", "notice"), lane=1)
    await put(db, ("1", "answer"))
    assert words(await claim(db, 1)) == ["answer"]
    assert words(await claim(db, 1)) == ["notice"]
    assert words(await claim(db, 1)) == ["campaign"]


async def test_within_a_conversation_order_comes_before_lanes(db: Database) -> None:
    await put(db, ("1", "notice"), lane=1)
    await put(db, ("1", "answer"))
    assert words(await claim(db)) == ["notice"]


async def test_channels_are_apart(db: Database) -> None:
    await put(db, ("1", "t"))
    await put(db, ("1", "v"), channel=Channel.VK)
    assert words(await claim(db, channel=Channel.VK)) == ["v"]
    assert words(await claim(db)) == ["t"]
    async with db.begin() as tx:
        assert await outbox.waiting(tx) == {"telegram": 1, "vk": 1}


async def test_workers_that_claim_at_once_share_without_doubles(db: Database) -> None:
    await put(db, *((str(n % 10), f"{n % 10}:{n}") for n in range(60)))
    made: list[str] = []

    async def work(lease: str) -> None:
        for _ in range(60):
            claimed = await claim(db, 3, lease=lease)
            made.extend(words(claimed))
            await sent(db, *claimed)
            if len(made) == 60:
                return

    await asyncio.gather(*(work(f"w{n}") for n in range(4)))
    assert len(made) == len(set(made)) == 60
    for conversation in range(10):
        order = [int(one.split(":")[1]) for one in made if one.startswith(f"{conversation}:")]
        assert order == sorted(order)


# --- pace --------------------------------------------------------------------------------


async def test_the_channels_burst_and_rate(db: Database) -> None:
    await put(db, *((str(n), str(n)) for n in range(30)))
    rate = Rate(per_second=20, burst=5, chat_interval=0, chat_burst=100)
    start, got = time.monotonic(), 0
    while time.monotonic() - start < 0.55:
        got += len(await claim(db, 50, rate))
        await asyncio.sleep(0.01)
    took = time.monotonic() - start
    assert 5 < got <= 5 + 20 * took + 1


async def test_the_rate_is_shared_by_all_workers(db: Database) -> None:
    await put(db, *((str(n), str(n)) for n in range(30)))
    rate = Rate(per_second=1, burst=6, chat_interval=0, chat_burst=100)
    got = await asyncio.gather(*(claim(db, 5, rate, lease=f"w{n}") for n in range(4)))
    assert sum(map(len, got)) <= 7
    assert len(await claim(db, 5, rate)) <= 1


async def test_a_chat_has_a_pace_of_its_own(db: Database) -> None:
    await put(db, *(("1", str(n)) for n in range(4)), ("2", "other"))
    rate = Rate(per_second=1000, burst=100, chat_interval=0.6, chat_burst=2)
    first = await claim(db, rate=rate)
    assert words(first) == ["0", "other"]
    await sent(db, *first)
    second = await claim(db, rate=rate)
    assert words(second) == ["1"]
    await sent(db, *second)
    assert await claim(db, rate=rate) == []
    await asyncio.sleep(0.65)
    assert words(await claim(db, rate=rate)) == ["2"]


async def test_a_group_is_slower_than_a_chat(db: Database) -> None:
    await put(db, *((STAFF_CHAT, f"g{n}") for n in range(3)), *(("1", f"c{n}") for n in range(3)))
    rate = Rate(1000, 100, chat_interval=0, chat_burst=100, group_interval=30, group_burst=2)
    got = []
    for _ in range(4):
        claimed = await claim(db, rate=rate)
        got += words(claimed)
        await sent(db, *claimed)
    assert got == ["g0", "c0", "g1", "c1", "c2"]


async def test_asked_to_wait_with_one_chat_others_go_on(db: Database) -> None:
    await put(db, ("1", "a"), ("2", "b"))
    rate = replace(FREELY, chat_interval=0.01, chat_burst=3)
    paused = (await claim(db, 1, rate))[0]
    async with db.begin() as tx:
        await outbox.retry(tx, paused, "429", 0.0)
        await outbox.pause_target(tx, paused.call, 0.6, rate)
    assert words(await claim(db, rate=rate)) == ["b"]
    await asyncio.sleep(0.7)
    assert words(await claim(db, rate=rate)) == ["a"]


# --- failures and leases -----------------------------------------------------------------------


async def test_a_failed_call_waits_and_holds_its_conversation(db: Database) -> None:
    await put(db, ("1", "a"), ("1", "b"), ("2", "c"))
    failed = (await claim(db, 1))[0]
    async with db.begin() as tx:
        await outbox.retry(tx, failed, "503", 0.5)
    assert words(await claim(db)) == ["c"]
    await asyncio.sleep(0.55)
    again = (await claim(db))[0]
    assert (again.call.rendered.text, again.call.attempt, again.lost) == ("a", 2, False)
    assert again.tried_seconds >= 0.5


async def test_a_crashed_workers_call_goes_on_and_is_known_as_lost(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(db, ("1", "a"))
    monkeypatch.setattr(outbox, "LEASE_SECONDS", 0.1)
    crashed = (await claim(db, lease="crashed"))[0]
    assert not crashed.lost
    await asyncio.sleep(0.15)
    again = (await claim(db, lease="other"))[0]
    assert (again.call.id, again.lost, again.call.attempt) == (crashed.call.id, True, 2)
    await sent(db, crashed)
    assert await states(db) == ["pending"], "a lost lease changes nothing"
    await sent(db, again)
    assert await states(db) == ["sent"]
    cause = (await ask(db, "SELECT cause FROM outbox"))[0]["cause"]
    assert cause.startswith(outbox.UNKNOWN), "it may have been made twice: that stays counted"


@pytest.mark.parametrize("state", ["failed", "unknown", "held"])
async def test_given_up_it_is_kept_with_its_cause_and_the_next_goes_on(db: Database, state: str) -> None:
    await put(db, ("1", "a"), ("1", "b"))
    async with db.begin() as tx:
        await outbox.fail(tx, (await outbox.claim(tx, Channel.TELEGRAM, "me", 1, FREELY))[0], state, "x" * 900)
    rows = await ask(db, "SELECT state, cause, settled_at FROM outbox ORDER BY id")
    assert rows[0]["state"] == state
    assert len(rows[0]["cause"]) == 300
    assert rows[0]["settled_at"]
    assert words(await claim(db)) == ["b"]


async def test_what_can_not_reach_a_client_is_dropped_but_not_staffs(worker: Worker) -> None:
    await worker.says("1", "human")
    await worker.says("2", "agrostartup")
    address = await worker.address("1")
    async with worker.runtime.db.begin() as tx:
        await outbox.drop_waiting(tx, address, "blocked")
    rows = await ask(worker.runtime.db, "SELECT target, state FROM outbox ORDER BY id")
    by_target = {row["target"]: row["state"] for row in rows}
    assert by_target == {"1": "failed", STAFF_CHAT: "pending", "2": "pending"}


# --- topics of the staff group -----------------------------------------------------------------


async def test_a_topic_is_created_once_and_posts_follow_into_it(worker: Worker) -> None:
    db = worker.runtime.db
    await worker.says("1", "human")
    await worker.says("1", "agrostartup")
    topics = [call for call in await claim(db) if call.call.target == STAFF_CHAT]
    assert [call.call.kind for call in topics] == [CallKind.CREATE_TOPIC]
    assert topics[0].call.rendered.text.startswith("🆕 №1")
    await sent(db, topics[0], topic="55")
    post = next(call for call in await claim(db) if call.call.target == STAFF_CHAT)
    assert (post.call.kind, post.call.thread) == (CallKind.MESSAGE, "55")
    kinds = await ask(db, "SELECT kind, count(*) AS n FROM outbox WHERE lane = 2 GROUP BY kind ORDER BY kind")
    assert [(row["kind"], row["n"]) for row in kinds] == [("create_topic", 1), ("message", 1)]

    async with db.begin() as tx:
        assert await dialogs.address_of_topic(tx, STAFF_CHAT, "55") == await worker.address("1")
        assert await dialogs.address_of_topic(tx, STAFF_CHAT, "56") is None
        assert await dialogs.address_of_topic(tx, "-1", "55") is None


async def test_a_group_gets_under_twenty_messages_a_minute(db: Database) -> None:
    """However many topics have something to say; urgent things first."""
    usual = Rate(per_second=30, burst=30, chat_interval=1, chat_burst=4)
    rate = replace(FREELY, group_interval=usual.group_interval, group_burst=usual.group_burst)
    for topic in range(30):
        await to_group(db, f"staff:{topic}", f"case {topic}", lane=2)
    await to_group(db, "staff:general", "late", lane=1)
    said = []
    for _ in range(40):
        got = await claim(db, rate=rate)
        assert len(got) <= 1, "one call of a group at a time, or the bucket is passed by"
        said += words(got)
        await sent(db, *got)
    assert said[0] == "late"
    assert len(said) == rate.group_burst
    assert rate.group_burst + 60 / rate.group_interval < 20


async def test_a_group_that_moved_is_called_by_its_new_number(db: Database) -> None:
    await to_group(db, "staff:general", "a", lane=1)
    async with db.begin() as tx:
        await groups.moved(tx, STAFF_CHAT, "-1002", WEDNESDAY)
        await groups.moved(tx, "-1002", "-1003", WEDNESDAY)
        assert await groups.place(tx, STAFF_CHAT) == "-1003"
        assert await groups.place(tx, "-77") == "-77"
    assert [one.call.target for one in await claim(db)] == ["-1003"]


async def test_a_repeat_to_vk_is_made_only_while_vk_remembers(worker: Worker) -> None:
    """After an attempt that may have taken place, and 50 minutes, the row is kept as unknown and VK is not asked."""
    db, asked = worker.runtime.db, list[Call]()

    async def send(call: Call) -> Sent:
        asked.append(call)
        raise PerhapsSent("no answer from VK (ReadTimeout)")

    async def attempt() -> None:
        for leased in await claim(db, channel=Channel.VK):
            await deliver.record(worker.runtime, [(leased, await deliver.make(send, leased))], FREELY)
        await ask_nothing(db, "UPDATE outbox SET due_at = '-infinity'")

    await put(db, ("5", "ответ"), channel=Channel.VK)
    await attempt()
    await attempt()
    assert len(asked) == 2
    await ask_nothing(db, "UPDATE outbox SET first_tried_at = first_tried_at - interval '51 minutes'")
    await attempt()
    assert len(asked) == 2
    assert await states(db) == ["unknown"]


async def to_group(db: Database, conversation: str, said: str, lane: int) -> None:
    await put(db, (STAFF_CHAT, said), lane=lane)
    await ask_nothing(
        db, f"UPDATE outbox SET conversation = '{conversation}' WHERE conversation = 'telegram:{STAFF_CHAT}'"
    )


async def ask_nothing(db: Database, statement: str) -> None:
    async with db.begin() as tx:
        await tx.execute(text(statement))
