"""Raw updates: kept once, handled in order a conversation, given back, set aside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.messages import Channel, Received
from bot.storage import inbox
from bot.storage.inbox import Claimed
from bot.storage.session import Database
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask, update


async def store(db: Database, *rows: Received) -> int:
    async with db.begin() as tx:
        return await inbox.store(tx, rows, WEDNESDAY)


async def claim(db: Database, most: int = 10, lease: str = "me") -> list[Claimed]:
    async with db.begin() as tx:
        return await inbox.claim(tx, lease, most)


async def done(db: Database, claimed: Claimed, state: str = "done") -> bool:
    async with db.begin() as tx:
        return await inbox.settle(tx, claimed, "answer", WEDNESDAY, state=state)


async def test_an_update_is_kept_once(db: Database) -> None:
    assert await store(db, update(1), update(2)) == 2
    assert await store(db, update(2), update(3), update(3)) == 1
    assert await store(db) == 0


async def test_channels_number_their_updates_apart(db: Database) -> None:
    vk = Received(Channel.VK, "1", "vk:1", {})
    assert await store(db, update(1), vk) == 2


async def test_the_payload_comes_back_as_it_was(db: Database) -> None:
    payload: dict[str, Any] = {
        "text": "Здравствуйте 👋 \\u0000 \u2028",
        "deep": [{"n": 1.5, "none": None, "yes": True}],
        "big": 2**63 - 1,
    }
    await store(db, update(1, **payload))
    assert (await claim(db))[0].payload == payload


async def test_a_batch_is_kept_whole_or_not_at_all(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.begin() as tx:
            await inbox.store(tx, [update(1)], WEDNESDAY)
            await inbox.set_position(tx, Channel.VK, "17")
            raise RuntimeError
    assert await store(db, update(1)) == 1
    async with db.begin() as tx:
        assert await inbox.position(tx, Channel.VK) is None


async def test_the_position_of_an_ingress_is_remembered(db: Database) -> None:
    for ts in ("17", "18"):
        async with db.begin() as tx:
            await inbox.set_position(tx, Channel.VK, ts)
    async with db.begin() as tx:
        assert await inbox.position(tx, Channel.VK) == "18"
        assert await inbox.position(tx, Channel.TELEGRAM) is None


async def test_one_update_of_a_conversation_at_a_time_the_oldest_first(db: Database) -> None:
    await store(db, update(1, "a"), update(2, "a"), update(3, "b"), update(4, "a"))
    first = await claim(db)
    assert [(one.conversation, one.payload["update_id"]) for one in first] == [("a", 1), ("b", 3)]
    assert await claim(db, lease="other") == []
    assert await done(db, first[0])
    assert [one.payload["update_id"] for one in await claim(db)] == [2]


async def test_no_more_than_asked_for(db: Database) -> None:
    await store(db, *(update(n, f"c{n}") for n in range(9)))
    assert [one.payload["update_id"] for one in await claim(db, 4)] == [0, 1, 2, 3]
    assert len(await claim(db, 100)) == 5
    assert await claim(db, 0) == []


async def test_workers_that_claim_at_once_share_without_doubles(db: Database) -> None:
    await store(db, *(update(n, f"c{n % 10}") for n in range(40)))
    seen: list[tuple[str, int]] = []

    async def work(lease: str) -> None:
        for _ in range(40):
            claimed = await claim(db, 3, lease)
            for one in claimed:
                seen.append((one.conversation, one.payload["update_id"]))
                assert await done(db, one)
            if not claimed:
                await asyncio.sleep(0.005)

    await asyncio.gather(*(work(f"w{n}") for n in range(4)))
    assert sorted(number for _, number in seen) == list(range(40))
    for conversation in {key for key, _ in seen}:
        numbers = [number for key, number in seen if key == conversation]
        assert numbers == sorted(numbers), "a conversation was handled out of order"


async def test_a_crashed_workers_updates_go_on_when_its_lease_ends(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(db, update(1), update(2))
    monkeypatch.setattr(inbox, "LEASE_SECONDS", 0.5)
    lost = (await claim(db, lease="crashed"))[0]
    assert await claim(db, lease="other") == []
    await asyncio.sleep(0.55)
    again = (await claim(db, lease="other"))[0]
    assert (again.id, again.attempts) == (lost.id, 2)
    assert not await done(db, lost), "whoever lost the claim changes nothing"
    assert await done(db, again)
    assert not await done(db, again), "handled once"


async def test_a_failed_update_waits_and_holds_its_conversation(db: Database) -> None:
    await store(db, update(1, "a"), update(2, "a"), update(3, "b"))
    failed = (await claim(db, 1))[0]
    async with db.begin() as tx:
        await inbox.retry_later(tx, failed, "ValueError: no", 0.5)
    assert [one.payload["update_id"] for one in await claim(db)] == [3]
    await asyncio.sleep(0.55)
    again = (await claim(db))[0]
    assert (again.payload["update_id"], again.attempts) == (1, 2)
    assert (await ask(db, "SELECT outcome FROM inbox WHERE id = :id", id=failed.id))[0]["outcome"] == "ValueError: no"


async def test_set_aside_it_is_kept_and_the_conversation_goes_on(db: Database) -> None:
    await store(db, update(1), update(2))
    bad = (await claim(db))[0]
    assert await done(db, bad, state="aside")
    assert [one.payload["update_id"] for one in await claim(db)] == [2]
    kept = await ask(db, "SELECT state, payload FROM inbox WHERE id = :id", id=bad.id)
    assert kept[0]["state"] == "aside"
    assert kept[0]["payload"]


async def test_what_was_handled_is_never_taken_twice_when_delivered_again(db: Database) -> None:
    await store(db, update(1))
    assert await done(db, (await claim(db))[0])
    assert await store(db, update(1)) == 0
    assert await claim(db) == []


async def test_long_keys_are_cut_and_odd_ones_kept(db: Database) -> None:
    odd = Received(Channel.TELEGRAM, "x" * 500, "'; DROP TABLE inbox; --" + "y" * 500, {})
    assert await store(db, odd) == 1
    assert (await claim(db))[0].conversation.startswith("'; DROP TABLE")
