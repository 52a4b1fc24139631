"""Requests and cases: numbers without gaps or doubles, one for each filling-in, never another client's."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.domain.decision import EpisodeById, MyRequests, RequestById, RequestByNumber, RequestByToken, RequestView
from bot.domain.events import StaffPressed, StaffWrote
from bot.domain.messages import Kind
from bot.storage import dialogs, queries, staff
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask
from tests.storage.worker import Worker


async def test_a_request_has_a_number_a_stage_a_case_and_a_running_term(worker: Worker) -> None:
    await worker.sends_an_appeal("1")
    db = worker.runtime.db
    made = (await ask(db, "SELECT * FROM request"))[0]
    assert made["number"] == "ОТ-2026-000001"
    assert made["due_at"].date() == dt.date(2026, 12, 25)
    assert [row["stage"] for row in await ask(db, "SELECT * FROM request_stage")] == ["accepted"]
    case = (await ask(db, 'SELECT * FROM "case"'))[0]
    assert (case["request_id"], case["reason"], case["closed_at"]) == (made["id"], "request", None)
    timers = await ask(db, "SELECT kind, state FROM timer ORDER BY fire_at, id")
    assert [(t["kind"], t["state"]) for t in timers] == [("warn", "set"), ("alarm", "set"), ("supervisor", "set")]
    state = (await ask(db, "SELECT state::json AS state FROM dialog"))[0]["state"]
    assert state["cases"][0]["id"] == case["id"]
    assert state["cases"][0]["request"] == made["id"]


async def test_numbers_drawn_at_once_are_unique_and_without_gaps(worker: Worker) -> None:
    people = [str(n) for n in range(12)]
    for who in people:
        await worker.fills_in_an_appeal(who)
    for who in people:
        token = (await worker.form(who))["token"]
        await worker.receives(who, Kind.BUTTON, action=f"f:{token}:review:send")
    claimed = await worker.claims()
    assert set(await asyncio.gather(*(worker.handles(one) for one in claimed))) == {"form.sent"}
    numbers = sorted(row["number"] for row in await ask(worker.runtime.db, "SELECT number FROM request"))
    assert numbers == [f"ОТ-2026-{n:06d}" for n in range(1, 13)]


async def test_a_new_year_begins_with_one(worker: Worker) -> None:
    await worker.sends_an_appeal("1")
    worker.now[0] = dt.datetime(2026, 12, 31, 21, 30, tzinfo=dt.UTC)
    await worker.sends_an_appeal("2")
    numbers = [row["number"] for row in await ask(worker.runtime.db, "SELECT number FROM request ORDER BY id")]
    assert numbers == ["ОТ-2026-000001", "ОТ-2027-000001"]


async def test_sent_twice_it_is_one_request(worker: Worker) -> None:
    await worker.fills_in_an_appeal("1")
    token = (await worker.form("1"))["token"]
    for _ in range(3):
        await worker.presses("1", f"f:{token}:review:send")
    assert len(await ask(worker.runtime.db, "SELECT * FROM request")) == 1
    assert len(await ask(worker.runtime.db, 'SELECT * FROM "case"')) == 1
    assert (await ask(worker.runtime.db, "SELECT value FROM counter"))[0]["value"] == 1


async def test_nothing_of_another_client_is_found(worker: Worker) -> None:
    await worker.sends_an_appeal("1")
    await worker.says("1", "agrostartup")
    await worker.says("2", "agrostartup")
    db = worker.runtime.db
    made = (await ask(db, "SELECT * FROM request"))[0]
    episodes = [row["id"] for row in await ask(db, "SELECT id FROM episode ORDER BY id")]
    addresses = [await worker.address("1"), await worker.address("2")]
    async with db.begin() as tx:
        owner, stranger = [(await dialogs.lock_by_id(tx, one)).addressee for one in addresses]
        for query in (RequestByNumber(made["number"]), RequestById(made["id"]), RequestByToken(made["token"])):
            found = await queries.load(tx, query, owner)
            assert isinstance(found, RequestView)
            assert (found.number, [stage.stage for stage in found.history]) == (made["number"], ["accepted"])
            assert await queries.load(tx, query, stranger) is None
        assert await queries.load(tx, MyRequests(), stranger) == ()
        assert await queries.load(tx, EpisodeById(episodes[0]), owner) is not None
        assert await queries.load(tx, EpisodeById(episodes[0]), stranger) is None
        assert await queries.load(tx, RequestByNumber("' OR 1=1 --"), owner) is None


async def test_forged_buttons_change_nothing_of_another_client(worker: Worker) -> None:
    await worker.says("1", "agrostartup")
    episode = (await ask(worker.runtime.db, "SELECT id FROM episode"))[0]["id"]
    for action in (f"h:{episode}:0", f"r:{episode}:1", f"rx:{episode}", "w:1", "q:1"):
        await worker.presses("2", action)
    assert await ask(worker.runtime.db, "SELECT * FROM score") == []
    assert (await ask(worker.runtime.db, "SELECT helped, comment FROM episode WHERE id = :id", id=episode))[0] == {
        "helped": None,
        "comment": None,
    }


async def test_requests_are_listed_newest_first_and_no_more_than_ten(worker: Worker) -> None:
    for _ in range(11):
        await worker.sends_an_appeal("1")
        worker.now[0] += dt.timedelta(minutes=5)
    async with worker.runtime.db.begin() as tx:
        who = (await dialogs.lock_by_id(tx, await worker.address("1"))).addressee
        found = await queries.load(tx, MyRequests(), who)
    assert isinstance(found, tuple)
    assert [request.number[-2:] for request in found] == [f"{n:02d}" for n in range(11, 1, -1)]


async def test_a_score_is_kept_once(worker: Worker) -> None:
    await worker.says("1", "agrostartup")
    episode = (await ask(worker.runtime.db, "SELECT id FROM episode"))[0]["id"]
    for action in (f"h:{episode}:1", f"r:{episode}:4", f"r:{episode}:1", f"h:{episode}:0"):
        await worker.presses("1", action)
    assert [row["value"] for row in await ask(worker.runtime.db, "SELECT value FROM score")] == [4]
    assert (await ask(worker.runtime.db, "SELECT helped FROM episode"))[0]["helped"] is True


async def test_staff_take_answer_and_close(worker: Worker) -> None:
    db = worker.runtime.db
    async with db.begin() as tx:
        number = await staff.add(tx, None, "Мария", "42", None, "support-department", "staff", WEDNESDAY)
        again = await staff.add(tx, number, "Мария Ивановна", "42", None, "front-office", "staff", WEDNESDAY)
        assert again == number
        maria = await staff.by_telegram(tx, "42")
        assert (maria.id, maria.name, maria.team) == (number, "Мария Ивановна", "front-office")
        assert (await staff.by_telegram(tx, "43")).id is None
    await worker.sends_an_appeal("1")
    case = (await ask(db, 'SELECT id FROM "case"'))[0]["id"]
    assert await worker.happens("1", StaffPressed(maria, f"k:take:{case}")) == "staff.took"
    assert await worker.happens("1", StaffWrote(maria, "Заплатим в пятницу.")) == "staff.answered"
    assert await worker.happens("1", StaffPressed(maria, f"k:done:{case}")) == "staff.closed"
    closed = (await ask(db, 'SELECT taken_by, closed_by, closed_at FROM "case"'))[0]
    assert (closed["taken_by"], closed["closed_by"]) == (number, number)
    stages = [row["stage"] for row in await ask(db, "SELECT stage FROM request_stage ORDER BY id")]
    assert stages == ["accepted", "assigned", "in-work", "answered"]
    assert {row["state"] for row in await ask(db, "SELECT state FROM timer")} == {"dropped"}
    assert len(await ask(db, "SELECT * FROM audit")) == 2


async def test_feedback_is_kept_with_its_score_and_words(worker: Worker) -> None:
    await worker.says("1", "feedback")
    token = (await worker.form("1"))["token"]
    for text in ("приёмная", "4", "Понятно объяснили"):
        await worker.says("1", text)
    await worker.presses("1", f"f:{token}:review:send")
    kept = await ask(
        worker.runtime.db, "SELECT kind, slug, about, comment, value FROM episode JOIN score ON episode_id = episode.id"
    )
    assert [tuple(row.values()) for row in kept] == [("feedback", "feedback", "приёмная", "Понятно объяснили", 4)]
