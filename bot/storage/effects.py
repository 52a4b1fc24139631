"""The effects of a decision, saved in its transaction. What they find out comes back as facts."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from sqlalchemy import insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import decision as made
from bot.domain.events import TimerKind
from bot.storage import personal as values
from bot.storage.bundle import Episode, Question
from bot.storage.dialogs import FREE_EPISODE, Addressee
from bot.storage.tables import address, case, counter, episode, request, request_stage, score, term, timer, watch

Facts = dict[str, str | int | dt.datetime]


@dataclass(slots=True)
class Scope:
    """What every effect needs, and the facts found so far."""

    tx: AsyncConnection
    who: Addressee
    cipher: values.Cipher
    release: int
    now: dt.datetime
    free_episode: int
    """A number no episode has."""
    facts: Facts = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    """To be saved with the rest of the turn, as are ``questions``."""
    questions: list[Question] = field(default_factory=list)


async def apply(scope: Scope, effects: Iterable[made.Effect]) -> Facts:
    """Save all effects in order; public numbers are drawn last, to hold their counter shortly.

    Episodes and questions are only gathered in ``scope``.
    """
    numbered: list[tuple[int, made.CreateRequest]] = []
    for effect in effects:
        if isinstance(effect, made.CreateRequest):
            created = await _create_request(scope, effect)
            if created is not None:
                numbered.append((created, effect))
        else:
            await _apply(scope, effect)
    for request_id, effect in numbered:
        await _number(scope, request_id, effect)
    return scope.facts


CaseEffect: TypeAlias = made.StartCase | made.StartTerm | made.StopTerm | made.TakeCase | made.CloseCase | made.MarkTerm


async def _apply(scope: Scope, effect: made.Effect) -> None:
    match effect:
        case made.OpenEpisode() | made.RecordHelped() | made.RecordComment() | made.RecordScore():
            await _episode(scope, effect)
        case made.RecordFeedback():
            await _feedback(scope, effect)
        case made.RecordQuestion():
            _question(scope, effect)
        case made.RememberWatch(slug):
            wished = upsert(watch).values(address_id=scope.who.id, slug=slug, at=scope.now)
            await scope.tx.execute(wished.on_conflict_do_nothing())
        case made.KeepPersonal():
            await values.keep(scope.tx, scope.cipher, scope.who.client_id, effect, scope.now)
        case made.ForgetPersonal(refs):
            await values.forget(scope.tx, scope.who.client_id, refs)
        case made.MoveRequest(request_id, stage):
            await scope.tx.execute(update(request).where(request.c.id == request_id).values(stage=stage))
            await _stage(scope, request_id, stage)
        case made.SetReachable(reachable):
            changed = update(address).where(address.c.id == scope.who.id).values(reachable=reachable)
            await scope.tx.execute(changed)
        case made.CreateRequest():
            raise AssertionError("requests are created by apply")
        case _:
            await _case(scope, effect)


async def _case(scope: Scope, effect: CaseEffect) -> None:
    match effect:
        case made.StartCase():
            await _start_case(scope, effect)
        case made.StartTerm(case_id, marks):
            await _start_term(scope, case_id, marks)
        case made.StopTerm(case_id):
            await _stop_terms(scope, case_id)
        case made.TakeCase(case_id, staff_id):
            taken = update(case).where(case.c.id == case_id).values(taken_by=staff_id, taken_at=scope.now)
            await scope.tx.execute(taken)
        case made.CloseCase(case_id, staff_id):
            closed = update(case).where(case.c.id == case_id).values(closed_at=scope.now, closed_by=staff_id)
            await scope.tx.execute(closed)
        case made.MarkTerm(case_id, kind):
            reached = update(term).where(term.c.case_id == case_id, term.c.stopped_at.is_(None))
            await scope.tx.execute(reached.values(reached=kind.value))
        case _:
            assert_never(effect)


_FREE_EPISODE = text(f"SELECT {FREE_EPISODE}")


async def _episode(
    scope: Scope, effect: made.OpenEpisode | made.RecordHelped | made.RecordComment | made.RecordScore
) -> None:
    match effect:
        case made.OpenEpisode():
            number = scope.free_episode
            if scope.episodes:
                number = (await scope.tx.execute(_FREE_EPISODE)).scalar_one()
            scope.episodes.append(Episode(number, effect.kind, effect.slug, effect.case))
            scope.facts[effect.name] = number
        case made.RecordHelped(id_, helped):
            await scope.tx.execute(update(episode).where(episode.c.id == id_).values(helped=helped))
        case made.RecordComment(id_, said):
            await scope.tx.execute(update(episode).where(episode.c.id == id_).values(comment=said))
        case made.RecordScore(id_, value):
            given = upsert(score).values(episode_id=id_, value=value, at=scope.now)
            await scope.tx.execute(given.on_conflict_do_nothing())


async def _feedback(scope: Scope, effect: made.RecordFeedback) -> None:
    added = (
        insert(episode)
        .values(
            address_id=scope.who.id,
            kind="feedback",
            slug=effect.service,
            opened_at=scope.now,
            comment=effect.text or None,
            about=effect.about or None,
        )
        .returning(episode.c.id)
    )
    episode_id = (await scope.tx.execute(added)).scalar_one()
    if effect.value is not None:
        await scope.tx.execute(insert(score).values(episode_id=episode_id, value=effect.value, at=scope.now))


_DIGITS = re.compile(r"\d")
_MAIL = re.compile(r"\S+@\S+")


def _question(scope: Scope, effect: made.RecordQuestion) -> None:
    masked = _DIGITS.sub("0", _MAIL.sub("@", effect.text))[:2000]
    scope.questions.append(Question(masked, effect.outcome, effect.slug))


async def _create_request(scope: Scope, effect: made.CreateRequest) -> int | None:
    """The new request's id; None when this filling-in has become a request before."""
    added = (
        upsert(request)
        .values(
            address_id=scope.who.id,
            token=effect.token,
            service=effect.service,
            release=scope.release,
            stage=effect.stage,
            created_at=scope.now,
            due_at=effect.due_at,
            values=json.dumps(dict(effect.values), ensure_ascii=False),
        )
        .on_conflict_do_nothing()
        .returning(request.c.id)
    )
    created: int | None = (await scope.tx.execute(added)).scalar_one_or_none()
    if created is not None:
        scope.facts["request"] = created
        await _stage(scope, created, effect.stage)
    return created


