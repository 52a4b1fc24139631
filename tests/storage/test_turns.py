"""A whole turn on the real database: once, in order, and nothing of a failed one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import settle_update
from bot.domain.dialog import Dialog
from bot.domain.events import HandlingFailed, StaffWrote
from bot.domain.messages import Channel, Kind
from bot.storage import dialogs, inbox, page
from bot.storage.session import Database, Tx
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask, do
from tests.storage.worker import MARIA, Worker

Lock = Callable[[Tx], Awaitable[object]]


async def test_a_question_leaves_its_traces(worker: Worker) -> None:
    assert await worker.says("1", "agrostartup") == "answer"
    db = worker.runtime.db
    said = await ask(db, "SELECT direction, text, outcome, slug, release, engine FROM message ORDER BY id")
    assert [(m["direction"], m["outcome"], m["slug"]) for m in said] == [
        ("in", "answer", "agrostartup"),
        ("out", "answer", "agrostartup"),
    ]
    assert (said[0]["text"], said[0]["engine"], said[0]["release"]) == ("agrostartup", "by-heart", 1)
    assert [(i["state"], i["outcome"]) for i in await ask(db, "SELECT * FROM inbox")] == [("done", "answer")]
    calls = await ask(db, "SELECT conversation, channel, target, lane, state FROM outbox")
    assert [tuple(c.values()) for c in calls] == [("telegram:1", "telegram", "1", 0, "pending")]
    episodes = await ask(db, "SELECT kind, slug, helped FROM episode")
    assert [tuple(e.values()) for e in episodes] == [("answer", "agrostartup", None)]


async def test_an_update_is_handled_once_however_many_workers_hold_it(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    claimed = (await worker.claims())[0]
    outcomes = await asyncio.gather(*(worker.handles(claimed) for _ in range(5)))
    assert sorted(outcomes) == ["answer", "lost", "lost", "lost", "lost"]
    assert len(await worker.hears("1")) == 1


async def test_whoever_lost_the_claim_leaves_nothing(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    monkeypatch.setattr(inbox, "LEASE_SECONDS", 0.05)
    slow = (await worker.claims("slow"))[0]
    await asyncio.sleep(0.1)
    monkeypatch.undo()
    quick = (await worker.claims("quick"))[0]
    assert await worker.handles(slow) == "lost"
    assert await worker.hears("1") == []
    assert await worker.handles(quick) == "answer"
    assert await worker.handles(slow) == "lost", "the other one has finished meanwhile"
    assert len(await worker.hears("1")) == 1


async def test_five_failures_set_an_update_aside_and_the_conversation_goes_on(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_update, "FIRST_RETRY_SECONDS", 0.0001)
    await worker.receives("1", Kind.TEXT, fails="a bug")
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    outcomes: list[str] = []
    for _ in range(100):
        outcomes += await worker.works()
        await asyncio.sleep(0.01)
        if len(outcomes) == 6:
            break
    assert outcomes == ["failed"] * 4 + ["aside", "answer"]
    kept = await ask(worker.runtime.db, "SELECT state, outcome, attempts FROM inbox ORDER BY id")
    assert (kept[0]["state"], kept[0]["attempts"]) == ("aside", 5)
    cause = kept[0]["outcome"]
    assert cause.startswith("ValueError at storage/worker.py:"), "kind and place; the words may be a client's"
    heard = await worker.hears("1")
    assert len(heard) == 2
    assert heard[0].startswith("Сейчас не получилось")
    assert [c["reason"] for c in await ask(worker.runtime.db, 'SELECT reason FROM "case"')] == ["broken"]


async def test_a_failure_of_the_database_is_not_the_updates(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for an hour sets nobody's message aside."""
    monkeypatch.setattr(settle_update, "AFTER_OUTAGE_SECONDS", 0.0)
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    await do(worker.runtime.db, *FULL_DISK)
    for _ in range(12):
        (claimed,) = await worker.claims()
        assert (claimed.attempts, await worker.handles(claimed)) == (1, "later")
    await do(worker.runtime.db, "DROP TRIGGER full_disk ON message")
    assert await worker.works() == ["answer"]


FULL_DISK = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT ON message EXECUTE FUNCTION full_disk()",
)


async def test_what_nobody_waits_for_is_counted_and_done(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, ignored="edit")
    assert await worker.works() == ["ignored.edit"]
    assert await ask(worker.runtime.db, "SELECT * FROM address") == []


