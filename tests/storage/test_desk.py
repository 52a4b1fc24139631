"""What the desk reads and keeps, on the real database: the queue, conversations, forms, the register."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import insert

from bot.acting import Done, Form
from bot.domain.acts import Answer, Claim, Verb
from bot.domain.case import CaseState
from bot.domain.desk_errors import BadForm, Conflict, NotDone, NotThere
from bot.domain.desk_views import Delivery, FileState, Line, LineKind, Page, QueueFilter
from bot.domain.errors import Forbidden
from bot.domain.events import StaffActed, StaffPerson
from bot.domain.messages import Channel
from bot.storage import files, tables
from bot.storage.wake import DESK, desk_of
from bot.usecases import answer_client, claim_case, hand_on, read_desk, write_note
from bot.usecases.read_desk_file import read_desk_file
from bot.usecases.staff_register import deactivate
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask
from tests.storage.worker import Worker

OLGA = StaffPerson(1, "Ольга", "front-office")
PAVEL = StaffPerson(2, "Павел", "front-office")


@pytest.fixture
async def called(worker: Worker) -> Worker:
    """Three clients call a person, ten minutes after one another; Olga and Pavel work here."""
    await worker.employs(OLGA)
    await worker.employs(PAVEL)
    for minutes, (who, channel) in enumerate((("1", Channel.TELEGRAM), ("2", Channel.VK), ("3", Channel.PAGE))):
        worker.channel = channel
        worker.now[0] = WEDNESDAY + dt.timedelta(minutes=10 * minutes)
        await worker.says(who, "human")
    worker.channel = Channel.TELEGRAM
    return worker


async def shown(worker: Worker, page: Page | None = None, **wanted: object) -> list[int]:
    found = QueueFilter(**wanted)  # type: ignore[arg-type]
    return [row.address for row in (await read_desk.queue(worker.runtime, 1, found, page or Page())).rows]


async def does(worker: Worker, who: str, act: object, person: StaffPerson = OLGA) -> str:
    return await worker.happens(who, StaffActed(person, act))  # type: ignore[arg-type]


def form(seen: int | None = None, action: str = "a-one-time-id") -> Form:
    return Form(action, seen)


# --- the queue -------------------------------------------------------------------------


async def test_soonest_term_first_then_paused_then_answered(called: Worker) -> None:
    assert await shown(called) == [1, 2, 3]
    await does(called, "1", Answer("Какой район?", asks=True))
    await does(called, "2", Answer("Готово"))
    assert await shown(called) == [3, 1, 2]
    queue = await read_desk.queue(called.runtime, 1, QueueFilter(), Page())
    assert [row.state for row in queue.rows] == [CaseState.NEW, CaseState.ASKED, CaseState.ANSWERED]
    assert [row.term is None for row in queue.rows] == [False, False, True]


async def test_filters_hold_together(called: Worker) -> None:
    case = (await ask(called.runtime.db, 'SELECT id FROM "case" WHERE address_id = 1'))[0]["id"]
    await does(called, "1", Claim(case))
    assert await shown(called, mine=True) == [1]
    assert await shown(called, unclaimed=True) == [2, 3]
    assert await shown(called, unclaimed=True, channel=Channel.VK) == [2]
    assert await shown(called, team="front-office") == [1, 2, 3]
    assert await shown(called, team="land-department") == []
    called.now[0] = WEDNESDAY + dt.timedelta(hours=2, minutes=5)
    assert await shown(called, late=True) == [1]
    await does(called, "1", Answer("Какой район?", asks=True))
    assert await shown(called, late=True) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [("uMaN", [1, 2, 3]), ("2", [2]), ("№3", [3]), ("%", []), ("_", []), ("'; --", []), ("\\", []), ("99", [])],
)
async def test_search(called: Worker, search: str, found: list[int]) -> None:
    assert await shown(called, search=search) == found


async def test_pages(called: Worker) -> None:
    assert await shown(called, Page(0, 2)) == [1, 2]
    assert await shown(called, Page(2, 2)) == [3]
    assert (await read_desk.queue(called.runtime, 1, QueueFilter(), Page(0, 1))).total == 3


# --- a conversation -----------------------------------------------------------------------


async def test_a_conversation_tells_who_said_what_and_what_became_of_it(called: Worker) -> None:
    await does(called, "1", Answer("Слушаю"))
    seen = await read_desk.conversation(called.runtime, 1, 1)
    kinds = [LineKind.CLIENT, LineKind.ASSISTANT, LineKind.ASSISTANT, LineKind.STAFF]
    assert [line.kind for line in seen.lines] == kinds
    assert [line.delivery for line in seen.lines] == [None, *[Delivery.PENDING] * 3]
    assert seen.lines[3].name == "Ольга"
    for state, delivery in (("sent", Delivery.SENT), ("failed", Delivery.FAILED), ("held", Delivery.UNKNOWN)):
        async with called.runtime.db.begin() as tx:
            await tx.exec_driver_sql(f"UPDATE outbox SET state = '{state}' WHERE target = '1'")
        again = await read_desk.conversation(called.runtime, 1, 1, again=True)
        assert again.lines[2].delivery is delivery
    assert [row["verb"] for row in await ask(called.runtime.db, "SELECT verb FROM audit WHERE actor = 'staff:1'")] == [
        "desk.conversation"
    ]


async def test_older_lines_page_by_page_none_twice_none_lost(called: Worker) -> None:
    for number in range(5):
        await does(called, "1", Answer(f"Ответ {number}"))
    whole = (await read_desk.conversation(called.runtime, 1, 1)).lines
    pieces: list[Line] = []
    before: int | None = None
    while True:
        page = await read_desk.conversation(called.runtime, 1, 1, before=before, most=2)
        pieces = [*page.lines, *pieces]
        if not page.more:
            break
        before = next(line.id for line in page.lines if line.kind is not LineKind.ACT)
    assert [line.id for line in pieces] == [line.id for line in whole]


# --- forms -----------------------------------------------------------------------------


async def test_the_same_form_from_two_tabs_at_once_is_one_answer(called: Worker) -> None:
    done = await asyncio.gather(
        *(answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form()) for _ in range(5))
    )
    assert sorted(one.repeated for one in done) == [False, True, True, True, True]
    assert {one.outcome for one in done} == {"staff.answered"}
    assert len(await ask(called.runtime.db, "SELECT id FROM message WHERE staff_id = 1")) == 1


async def test_of_two_answers_at_once_one_conflicts(called: Worker) -> None:
    done = await asyncio.gather(
        answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form(0, "action-of-olga")),
        answer_client.answer_client(called.runtime, 2, 1, "Слушаю вас", form(0, "action-of-pavel")),
        return_exceptions=True,
    )
    (conflict,) = [one for one in done if isinstance(one, Conflict)]
    assert any(isinstance(one, Done) for one in done)
    assert [change.verb for change in conflict.changes] == [Verb.ANSWER]
    sent_all_the_same = Form("action-of-whoever", conflict.version)
    assert not (await answer_client.answer_client(called.runtime, 2, 1, "И я", sent_all_the_same)).repeated


async def test_a_colleagues_note_makes_no_form_old(called: Worker) -> None:
    await write_note.write_note(called.runtime, 2, 1, "Проверить", form(0, "note-of-pavel"))
    await answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form(0))


async def test_a_refused_form_may_be_sent_again(called: Worker) -> None:
    """It has changed nothing, so its one-time id is not spent."""
    with pytest.raises(NotDone):
        await answer_client.answer_client(called.runtime, 1, 1, " ", form())
    assert not (await answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form())).repeated


async def test_whoever_left_can_do_nothing(called: Worker) -> None:
    await deactivate(called.runtime.db, "1", WEDNESDAY)
    with pytest.raises(Forbidden):
        await answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form())
    with pytest.raises(Forbidden):
        await shown(called)
    with pytest.raises(NotThere):
        await hand_on.hand_on(called.runtime, 2, 1, form(), person=1)


@pytest.mark.parametrize("action", ["", "short", "x" * 65, "with space in it", "naïve-naïve-naïve"])
async def test_a_form_without_a_proper_id_is_refused(called: Worker, action: str) -> None:
    with pytest.raises(BadForm):
        await answer_client.answer_client(called.runtime, 1, 1, "Слушаю", Form(action))


async def test_nothing_is_there(called: Worker) -> None:
    with pytest.raises(NotThere):
        await claim_case.claim_case(called.runtime, 1, 999, form())
    with pytest.raises(NotThere):
        await answer_client.answer_client(called.runtime, 1, 999, "Слушаю", form())
    with pytest.raises(NotThere):
        await read_desk.conversation(called.runtime, 1, 999)


async def test_the_desk_is_woken(called: Worker) -> None:
    wake = called.runtime.wake
    async with wake.listening(DESK) as queue, wake.listening(desk_of(1)) as one, wake.listening(desk_of(2)) as other:
        await answer_client.answer_client(called.runtime, 1, 1, "Слушаю", form())
        assert await queue.wait(0)
        assert await one.wait(0)
        assert not await other.wait(0)
        called.channel = Channel.VK
        await called.says("2", "ну где же вы")
        assert await queue.wait(0)
        assert await other.wait(0)
        await called.says("77", "agrostartup")
        assert not await queue.wait(0), "no case, nothing to see at the desk"


# --- files ---------------------------------------------------------------------------------


async def test_a_file_is_for_those_who_work_on_it_and_the_look_is_kept(called: Worker) -> None:
    await called.employs(StaffPerson(3, "Денис", "livestock-department"))
    async with called.runtime.db.begin() as tx:
        sha256 = await files.keep(tx, b"%PDF-1.7 a letter", "application/pdf", WEDNESDAY)
        for name, state, content in (
            ("letter.pdf", "kept", sha256),
            ("bad.exe", "refused", None),
            ("new", "new", None),
        ):
            sent = {"address_id": 1, "channel": "telegram", "kind": "document", "name": name, "token": "t"}
            await tx.execute(
                insert(tables.attachment).values(**sent, state=state, sha256=content, created_at=WEDNESDAY)
            )
    shown_files = (await read_desk.conversation(called.runtime, 1, 1)).files
    assert [(one.name, one.state) for one in shown_files] == [
        ("letter.pdf", FileState.FETCHED),
        ("bad.exe", FileState.REFUSED),
        ("new", FileState.AWAITED),
    ]
    assert (await read_desk.conversation(called.runtime, 1, 2)).files == ()
    letter = shown_files[0].id
    assert (await read_desk_file(called.runtime, 1, letter)).data == b"%PDF-1.7 a letter"
    with pytest.raises(Forbidden):
        await read_desk_file(called.runtime, 3, letter)
    for absent in (shown_files[1].id, shown_files[2].id, 999):
        with pytest.raises(NotThere):
            await read_desk_file(called.runtime, 1, absent)
    looks = await ask(called.runtime.db, "SELECT actor, object FROM audit WHERE verb = 'desk.file'")
    assert [tuple(look.values()) for look in looks] == [("staff:1", f"attachment:{letter}")]


# --- pauses ------------------------------------------------------------------------------


async def test_a_pause_is_kept_as_an_interval(called: Worker) -> None:
    await does(called, "1", Answer("Какой район?", asks=True))
    assert [t["state"] for t in await ask(called.runtime.db, _TIMERS)] == ["dropped"] * 3
    asked, called.now[0] = called.now[0], called.now[0] + dt.timedelta(hours=30)
    await called.says("1", "Озёрский")
    (kept,) = await ask(called.runtime.db, "SELECT started_at, ended_at FROM term_pause")
    assert tuple(kept.values()) == (asked, called.now[0])
    assert [t["state"] for t in await ask(called.runtime.db, _TIMERS)] == ["dropped"] * 3 + ["set"] * 3
    (term,) = await ask(called.runtime.db, "SELECT due_at FROM term WHERE case_id = 1")
    alarm = "SELECT fire_at FROM timer WHERE state = 'set' AND term_id = 1 AND kind = 'alarm'"
    assert (await ask(called.runtime.db, alarm))[0]["fire_at"] == term["due_at"] > called.now[0]


_TIMERS = "SELECT state FROM timer WHERE term_id = 1 ORDER BY id"