async def _number(scope: Scope, request_id: int, effect: made.CreateRequest) -> None:
    drawn = upsert(counter).values(series=effect.series, year=effect.year, value=1)
    drawn = drawn.on_conflict_do_update(
        index_elements=[counter.c.series, counter.c.year], set_={"value": counter.c.value + 1}
    )
    value = (await scope.tx.execute(drawn.returning(counter.c.value))).scalar_one()
    number = f"{effect.series}-{effect.year}-{value:06d}"
    scope.facts["number"] = number
    await scope.tx.execute(update(request).where(request.c.id == request_id).values(number=number))


async def _stage(scope: Scope, request_id: int, stage: str) -> None:
    await scope.tx.execute(insert(request_stage).values(request_id=request_id, stage=stage, at=scope.now))


async def _start_case(scope: Scope, effect: made.StartCase) -> None:
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


async def _start_term(scope: Scope, case_id: int, marks: made.TermMarks) -> None:
    added = (
        insert(term)
        .values(case_id=case_id, policy=marks.policy, started_at=scope.now, due_at=marks.due_at)
        .returning(term.c.id)
    )
    term_id = (await scope.tx.execute(added)).scalar_one()
    await scope.tx.execute(
        insert(timer).values(
            [
                {"term_id": term_id, "kind": kind.value, "fire_at": at}
                for kind, at in (
                    (TimerKind.WARN, marks.warn_at),
                    (TimerKind.ALARM, marks.due_at),
                    (TimerKind.SUPERVISOR, marks.supervisor_at),
                )
            ]
        )
    )


_STOP = text("""
    WITH stopped AS (
        UPDATE term SET stopped_at = :now WHERE case_id = :case_id AND stopped_at IS NULL RETURNING id)
    UPDATE timer SET state = 'dropped', settled_at = :now
    WHERE state = 'set' AND term_id IN (SELECT id FROM stopped)
""")


async def _stop_terms(scope: Scope, case_id: int) -> None:
    await scope.tx.execute(_STOP, {"now": scope.now, "case_id": case_id})
