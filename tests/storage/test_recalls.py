"""A correction reaches whoever got the wrong answer: once each, not those who forbade it, and no more once stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools

import pytest

from bot.acting import Form
from bot.domain.drafts import WrongState
from bot.domain.errors import ConversationGone, Forbidden
from bot.domain.events import StaffPerson
from bot.domain.messages import Channel, Kind
from bot.domain.recalls import (
    NobodyToTell,
    NoVersionChosen,
    OwnRecall,
    RecallChanged,
    State,
    StillGiven,
    TextMissing,
    Told,
)
from bot.storage import dialogs, recall_clients, releases
from bot.storage.session import Tx
from bot.usecases import read_recalls, send_recall, write_recall
from bot.usecases.send_corrections import send_corrections
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import ask, claim, do
from tests.storage.worker import Worker

SLUG = "agrostartup"
ANNA, BORIS = StaffPerson(1, "Анна", "front-office", "moderator"), StaffPerson(2, "Борис", "front-office", "moderator")
OLGA = StaffPerson(3, "Ольга", "front-office", "staff")
TRUE = {"ru": "Заявки принимают до 20 мая.", "en": ""}
_actions = itertools.count(1)


def form(seen: int = 0) -> Form:
    return Form(f"action-{next(_actions)}", seen)


@pytest.fixture
async def desk(worker: Worker) -> Worker:
    """Release 1 holds the real pack; two moderators and a clerk are registered."""
    async with worker.runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)
    for person in (ANNA, BORIS, OLGA):
        await worker.employs(person)
    return worker


async def ask_from(worker: Worker, channel: Channel, *who: str) -> None:
    worker.channel = channel
    for one in who:
        assert await worker.says(one, SLUG) == "answer"


async def version(worker: Worker) -> int:
    query = "SELECT v.id FROM item_version v JOIN item i ON i.id = v.item_id WHERE i.slug = :slug ORDER BY v.id LIMIT 1"
    return int((await ask(worker.runtime.db, query, slug=SLUG))[0]["id"])


async def another_is_released(worker: Worker) -> None:
    """Clients get another text from now on."""
    await do(
        worker.runtime.db,
        "INSERT INTO release (number, version, author, reason, at) SELECT 2, 'v2', 'cli', '', at FROM release",
        f"UPDATE item_version SET to_release = 2 WHERE id = {await version(worker)}",
    )


async def writes(worker: Worker, seen: int = 0, who: StaffPerson = ANNA, said: str = "") -> None:
    texts = {**TRUE, "ru": said or TRUE["ru"]}
    await write_recall.write_recall(worker.runtime, who.id or 0, SLUG, [await version(worker)], texts, form(seen))


async def sends(worker: Worker) -> None:
    await send_recall.send_recall(worker.runtime, BORIS.id or 0, 1, form(1))


async def states(worker: Worker) -> dict[str, int]:
    rows = await ask(worker.runtime.db, "SELECT state, count(*) AS n FROM recall_client GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def corrections(worker: Worker, who: str) -> int:
    return sum(TRUE["ru"] in text for text in await worker.hears(who))


async def test_everybody_who_got_it_is_told_once_in_his_channel(desk: Worker) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1", "1", "2")
    await ask_from(desk, Channel.VK, "3")
    await ask_from(desk, Channel.PAGE, "visitor-4")
    await desk.says("visitor-5", "working-hours")
    await desk.receives("visitor-4", Kind.BUTTON, action=f"m:{SLUG}")
    await desk.works()
    desk.channel = Channel.VK
    await desk.receives("3", Kind.BLOCKED)
    await desk.works()
    page = await read_recalls.of_template(desk.runtime, ANNA.id or 0, SLUG)
    assert [(one.channel, one.clients, one.times) for one in page.versions[0].received] == [
        ("page", 1, 2),
        ("telegram", 2, 3),
        ("vk", 1, 1),
    ]
    await writes(desk)
    waiting = (await read_recalls.of_template(desk.runtime, BORIS.id or 0, SLUG)).opened
    assert waiting is not None
    expected = {(Told.WAITING, "telegram", ""): 2, (Told.WAITING, "page", ""): 1, (Told.BLOCKED, "", ""): 1}
    assert waiting.reach == expected
    await another_is_released(desk)
    await sends(desk)
    assert sum(await asyncio.gather(*(send_corrections(desk.runtime) for _ in range(3)))) == 3
    for who, times in (("1", 1), ("2", 1), ("3", 0), ("visitor-4", 1), ("visitor-5", 0)):
        assert await corrections(desk, who) == times
    assert await states(desk) == {"said": 3, "blocked": 1}
    said = await ask(
        desk.runtime.db, "SELECT DISTINCT lane, right(conversation, 6) AS apart FROM outbox WHERE lane > 0"
    )
    assert [tuple(row.values()) for row in said] == [(3, "notice")]
    desk.now[0] += dt.timedelta(minutes=6)
    await send_corrections(desk.runtime)
    assert (await ask(desk.runtime.db, "SELECT state FROM recall"))[0]["state"] == State.DONE
    verbs = await ask(desk.runtime.db, "SELECT actor, verb FROM audit WHERE object = 'recall:1' ORDER BY id")
    assert [tuple(row.values()) for row in verbs] == [("staff:1", "recall.written"), ("staff:2", "recall.sent")]


async def test_one_client_at_several_addresses_is_told_at_the_one_he_asked_from_last(desk: Worker) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1")
    desk.now[0] += dt.timedelta(minutes=1)
    await ask_from(desk, Channel.VK, "3")
    await do(desk.runtime.db, "UPDATE address SET client_id = (SELECT min(client_id) FROM address)")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)
    assert await send_corrections(desk.runtime) == 1
    assert (await corrections(desk, "1"), await corrections(desk, "3")) == (0, 1)


async def test_a_crash_in_the_middle_tells_nobody_twice(desk: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1", "2", "3")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)
    real, seen = dialogs.lock_by_id, itertools.count(1)

    async def dies(*given: object, **named: int) -> dialogs.Locked:
        if next(seen) == 2:
            raise asyncio.CancelledError
        return await real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(dialogs, "lock_by_id", dies)
    with pytest.raises(asyncio.CancelledError):
        await send_corrections(desk.runtime)
    monkeypatch.undo()
    assert await states(desk) == {"said": 1, "waiting": 2}
    await send_corrections(desk.runtime)
    assert [await corrections(desk, who) for who in ("1", "2", "3")] == [1, 1, 1]


async def test_whoever_was_erased_meanwhile_is_left_out(desk: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)

    async def gone(*given: object, **named: int) -> dialogs.Locked:
        raise ConversationGone

    monkeypatch.setattr(dialogs, "lock_by_id", gone)
    assert await send_corrections(desk.runtime) == 0
    assert await states(desk) == {"erased": 1}


async def test_it_is_stopped_at_once(desk: Worker) -> None:
    """What waits for a messenger is not sent either; a call under way can't be taken back."""
    await ask_from(desk, Channel.TELEGRAM, "1", "2", "3")
    await claim(desk.runtime.db)
    await do(desk.runtime.db, "UPDATE outbox SET state = 'sent'")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)
    await send_corrections(desk.runtime)
    assert len(await claim(desk.runtime.db, most=1)) == 1
    await send_recall.stop_recall(desk.runtime, ANNA.id or 0, 1, form(1))
    assert await states(desk) == {"said": 1, "stopped": 2}
    assert await claim(desk.runtime.db) == []
    assert await send_corrections(desk.runtime) == 0
    with pytest.raises(WrongState):
        await send_recall.stop_recall(desk.runtime, ANNA.id or 0, 1, form())


