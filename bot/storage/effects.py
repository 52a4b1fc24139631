"""The effects of a decision, saved in its transaction. What they find out comes back as facts."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain import decision as made
from bot.domain.attachments import DropFiles, KeepFiles, MoveFiles, PlaceFiles
from bot.domain.kept import AskErasure
from bot.domain.profile import SetProfile
from bot.domain.reactions import RecordReaction
from bot.storage import attachments, case_effects, clients, profiles, questions
from bot.storage import personal as values
from bot.storage.bundle import Episode
from bot.storage.dialogs import FREE_EPISODE
from bot.storage.scope import Facts, Scope
from bot.storage.tables import address, counter, episode, reaction, request, request_stage, score, watch


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


async def _apply(scope: Scope, effect: made.Effect) -> None:
    match effect:
        case made.OpenEpisode() | made.RecordHelped() | made.RecordComment() | made.RecordScore():
            await _episode(scope, effect)
        case made.RecordFeedback():
            await _feedback(scope, effect)
        case RecordReaction():
            await _reaction(scope, effect)
        case made.RecordQuestion():
            scope.questions.append(questions.asked(effect, scope.anonymous))
        case made.RememberWatch() | AskErasure() | SetProfile():
            await _wish(scope, effect)
        case made.KeepPersonal():
            await values.keep(scope.tx, scope.cipher, scope.who.client_id, effect, scope.now)
        case made.ForgetPersonal(refs):
            await values.forget(scope.tx, scope.who.client_id, refs)
        case made.MoveRequest():
            await _move(scope, effect)
        case made.SetReachable(reachable):
            changed = update(address).where(address.c.id == scope.who.id).values(reachable=reachable)
            await scope.tx.execute(changed)
        case KeepFiles() | MoveFiles() | DropFiles() | PlaceFiles():
            await attachments.apply(scope.tx, scope.who, effect, scope.facts, scope.now)
        case made.CreateRequest():
            raise AssertionError("requests are created by apply")
        case _:
            await case_effects.apply(scope, effect)


async def _wish(scope: Scope, effect: made.RememberWatch | AskErasure | SetProfile) -> None:
    match effect:
        case made.RememberWatch(slug):
            wished = upsert(watch).values(address_id=scope.who.id, slug=slug, at=scope.now)
            await scope.tx.execute(wished.on_conflict_do_nothing())
        case AskErasure():
            await clients.wish(scope.tx, scope.who.client_id, f"client:{scope.who.client_id}", scope.now)
        case SetProfile(told):
            await profiles.keep(scope.tx, scope.who.client_id, told, scope.now)


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
            await scope.tx.execute(questions.HELPED, {"episode": id_, "helped": helped})
        case made.RecordComment(id_, said):
            await scope.tx.execute(update(episode).where(episode.c.id == id_).values(comment=said))
        case made.RecordScore(id_, value):
            await scope.tx.execute(questions.SCORED, {"episode": id_, "value": value, "now": scope.now})


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
            release=scope.release,
        )
        .returning(episode.c.id)
    )
    episode_id = (await scope.tx.execute(added)).scalar_one()
    if effect.value is not None:
        await scope.tx.execute(insert(score).values(episode_id=episode_id, value=effect.value, at=scope.now))


async def _reaction(scope: Scope, effect: RecordReaction) -> None:
    place = {"address_id": scope.who.id, "message": effect.message[:40]}
    if not effect.emoji:
        await scope.tx.execute(delete(reaction).filter_by(**place))
        return
    values = {"episode_id": effect.episode, "emoji": effect.emoji[:40], "at": scope.now}
    put = upsert(reaction).values(**place, **values)
    await scope.tx.execute(
        put.on_conflict_do_update(index_elements=[reaction.c.address_id, reaction.c.message], set_=values)
    )


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
            stage_due_at=effect.stage_due_at,
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


async def _move(scope: Scope, effect: made.MoveRequest) -> None:
    moved = update(request).where(request.c.id == effect.request)
    await scope.tx.execute(moved.values(stage=effect.stage, stage_due_at=effect.due_at, stage_told=None))
    reached = insert(request_stage).values(request_id=effect.request, stage=effect.stage, at=scope.now)
    await scope.tx.execute(
        reached.values(reason=effect.reason or None, advice=effect.advice or None, staff_id=effect.staff)
    )


async def _stage(scope: Scope, request_id: int, stage: str) -> None:
    await scope.tx.execute(insert(request_stage).values(request_id=request_id, stage=stage, at=scope.now))
