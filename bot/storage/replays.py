"""Replays: asked for, run by one worker at a time, kept with what they found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Row, func, insert, select, text, update

from bot.domain.drafts import Verb
from bot.domain.replays import Change, Changed, Figures, Past, Played, Reading, Replay, ReplayState, Verdict
from bot.storage.session import Tx
from bot.storage.tables import draft_step, question, replay, replay_change

LEASE_SECONDS = 90
"""A worker tells of its progress every few seconds; one that is silent for so long is lost."""
MOST_ATTEMPTS = 3
KEPT_DAYS = 90
"""What a replay found, one by one; its figures stay."""


async def ask(tx: Tx, by: int, release: int, drafts: Iterable[Played], days: int, now: dt.datetime) -> int:
    """A replay to be run. Returns its number."""
    row = {"staff_id": by, "at": now, "release": release, "drafts": _told(drafts), "days": days}
    number: int = (await tx.execute(insert(replay).values(**row).returning(replay.c.id))).scalar_one()
    return number


async def unfinished(tx: Tx) -> list[Replay]:
    """Those that wait or run, oldest first."""
    found = select(replay).where(replay.c.state.in_(["waiting", "running"])).order_by(replay.c.id)
    return [_replay(row) for row in await tx.execute(found)]


async def by_id(tx: Tx, number: int) -> Replay | None:
    row = (await tx.execute(select(replay).where(replay.c.id == number))).first()
    return _replay(row) if row else None


async def latest(tx: Tx, most: int) -> list[Replay]:
    """The newest first."""
    return [_replay(row) for row in await tx.execute(select(replay).order_by(replay.c.id.desc()).limit(most))]


_LAST_OF = text("""
    SELECT * FROM replay r
    WHERE EXISTS (SELECT FROM json_array_elements(CAST(r.drafts AS json)) AS d WHERE CAST(d->>0 AS bigint) = :draft)
    ORDER BY id DESC LIMIT 1