async def test_stopping_waits_for_the_message_that_is_being_written(
    desk: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would come after the look at what is left to take back."""
    await ask_from(desk, Channel.TELEGRAM, "1", "2")
    await do(desk.runtime.db, "UPDATE outbox SET state = 'sent'")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)
    begun, goes_on = asyncio.Event(), asyncio.Event()
    note = recall_clients.note_message

    async def slowly(tx: Tx, one: recall_clients.Waiting) -> None:
        begun.set()
        await goes_on.wait()
        await note(tx, one)

    monkeypatch.setattr(recall_clients, "note_message", slowly)
    sending = asyncio.create_task(send_corrections(desk.runtime))
    await begun.wait()
    stopping = asyncio.create_task(send_recall.stop_recall(desk.runtime, ANNA.id or 0, 1, form()))
    done, _ = await asyncio.wait({stopping}, timeout=0.3)
    assert not done
    goes_on.set()
    await asyncio.gather(sending, stopping)
    assert await states(desk) == {"stopped": 2}
    assert await claim(desk.runtime.db) == []


async def test_nobody_is_woken_by_it(desk: Worker) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1")
    await writes(desk)
    await another_is_released(desk)
    await sends(desk)
    desk.now[0] = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC)  # 23:00 in the office
    assert await send_corrections(desk.runtime) == 0
    desk.now[0] += dt.timedelta(hours=9, minutes=5)
    assert await send_corrections(desk.runtime) == 1


async def test_one_writes_and_another_sends(desk: Worker) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1")
    with pytest.raises(Forbidden):
        await writes(desk, who=OLGA)
    with pytest.raises(NoVersionChosen):
        await write_recall.write_recall(desk.runtime, 1, SLUG, [], TRUE, form())
    with pytest.raises(TextMissing):
        await write_recall.write_recall(desk.runtime, 1, SLUG, [await version(desk)], {"ru": " "}, form())
    await writes(desk)
    with pytest.raises(StillGiven):
        await sends(desk)
    await another_is_released(desk)
    with pytest.raises(OwnRecall):
        await send_recall.send_recall(desk.runtime, 1, 1, form(1))
    with pytest.raises(Forbidden):
        await send_recall.send_recall(desk.runtime, 3, 1, form(1))
    await writes(desk, seen=1, said="Заявки принимают до 21 мая.")
    with pytest.raises(RecallChanged):
        await sends(desk)
    with pytest.raises(RecallChanged):
        await writes(desk, seen=1)
    await send_recall.drop_recall(desk.runtime, 2, 1, form(2))
    assert await states(desk) == {}


async def test_where_nobody_can_be_told_nothing_is_sent(desk: Worker) -> None:
    await ask_from(desk, Channel.TELEGRAM, "1")
    await desk.receives("1", Kind.BLOCKED)
    await desk.works()
    await writes(desk)
    await another_is_released(desk)
    with pytest.raises(NobodyToTell):
        await sends(desk)
    assert await states(desk) == {}
