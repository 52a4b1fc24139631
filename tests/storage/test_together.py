"""Turns that share a transaction: as good as one after the other, and no worse for a bad neighbour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bot import turn
from bot.domain.decide import decide
from bot.domain.decision import Scene
from bot.domain.events import Event
from bot.domain.messages import Channel, Kind
from bot.storage import inbox
from bot.storage.inbox import Claimed
from bot.usecases import handle_update
from bot.usecases.handle_update import Door
from tests.storage.rows import ask
from tests.storage.worker import DOORS, Worker


async def together(worker: Worker, batch: Sequence[Claimed], doors: Mapping[Channel, Door] = DOORS) -> None:
    await handle_update.handle_together(worker.runtime, doors, batch)


async def states(worker: Worker) -> Mapping[str, str]:
    rows = await ask(worker.runtime.db, "SELECT conversation, state FROM inbox ORDER BY id")
    return {row["conversation"]: row["state"] for row in rows}


async def test_each_gets_his_own_answer(worker: Worker) -> None:
    for who in ("1", "2", "3"):
        await worker.receives(who, Kind.TEXT, text="agrostartup" if who != "2" else "contacts")
    await together(worker, await worker.claims())
    first, second, third = [await worker.hears(who) for who in ("1", "2", "3")]
    assert len(first) == len(second) == len(third) == 1
    assert first == third != second
    assert set((await states(worker)).values()) == {"done"}
    rows = await ask(
        worker.runtime.db,
        "SELECT a.external_id, m.direction, m.slug, e.slug AS episode FROM message m"
        " JOIN address a ON a.id = m.address_id JOIN episode e ON e.address_id = a.id ORDER BY a.external_id, m.id",
    )
    slugs = {"1": "agrostartup", "2": "contacts", "3": "agrostartup"}
    assert [tuple(row.values()) for row in rows] == [
        (who, direction, slug, slug) for who, slug in slugs.items() for direction in ("in", "out")
    ]


async def test_known_and_new_clients_mix_and_forms_go_on(worker: Worker) -> None:
    assert await worker.says("1", "appeal") == "form.start"
    await worker.receives("1", Kind.TEXT, text="1")
    await worker.receives("2", Kind.START)
    await together(worker, await worker.claims())
    outcomes = await ask(worker.runtime.db, "SELECT outcome FROM inbox ORDER BY id")
    assert [row["outcome"] for row in outcomes] == ["form.start", "form.ask", "welcome"]


async def test_one_that_fails_takes_nobody_along(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    await worker.receives("2", Kind.TEXT, text="agrostartup", fails="on purpose")
    await worker.receives("3", Kind.TEXT, text="agrostartup", ignored="edit")
    await together(worker, await worker.claims())
    assert await states(worker) == {"telegram:1": "done", "telegram:2": "new", "telegram:3": "done"}
    assert len(await worker.hears("1")) == 1


async def test_a_turn_that_fails_is_taken_back_for_all_and_each_is_tried_alone(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("1", "2", "3"):
        await worker.receives(who, Kind.TEXT, text="agrostartup")

    def broken(scene: Scene, event: Event) -> object:
        if getattr(getattr(event, "incoming", None), "external_id", "") == "3":
            raise RuntimeError("on purpose")
        return decide(scene, event)

    monkeypatch.setattr(turn, "decide", broken)
    await together(worker, await worker.claims())
    assert await states(worker) == {"telegram:1": "done", "telegram:2": "done", "telegram:3": "new"}
    assert [len(await worker.hears(who)) for who in ("1", "2", "3")] == [1, 1, 0]


async def test_a_press_is_answered_once_though_its_turn_is_taken_back(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[str] = []

    async def answer(callback: str) -> None:
        answered.append(callback)

    doors = {channel: replace(door, answer=answer) for channel, door in DOORS.items()}
    await worker.receives("1", Kind.BUTTON, action="home", callback="press of 1")
    await worker.receives("2", Kind.BUTTON, action="home", callback="press of 2")

    async def broken(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(turn, "take_together", broken)
    await together(worker, await worker.claims(), doors)
    assert set((await states(worker)).values()) == {"done"}
    assert sorted(answered) == ["press of 1", "press of 2"]


async def test_a_claim_lost_meanwhile_is_only_that_one_s(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    monkeypatch.setattr(inbox, "LEASE_SECONDS", 0.0)
    slow = await worker.claims("slow")
    monkeypatch.undo()
    await worker.receives("2", Kind.TEXT, text="agrostartup")
    quick = await worker.claims("quick")
    assert [claimed.conversation for claimed in quick] == ["telegram:1", "telegram:2"]
    assert await worker.handles(quick[0]) == "answer"
    await together(worker, [*slow, quick[1]])
    assert [len(await worker.hears(who)) for who in ("1", "2")] == [1, 1]


async def test_two_updates_of_one_address_are_not_decided_on_the_same_state(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, text="appeal")
    first = await worker.claims()
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    rows = await ask(worker.runtime.db, "UPDATE inbox SET conversation = 'telegram:?' WHERE lease IS NULL RETURNING id")
    assert len(rows) == 1
    second = await worker.claims()
    await together(worker, [*first, *second])
    outcomes = await ask(worker.runtime.db, "SELECT state, outcome FROM inbox ORDER BY id")
    assert [row["state"] for row in outcomes] == ["done", "done"]
    assert {row["outcome"] for row in outcomes} == {"form.start", "answer"}