""")


async def last_of(tx: Tx, draft: int) -> Replay | None:
    """The newest with this draft in it."""
    row = (await tx.execute(_LAST_OF, {"draft": draft})).first()
    return _replay(row) if row else None


async def saved_steps(tx: Tx, drafts: Iterable[int]) -> dict[int, int]:
    """The step that saved the text of each of these drafts."""
    found = (
        select(draft_step.c.draft_id, func.max(draft_step.c.id))
        .where(draft_step.c.draft_id.in_(list(drafts)), draft_step.c.verb == Verb.SAVED.value)
        .group_by(draft_step.c.draft_id)
    )
    return dict((await tx.execute(found)).tuples().all())


async def bodies(tx: Tx, played: Iterable[Played]) -> dict[str, str]:
    """Texts as they were replayed, by slug."""
    slugs = {one.step: one.slug for one in played}
    found = select(draft_step.c.id, draft_step.c.body).where(draft_step.c.id.in_(list(slugs)))
    return {slugs[number]: body for number, body in await tx.execute(found)}


# --- running -------------------------------------------------------------------

_CLAIM = text(f"""
    UPDATE replay SET state = 'running', lease = :lease, attempts = attempts + 1, done = 0,
           lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
    WHERE id = (SELECT id FROM replay WHERE state IN ('waiting', 'running') AND lease_until < clock_timestamp()
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_RENEW = text(f"""
    UPDATE replay SET done = :done, total = :total,
           lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
    WHERE id = :id AND lease = :lease AND state = 'running'
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    replay: Replay
    attempts: int


async def claim(tx: Tx, lease: str) -> Claimed | None:
    """The oldest that nobody runs, or whose worker was lost."""
    row = (await tx.execute(_CLAIM, {"lease": lease})).first()
    return Claimed(_replay(row), row.attempts) if row else None


async def progress(tx: Tx, number: int, lease: str, done: int, total: int) -> bool:
    """False: it is another worker's by now."""
    renewed = await tx.execute(_RENEW, {"id": number, "lease": lease, "done": done, "total": total})
    return bool(renewed.rowcount)


async def past(tx: Tx, since: dt.datetime | None, most: int) -> list[Past]:
    """Questions asked since then, the newest first; words about what was missing are none."""
    found = select(question).where(question.c.outcome != "not_helped").order_by(question.c.at.desc(), question.c.id)
    if since is not None:
        found = found.where(question.c.at >= since)
    return [
        Past(row.id, row.text, row.slug, row.asker, row.helped, row.score)
        for row in await tx.execute(found.limit(most))
    ]


_KEEP = text("""
    INSERT INTO replay_change (replay_id, place, question_id, change, verdict, before, after)
    SELECT :replay, c.place, c.question, c.change, c.verdict, c.before, c.after
    FROM json_to_recordset(CAST(:rows AS json)) AS c(
        place int, question bigint, change text, verdict text, before text, after text)
    WHERE EXISTS (SELECT FROM question q WHERE q.id = c.question)
""")


async def finish(tx: Tx, number: int, lease: str, found: Figures, seal: str, changed: Sequence[Changed]) -> bool:
    """Keep what came of it, unless another worker runs it by now. A question erased meanwhile is left out."""
    done = update(replay).where(replay.c.id == number, replay.c.lease == lease, replay.c.state == "running")
    kept = {"state": "done", "figures": json.dumps(asdict(found)), "seal": seal, "done": found.questions}
    if not (await tx.execute(done.values(**kept, lease=None))).rowcount:
        return False
    rows = [
        {
            "place": place,
            "question": one.question,
            "change": one.change.value,
            "verdict": one.verdict.value,
            "before": _reading(one.before),
            "after": _reading(one.after),
        }
        for place, one in enumerate(changed)
    ]
    await tx.execute(_KEEP, {"replay": number, "rows": orjson.dumps(rows).decode()})
    return True


async def fail(tx: Tx, number: int, lease: str, cause: str) -> None:
    failed = update(replay).where(replay.c.id == number, replay.c.lease == lease, replay.c.state == "running")
    await tx.execute(failed.values(state="failed", cause=cause[:500], lease=None))


# --- what came of it -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the changes."""

    change: str = ""
    verdict: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A changed question, with its words."""

    text: str
    change: Change
    verdict: Verdict
    before: Reading
    after: Reading


async def changes(tx: Tx, number: int, wanted: Wanted, most: int, skipped: int) -> tuple[list[Told], int]:
    """Worst first, and how many there are."""
    found = (
        select(replay_change, question.c.text, func.count().over().label("whole"))
        .join(question, question.c.id == replay_change.c.question_id)
        .where(replay_change.c.replay_id == number)
        .order_by(replay_change.c.place)
    )
    if wanted.change:
        found = found.where(replay_change.c.change == wanted.change)
    if wanted.verdict:
        found = found.where(replay_change.c.verdict == wanted.verdict, replay_change.c.change != "reworded")
    for word in wanted.search.split():
        found = found.where(question.c.text.icontains(word, autoescape=True))
    rows = (await tx.execute(found.limit(most).offset(skipped))).all()
    told = [
        Told(row.text, Change(row.change), Verdict(row.verdict), _read(row.before), _read(row.after)) for row in rows
    ]
    return told, rows[0].whole if rows else 0


_FORGET = text("""
    DELETE FROM replay_change WHERE replay_id IN (
        SELECT r.id FROM replay r WHERE r.at < :before
        AND EXISTS (SELECT FROM replay_change c WHERE c.replay_id = r.id) LIMIT 10)
""")


async def forget(tx: Tx, now: dt.datetime) -> int:
    """What old replays found, one by one. Returns how many went."""
    return (await tx.execute(_FORGET, {"before": now - dt.timedelta(days=KEPT_DAYS)})).rowcount


def _told(drafts: Iterable[Played]) -> str:
    return json.dumps([[one.draft, one.step, one.slug] for one in drafts])


def _reading(one: Reading) -> str:
    return json.dumps([one.outcome, one.slugs, one.score])


def _read(told: str) -> Reading:
    outcome, slugs, score = json.loads(told)
    return Reading(outcome, tuple(slugs), score)


def _replay(row: Row[Any]) -> Replay:
    found: Mapping[str, Any] | None = json.loads(row.figures) if row.figures else None
    return Replay(
        row.id,
        row.staff_id,
        row.at,
        row.release,
        tuple(Played(*one) for one in json.loads(row.drafts)),
        row.days,
        ReplayState(row.state),
        row.done,
        row.total,
        Figures(**found) if found else None,
        row.seal or "",
        row.cause or "",
    )
