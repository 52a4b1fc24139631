"""Questions without a good answer become gaps: the dearest first, a draft in one press, closed by its release."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import pytest

from bot.acting import Form
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.events import StaffPerson
from bot.domain.gaps import State
from bot.storage import gaps, releases
from bot.usecases import handle_gap, read_gaps
from bot.usecases.group_questions import group_questions
from bot.usecases.read_gaps import GapCard, GapRow
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import ask, do
from tests.storage.worker import Worker

ANNA, OLGA = StaffPerson(1, "Анна", "front-office", "moderator"), StaffPerson(2, "Ольга", "front-office", "staff")
HIVES = ("украли ульи с пасеки что делать", "украли ульи с пасеки", "украли ульи с пасеки, куда заявить")
DRONES = ("можно ли опрыскивать поле с дрона", "опрыскивание поля дроном разрешено?")
ANSWER = "Здравствуйте, …! Позвоните в полицию: 000, министерство такие заявления не принимает."
_numbers = itertools.count(1)


def form() -> Form:
    return Form(f"action-{next(_numbers)}")


@pytest.fixture
async def desk(worker: Worker) -> Worker:
    """Release 1 holds the real pack; a moderator and a clerk are registered."""
    async with worker.runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)
    for person in (ANNA, OLGA):
        await worker.employs(person)
    return worker


async def asked(worker: Worker, words: str, days_ago: int = 1, outcome: str = "unknown", **marks: Any) -> int:
    """A question as it is kept."""
    number = next(_numbers)
    row: dict[str, Any] = {
        "id": number,
        "at": WEDNESDAY - dt.timedelta(days=days_ago),
        "text": words,
        "outcome": outcome,
    }
    row |= {"slug": None, "release": 1, "language": "ru", "helped": None, "score": None, **marks}
    row = {"staff_seconds": None, "staff_answer": None, **row}
    names = ", ".join(row)
    async with worker.runtime.db.begin() as tx:
        await tx.exec_driver_sql(
            f"INSERT INTO question ({names}) VALUES ({', '.join(f'${n}' for n in range(1, len(row) + 1))})",
            tuple(row.values()),
        )
    return number


async def listed(worker: Worker, state: State = State.OPEN) -> list[GapRow]:
    await group_questions(worker.runtime)
    return list((await read_gaps.listing(worker.runtime, ANNA.id or 0, state, 50)).rows)


async def card(worker: Worker, number: int) -> GapCard:
    return await read_gaps.card(worker.runtime, ANNA.id or 0, number)


async def test_questions_of_a_kind_are_one_gap_and_the_dearest_comes_first(desk: Worker) -> None:
    for words in HIVES:
        await asked(desk, words, days_ago=40)
    await asked(desk, DRONES[0], staff_seconds=900, staff_answer="Нужно разрешение на полёты.")
    await asked(desk, DRONES[1], outcome="answer", slug="bees-pesticides", score=1)
    await asked(desk, "когда вы работаете", outcome="answer", slug="working-hours", helped=True, score=5)
    await asked(desk, "позовите сотрудника", outcome="command", staff_seconds=60, staff_answer="Слушаю.")
    drones, hives = await listed(desk)
    assert (drones.gap.asked, drones.gap.unanswered, drones.gap.answers, drones.gap.score) == (2, 1, 1, 1.0)
    assert drones.gap.weight > hives.gap.weight
    assert (hives.gap.asked, hives.gap.recent, hives.gap.before) == (3, 0, 3)
    assert hives.title in HIVES
    assert set(hives.samples) | {hives.title} == set(HIVES)
    assert await group_questions(desk.runtime) == 0
    await asked(desk, "с пасеки украли ульи")
    assert {row.gap.asked for row in await listed(desk)} == {2, 4}


async def test_one_press_makes_a_draft_of_what_staff_said(desk: Worker) -> None:
    await asked(desk, HIVES[0])
    said = await asked(desk, HIVES[1], staff_seconds=600, staff_answer=ANSWER)
    (row,) = await listed(desk)
    found = await card(desk, row.gap.id)
    assert found.code == "ukrali-uli-paseki"
    with pytest.raises(Forbidden):
        await handle_gap.draft_from_gap(desk.runtime, OLGA.id or 0, row.gap.id, said, found.code, form())
    with pytest.raises(BadForm):
        await handle_gap.draft_from_gap(desk.runtime, 1, row.gap.id, said, "Ульи!", form())
    await handle_gap.draft_from_gap(desk.runtime, 1, row.gap.id, said, found.code, form())
    body = json.loads((await ask(desk.runtime.db, "SELECT body FROM draft"))[0]["body"])
    assert body["short"] == {"ru": ANSWER}
    assert sorted(body["samples"]["ru"]) == sorted(HIVES[:2])
    assert (body["slug"], body["owner"], body["review_by"]) == (found.code, "front-office", "2027-11-25")
    assert (await card(desk, row.gap.id)).gap.state is State.DRAFTED
    await do(desk.runtime.db, "UPDATE draft SET state = 'dropped'")
    assert (await card(desk, row.gap.id)).gap.state is State.OPEN


async def test_where_there_is_an_answer_its_samples_grow(desk: Worker) -> None:
    known = real_pack().templates["bees-pesticides"].samples["ru"]
    await asked(desk, DRONES[0], outcome="answer", slug="bees-pesticides", helped=False)
    await asked(desk, known[0].upper(), outcome="answer", slug="bees-pesticides", score=2)
    for row in await listed(desk):
        await handle_gap.draft_from_gap(desk.runtime, 1, row.gap.id, 0, "bees-pesticides", form())
    body = json.loads((await ask(desk.runtime.db, "SELECT body FROM draft"))[0]["body"])
    assert body["samples"]["ru"] == [*known, DRONES[0]]
    assert body["short"] == dict(real_pack().templates["bees-pesticides"].short)


async def test_a_gap_closes_with_its_release_and_shows_whether_it_helped(desk: Worker) -> None:
    await asked(desk, HIVES[0], days_ago=9)
    (row,) = await listed(desk)
    await handle_gap.draft_from_gap(desk.runtime, 1, row.gap.id, 0, "beehive-theft", form())
    await do(
        desk.runtime.db,
        "INSERT INTO release (number, version, author, reason, at)"
        " SELECT 2, 'v2', 'cli', '', at - interval '5 days' FROM release",
        "UPDATE draft SET state = 'released', release = 2",
    )
    closed = await card(desk, row.gap.id)
    assert (closed.gap.state, closed.gap.release, closed.gap.after) == (State.CLOSED, 2, 0)
    await asked(desk, HIVES[1], outcome="answer", slug="beehive-theft", helped=True, score=5)
    await asked(desk, HIVES[2], outcome="answer", slug="beehive-theft", helped=False)
    assert await listed(desk) == []
    (still,) = await listed(desk, State.CLOSED)
    assert still.gap.after == 1
    found = await card(desk, row.gap.id)
    assert found.after and found.before
    assert (found.after.answered, found.after.helped, found.after.not_helped, found.after.score) == (2, 1, 1, 5.0)
    assert found.before.answered == 0


async def test_what_is_not_for_us_is_dismissed_with_a_reason(desk: Worker) -> None:
    await asked(desk, HIVES[0])
    (row,) = await listed(desk)
    with pytest.raises(ReasonMissing):
        await handle_gap.dismiss_gap(desk.runtime, 1, row.gap.id, " ", form())
    await handle_gap.dismiss_gap(desk.runtime, 1, row.gap.id, "этим занимается полиция", form())
    assert await listed(desk) == []
    assert [one.gap.reason for one in await listed(desk, State.DISMISSED)] == ["этим занимается полиция"]
    await handle_gap.bring_gap_back(desk.runtime, 1, row.gap.id, form())
    assert len(await listed(desk)) == 1
    with pytest.raises(NotThere):
        await handle_gap.dismiss_gap(desk.runtime, 1, 404, "нет", form())


async def test_gaps_are_parted_and_merged_by_hand(desk: Worker) -> None:
    for words in (*HIVES, *DRONES):
        await asked(desk, words)
    first, second = (row.gap for row in await listed(desk))
    moved = [one.id for one in (await card(desk, first.id)).asked][:1]
    await handle_gap.move_questions(desk.runtime, 1, first.id, moved, 0, form())
    assert sorted(row.gap.asked for row in await listed(desk)) == [1, 2, 2]
    await handle_gap.move_questions(desk.runtime, 1, first.id, (), second.id, form())
    assert sorted(row.gap.asked for row in await listed(desk)) == [1, 4]
    with pytest.raises(BadForm):
        await handle_gap.move_questions(desk.runtime, 1, second.id, (), 0, form())
    with pytest.raises(NotThere):
        await card(desk, first.id)


async def test_what_is_erased_is_compared_with_no_more(desk: Worker) -> None:
    gone = await asked(desk, HIVES[0])
    stays = await asked(desk, HIVES[1])
    await asked(desk, DRONES[0])
    await listed(desk)
    await do(desk.runtime.db, f"DELETE FROM question WHERE id = {gone} OR text LIKE '%дрон%'")
    (row,) = await listed(desk)
    assert [one.id for one in (await card(desk, row.gap.id)).asked] == [stays]
    async with desk.runtime.db.begin() as tx:
        (kept,) = (await gaps.kept(tx)).values()
    assert kept.size == 1
    assert set(kept.words) == {"украсть", "улья", "пасека"}