async def test_first_contact_of_two_at_once_makes_one_conversation(worker: Worker) -> None:
    """An update and, say, a second one over another connection: both know nobody yet."""
    db, together = worker.runtime.db, asyncio.Barrier(4)

    async def contact() -> tuple[int, bool]:
        async with db.begin() as tx:
            await together.wait()
            locked = await dialogs.lock(tx, Channel.VK, "77", WEDNESDAY)
            await asyncio.sleep(0.02)
            return locked.addressee.id, locked.dialog is None

    found = await asyncio.gather(*(contact() for _ in range(4)))
    assert len({address for address, _ in found}) == 1
    for table in ("client", "address", "dialog"):
        assert len(await ask(db, f"SELECT * FROM {table}")) == 1, table


async def test_first_contacts_of_the_same_people_at_once_do_not_deadlock(worker: Worker) -> None:
    """Four workers that believe they hold the same updates: one handles each, no turn is broken off."""
    for who in range(6):
        await worker.receives(str(who), Kind.TEXT, text="agrostartup")
    claimed = await worker.claims()
    outcomes = await asyncio.gather(*(worker.handles(one) for one in claimed for _ in range(4)))
    assert sorted(outcomes) == ["answer"] * 6 + ["lost"] * 18


async def test_many_first_contacts_at_once(worker: Worker) -> None:
    for who in range(20):
        await worker.receives(str(who), Kind.START)
    claimed = await worker.claims()
    assert len(claimed) == 20
    assert set(await asyncio.gather(*(worker.handles(one) for one in claimed))) == {"welcome"}
    assert len(await ask(worker.runtime.db, "SELECT * FROM address")) == 20


async def test_turns_of_one_conversation_wait_for_each_other(worker: Worker) -> None:
    """A client's words and a person's answer at once: neither overwrites the other's state."""
    await worker.says("1", "human")
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    claimed = (await worker.claims())[0]
    await asyncio.gather(
        worker.handles(claimed),
        worker.happens("1", StaffWrote(MARIA, "Слушаю.")),
        worker.happens("1", HandlingFailed(1)),
    )
    state = (await ask(worker.runtime.db, "SELECT state::json AS state FROM dialog"))[0]["state"]
    assert state["led"]
    assert [case["answered"] for case in state["cases"]] == [True]
    heard = await worker.hears("1")
    assert any("Слушаю." in text for text in heard)


async def test_a_locked_conversation_is_waited_for_whichever_way_it_is_asked_for(worker: Worker) -> None:
    await worker.says("1", "agrostartup")
    db, address = worker.runtime.db, await worker.address("1")

    async def by_key(tx: Tx) -> object:
        return await dialogs.lock(tx, Channel.TELEGRAM, "1", WEDNESDAY)

    async def by_id(tx: Tx) -> object:
        return await dialogs.lock_by_id(tx, address)

    async def with_others(tx: Tx) -> object:
        return await dialogs.lock_all(tx, [(Channel.TELEGRAM, "9"), (Channel.TELEGRAM, "1")], WEDNESDAY)

    for first in (by_key, by_id, with_others):
        for second in (by_key, by_id, with_others):
            order: list[str] = []

            async def hold(lock: Lock, name: str, order: list[str] = order) -> None:
                async with db.begin() as tx:
                    await lock(tx)
                    order.append(f"{name} locks")
                    await asyncio.sleep(0.05)
                    order.append(f"{name} ends")

            await asyncio.gather(hold(first, "a"), hold(second, "b"))
            assert order in (["a locks", "a ends", "b locks", "b ends"], ["b locks", "b ends", "a locks", "a ends"]), (
                f"{first.__name__} and {second.__name__}"
            )


async def test_batches_that_share_conversations_do_not_deadlock(worker: Worker) -> None:
    for who in "12345":
        await worker.says(who, "agrostartup")
    keys = [(Channel.TELEGRAM, who) for who in "12345"]

    async def batch(order: int) -> None:
        for _ in range(10):
            async with worker.runtime.db.begin() as tx:
                turned = keys[order:] + keys[:order]
                locked = await dialogs.lock_all(tx, turned, WEDNESDAY)
                assert [one.addressee.external_id for one in locked] == [who for _, who in turned]

    async with asyncio.timeout(20):
        await asyncio.gather(*(batch(order) for order in range(5)))


