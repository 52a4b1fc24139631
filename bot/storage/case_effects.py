"""Effects on cases and their terms, saved in the transaction of their decision."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import insert, select, text, update

from bot.domain.case_effects import (
    BodyDone,
    CaseEffect,
    CloseCase,
    HandCase,
    KeepNote,
    MarkTerm,
    PauseTerm,
    RecordAct,
    ReopenCase,
    ResumeTerm,
    StartCase,
    StartTerm,
    StopTerm,
    TakeCase,
    TermMarks,
    WaitForBody,
)
from bot.domain.events import TimerKind
from bot.storage import body_waits
from bot.storage.bundle import Message
from bot.storage.scope import Scope
from bot.storage.tables import case, staff_act, term, term_pause, timer


async def apply(scope: Scope, effect: CaseEffect) -> None:
    """Save one effect."""
    match effect:
        case StartCase():
            await _start_case(scope, effect)
        case TakeCase(case_id, staff_id):
            taken = update(case).where(case.c.id == case_id).values(taken_by=staff_id, taken_at=scope.now)
            await scope.tx.execute(taken)
        case CloseCase(case_id, staff_id):
            closed = update(case).where(case.c.id == case_id).values(closed_at=scope.now, closed_by=staff_id)
            await scope.tx.execute(closed)
            await body_waits.end_all(scope, case_id)
        case HandCase(case_id, team, staff_id):
            at = scope.now if staff_id else None
            handed = update(case).where(case.c.id == case_id)
            await scope.tx.execute(handed.values(team=team, taken_by=staff_id, taken_at=at))
        case ReopenCase(case_id, staff_id):
            again = update(case).where(case.c.id == case_id)
            await scope.tx.execute(again.values(closed_at=None, closed_by=None, taken_by=staff_id, taken_at=scope.now))
        case KeepNote(staff_id, words):
            scope.notes.append(Message("note", words, staff_id=staff_id))
        case RecordAct():
            await _act(scope, effect)
        case WaitForBody():
            await body_waits.begin(scope, effect)
        case BodyDone():
            await body_waits.done(scope, effect)
        case _:
            await _term(scope, effect)


async def _term(scope: Scope, effect: StartTerm | StopTerm | PauseTerm | ResumeTerm | MarkTerm) -> None:
    match effect:
        case StartTerm(case_id, marks):
            await _start_term(scope, case_id, marks)
        case StopTerm(case_id):
            await _stop_terms(scope, case_id)
        case PauseTerm(case_id, owed_by):
            await scope.tx.execute(_PAUSE, {"now": scope.now, "case_id": case_id, "owed_by": owed_by.value})
        case ResumeTerm(case_id, marks):
            await _resume(scope, case_id, marks)
        case MarkTerm(case_id, kind):
            reached = update(term).where(term.c.case_id == case_id, term.c.stopped_at.is_(None))
            await scope.tx.execute(reached.values(reached=kind.value))
        case _:
            assert_never(effect)


async def _start_case(scope: Scope, effect: StartCase) -> None:
    added = (
        insert(case)
        .values(
            address_id=scope.who.id,
            request_id=scope.facts.get("request") if effect.of_request else None,
            reason=effect.reason,
            team=effect.team,
            opened_at=scope.now,
        )
        .returning(case.c.id)
    )
    case_id = (await scope.tx.execute(added)).scalar_one()
    scope.facts["case"] = case_id
    scope.facts["case_due"] = effect.term.due_at
    await _start_term(scope, case_id, effect.term)


async def _start_term(scope: Scope, case_id: int, marks: TermMarks) -> None:
    added = (
        insert(term)
        .values(case_id=case_id, policy=marks.policy, started_at=scope.now, due_at=marks.due_at)
        .returning(term.c.id)
    )
    term_id = (await scope.tx.execute(added)).scalar_one()
    await _set_timers(scope, term_id, marks, frozenset())


async def _set_timers(scope: Scope, term_id: int, marks: TermMarks, told: frozenset[str]) -> None:
    """Timers of a term's marks, but for those told already."""
    rows = [
        {"term_id": term_id, "kind": kind.value, "fire_at": at}
        for kind, at in (
            (TimerKind.WARN, marks.warn_at),
            (TimerKind.ALARM, marks.due_at),
            (TimerKind.SUPERVISOR, marks.supervisor_at),
        )
        if kind.value not in told
    ]
    if rows:
        await scope.tx.execute(insert(timer).values(rows))


_PAUSE = text("""
    WITH running AS (SELECT id FROM term WHERE case_id = :case_id AND stopped_at IS NULL),
    other AS (
        UPDATE term_pause SET owed_by = :owed_by
        WHERE ended_at IS NULL AND term_id IN (SELECT id FROM running) RETURNING term_id),
    paused AS (
        INSERT INTO term_pause (term_id, started_at, owed_by)
        SELECT id, :now, :owed_by FROM running WHERE id NOT IN (SELECT term_id FROM other))
    UPDATE timer SET state = 'dropped', settled_at = :now
    WHERE state = 'set' AND term_id IN (SELECT id FROM running)
""")


async def _resume(scope: Scope, case_id: int, marks: TermMarks) -> None:
    running = update(term).where(term.c.case_id == case_id, term.c.stopped_at.is_(None)).values(due_at=marks.due_at)
    term_id = (await scope.tx.execute(running.returning(term.c.id))).scalar_one()
    paused = update(term_pause).where(term_pause.c.term_id == term_id, term_pause.c.ended_at.is_(None))
    await scope.tx.execute(paused.values(ended_at=scope.now))
    told = await scope.tx.execute(select(timer.c.kind).where(timer.c.term_id == term_id, timer.c.state == "fired"))
    await _set_timers(scope, term_id, marks, frozenset(told.scalars()))


async def _act(scope: Scope, effect: RecordAct) -> None:
    done = insert(staff_act).values(
        address_id=scope.who.id,
        case_id=effect.case,
        staff_id=effect.staff,
        verb=effect.verb.value,
        detail=effect.detail,
        at=scope.now,
    )
    await scope.tx.execute(done)


_STOP = text("""
    WITH stopped AS (
        UPDATE term SET stopped_at = :now WHERE case_id = :case_id AND stopped_at IS NULL RETURNING id),
    resumed AS (
        UPDATE term_pause SET ended_at = :now WHERE ended_at IS NULL AND term_id IN (SELECT id FROM stopped))
    UPDATE timer SET state = 'dropped', settled_at = :now
    WHERE state = 'set' AND term_id IN (SELECT id FROM stopped)
""")


async def _stop_terms(scope: Scope, case_id: int) -> None:
    await scope.tx.execute(_STOP, {"now": scope.now, "case_id": case_id})
