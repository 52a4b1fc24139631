"""Questions apart from whoever asked: kept with their turn, marked as marks come, forgotten in time."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from bot.domain.decision import RecordQuestion
from bot.storage.bundle import Question
from bot.storage.scope import Scope
from bot.storage.session import Tx

LINKED_DAYS = 30
"""How long a question leads to whoever asked it."""
ASKED_WITHIN = dt.timedelta(days=1)
"""A case that is opened later than this has nothing to do with the last question."""
COMMAND = "command"
KEPT_CANDIDATES = 3
BATCH = 5000

Anonymous = Callable[[str], str]
"""Words without what is personal in them."""


def asked(effect: RecordQuestion, anonymous: Anonymous) -> Question:
    """A row of ``question``; few candidates and roughly, for exact ones would lead to the message."""
    near = [[one.slug, round(one.score, 2)] for one in effect.candidates[:KEPT_CANDIDATES]]
    return Question(
        secrets.randbits(62),
        anonymous(effect.text),
        effect.outcome,
        effect.slug,
        effect.language or None,
        effect.engine or None,
        json.dumps(near) if near else None,
    )


_LINK = text("""
    UPDATE question_link SET case_id = :case
    WHERE address_id = :address AND case_id IS NULL
      AND at >= (SELECT max(l.at) FROM question_link l JOIN question q ON q.id = l.question_id
                 WHERE l.address_id = :address AND l.at > :since AND q.outcome NOT IN ('command', 'not_helped'))
""")
"""What was asked last, and what was missing in its answer. To call a person is a command and asks nothing."""


async def link(scope: Scope, open_case: int | None) -> None:
    """Lead what was asked in this turn to what comes of it; a new case also to what was asked before it.

    ``open_case``: in which the client talks to a person.
    """
    case = scope.facts.get("case", open_case or None)
    episodes = [one.id for one in scope.episodes if one.kind == "answer"]
    asks = [one for one in scope.questions if one.outcome != COMMAND]
    for one in scope.questions:
        one.client, one.episodes = scope.who.client_id, episodes
    for one in asks:
        one.case = case if isinstance(case, int) else None
    if "case" in scope.facts and "request" not in scope.facts and not asks:
        known = {"case": case, "address": scope.who.id, "since": scope.now - ASKED_WITHIN}
        await scope.tx.execute(_LINK, known)


HELPED = text("""
    WITH marked AS (
        UPDATE question q SET helped = coalesce(q.helped, true) AND :helped
        FROM question_link l WHERE l.episode_id = :episode AND q.id = l.question_id)
    UPDATE episode SET helped = :helped WHERE id = :episode
""")
"""What a client pressed under an answer, for the answer and for the question; of several answers the worst counts."""
SCORED = text("""
    WITH given AS (
        INSERT INTO score (episode_id, value, at) VALUES (:episode, :value, :now) ON CONFLICT DO NOTHING
        RETURNING value)
    UPDATE question q SET score = least(q.score, given.value)
    FROM given, question_link l WHERE l.episode_id = :episode AND q.id = l.question_id
""")


@dataclass(frozen=True, slots=True)
class Handled:
    """What staff did about a question so far."""

    question: int
    seconds: int | None
    """From taking the case to the last word; None: not answered yet."""
    answer: str
    """As it was written."""
    closed: bool
    noted: int | None
    """Seconds noted before."""


_HANDLED = text("""
    SELECT DISTINCT ON (l.question_id) l.question_id, c.closed_at IS NOT NULL AS closed, said.words, q.staff_seconds,
           CAST(extract(epoch FROM said.last - least(c.taken_at, said.first)) AS integer) AS seconds
    FROM question_link l JOIN "case" c ON c.id = l.case_id JOIN question q ON q.id = l.question_id
    CROSS JOIN LATERAL (
        SELECT string_agg(m.text, E'\\n' ORDER BY m.id) AS words, min(m.at) AS first, max(m.at) AS last
        FROM message m
        WHERE m.address_id = l.address_id AND m.direction = 'out' AND m.staff_id IS NOT NULL AND m.at >= l.at
          AND (c.closed_at IS NULL OR m.at <= c.closed_at)) AS said
    WHERE l.case_id IS NOT NULL AND NOT l.settled
    ORDER BY l.question_id LIMIT :most
""")
_NOTE = text("UPDATE question SET staff_seconds = :seconds, staff_answer = :answer WHERE id = :id")
_SETTLE = text("UPDATE question_link SET settled = true WHERE question_id = ANY (CAST(:ids AS bigint[]))")


async def handled(tx: Tx, most: int) -> Sequence[Handled]:
    """Questions that staff have, and what they said so far."""
    return [
        Handled(row.question_id, row.seconds, row.words or "", row.closed, row.staff_seconds)
        for row in await tx.execute(_HANDLED, {"most": most})
    ]


async def note(tx: Tx, done: Iterable[Handled], anonymous: Anonymous) -> int:
    """Keep what is new, without what is personal, and be done with those whose case is closed. Returns how many."""
    found = list(done)
    fresh = [one for one in found if one.seconds is not None and one.seconds != one.noted]
    for one in fresh:
        await tx.execute(_NOTE, {"id": one.question, "seconds": one.seconds, "answer": anonymous(one.answer)})
    if closed := [one.question for one in found if one.closed]:
        await tx.execute(_SETTLE, {"ids": closed})
    return len(fresh)


_UNLINK = text("DELETE FROM question_link WHERE id IN (SELECT id FROM question_link WHERE at < :before LIMIT :most)")
_UNSALT = text("DELETE FROM question_salt WHERE month < :month")
_FORGET = text("DELETE FROM question WHERE id IN (SELECT id FROM question WHERE at < :before LIMIT :most)")


async def forget(tx: Tx, now: dt.datetime, kept_days: int) -> int:
    """One batch of links and questions that are old enough. Returns how many went."""
    await tx.execute(_UNSALT, {"month": now.date().replace(day=1)})
    unlinked = await tx.execute(_UNLINK, {"before": now - dt.timedelta(days=LINKED_DAYS), "most": BATCH})
    gone = await tx.execute(_FORGET, {"before": now - dt.timedelta(days=kept_days), "most": BATCH})
    return unlinked.rowcount + gone.rowcount