async def test_updates_handled_together_are_as_if_handled_apart(worker: Worker) -> None:
    for who in "abc":
        await worker.receives(who, Kind.TEXT, text="agrostartup")
    await worker.receives("d", Kind.TEXT, ignored="edit")
    await worker.receives("e", Kind.TEXT, text="human")
    await worker.handles_together(await worker.claims())
    done = await ask(worker.runtime.db, "SELECT state, outcome FROM inbox ORDER BY id")
    assert [row["outcome"] for row in done] == ["answer"] * 3 + ["ignored.edit", "handoff.asked"]
    assert {row["state"] for row in done} == {"done"}
    for who in "abce":
        assert len(await worker.hears(who)) == 1
    episodes = await ask(
        worker.runtime.db, "SELECT external_id FROM episode JOIN address ON address.id = address_id ORDER BY 1"
    )
    assert [row["external_id"] for row in episodes] == ["a", "b", "c"]


async def test_one_that_fails_or_is_lost_takes_nobody_with_it(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await worker.receives("lost", Kind.TEXT, text="agrostartup")
    monkeypatch.setattr(inbox, "LEASE_SECONDS", 0.05)
    old = (await worker.claims("slow"))[0]
    await asyncio.sleep(0.1)
    monkeypatch.undo()
    assert await worker.works() == ["answer"]
    await worker.receives("broken", Kind.TEXT, fails="a bug")
    for who in "ab":
        await worker.receives(who, Kind.TEXT, text="agrostartup")
    await worker.handles_together([*await worker.claims(), old])
    assert [len(await worker.hears(who)) for who in ("a", "b", "lost", "broken")] == [1, 1, 1, 0]
    states = await ask(worker.runtime.db, "SELECT conversation, state FROM inbox ORDER BY id")
    assert [row["state"] for row in states] == ["done", "new", "done", "done"]


async def test_a_turn_that_fails_saves_nothing(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await worker.receives("1", Kind.TEXT, text="human")

    def broken(state: Dialog) -> str:
        raise RuntimeError("after all effects")

    monkeypatch.setattr(dialogs, "written", broken)
    assert await worker.handles((await worker.claims())[0]) == "failed"
    for table in ("message", "outbox", '"case"', "term", "timer", "address", "staff_topic"):
        assert await ask(worker.runtime.db, f"SELECT * FROM {table}") == [], table


async def test_a_transaction_is_undone_by_any_exception(db: Database) -> None:
    for error in (RuntimeError(), KeyboardInterrupt(), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            async with db.begin() as tx:
                await dialogs.lock(tx, Channel.VK, "1", WEDNESDAY)
                raise error
    assert await ask(db, "SELECT * FROM address") == []


async def test_the_page_shows_both_sides_in_order(worker: Worker) -> None:
    worker.channel = Channel.PAGE
    for text in ("agrostartup", "contacts"):
        await worker.says("visitor", text)
    await worker.says("stranger", "human")
    async with worker.runtime.db.begin() as tx:
        seen = await page.history(tx, "visitor", 0, 100)
        assert [(one.own, one.rendered.text[:11]) for one in seen][::2] == [(True, "agrostartup"), (True, "contacts")]
        assert [one.own for one in seen] == [True, False, True, False]
        ids = [one.id for one in seen]
        assert ids == sorted(ids)
        assert await page.history(tx, "visitor", ids[1], 1) == [seen[2]]
        assert await page.history(tx, "visitor", 0, 2) == seen[2:]
        assert await page.history(tx, "nobody", 0, 10) == []
        everyone = await ask(worker.runtime.db, "SELECT max(id) AS last FROM outbox WHERE target = 'stranger'")
        assert everyone[0]["last"] > ids[-1]
        await page.acknowledge(tx, "visitor", ids[1])
        await page.acknowledge(tx, "stranger of no address", everyone[0]["last"])
    rows = await ask(worker.runtime.db, "SELECT state, target FROM outbox WHERE channel = 'page' ORDER BY id")
    assert [row["state"] for row in rows if row["target"] == "visitor"] == ["sent", "pending"]
    assert [row["state"] for row in rows if row["target"] == "stranger"] == ["pending"]


async def test_whoever_blocked_us_is_not_written_to_until_he_writes(worker: Worker) -> None:
    await worker.says("1", "human")
    await worker.receives("1", Kind.BLOCKED)
    await worker.works()
    before = len(await worker.hears("1"))
    assert await worker.happens("1", StaffWrote(MARIA, "Слушаю.")) == "staff.answered"
    assert len(await worker.hears("1")) == before
    await worker.receives("1", Kind.START)
    await worker.works()
    assert len(await worker.hears("1")) > before
    assert (await ask(worker.runtime.db, "SELECT reachable FROM address"))[0]["reachable"]
