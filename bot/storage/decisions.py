"""Saving what was decided: effects, the conversation's messages, calls to messengers, the dialog."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import actions
from bot.domain.activities import titles
from bot.domain.decision import Decision
from bot.domain.dialog import Dialog, Offered, OpenCase
from bot.domain.messages import CallKind, Capabilities, Channel, Rendered, RenderedButton
from bot.domain.rendering import joined, render
from bot.domain.speech import Lines, Param, Personal, Place, Ref, Say
from bot.domain.wording import Voice
from bot.storage import dialogs, effects, groups, outbox, personal, questions
from bot.storage.bundle import Bundle, Message
from bot.storage.dialogs import Addressee
from bot.storage.scope import Facts, Scope
from knowledge_base.schema import Pack
from nlu.understanding import Understanding

URGENT, IN_TOPIC = 1, 2
"""Lanes of posts for staff: the general part hears of terms that have passed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The client's own message, to be kept beside the replies, and the claim under which it is handled."""

    inbox_id: int
    lease: str
    text: str
    understood: Understanding | None


@dataclass(frozen=True, slots=True)
class Context:
    """What saving needs beside the decision."""

    pack: Pack
    release: int
    cipher: personal.Cipher
    limits: Mapping[Channel, Capabilities]
    staff_chat: str | None
    now: dt.datetime
    free_episode: int
    """A number no episode has."""
    anonymous: Callable[[str], str]
    """Words without what is personal in them."""


async def prepare(
    tx: AsyncConnection, who: Addressee, decision: Decision, heard: Heard | None, context: Context
) -> Bundle:
    """Apply a decision's effects and render what it says. The rest waits in the bundle, to be saved."""
    scope = Scope(tx, who, context.cipher, context.release, context.now, context.free_episode, context.anonymous)
    facts = await effects.apply(scope, decision.effects)
    await questions.link(scope, decision.dialog.handed_over.id if decision.dialog.handed_over else None)
    said = tuple(s for s in (*decision.says, *(p.say for p in decision.staff)))
    known = await personal.reveal(tx, context.cipher, who.client_id, _personal_refs(said))
    voice = Voice(context.pack, decision.dialog.language, context.now, facts, known)
    kept = Bundle(who.id, context.release, decision.outcome, decision.slug)
    kept.episodes, kept.questions = scope.episodes, scope.questions
    kept.messages.extend(scope.notes)
    if heard is not None:
        kept.inbox_id, kept.lease = heard.inbox_id, heard.lease
        kept.messages.append(_heard(decision, heard))
    offered = _speak(kept, who, decision, voice, context.limits[who.channel])
    await _tell_staff(tx, kept, who, decision, voice, context)
    state = _with_case_id(decision.dialog, facts)
    kept.state = dialogs.written(state if offered is None else replace(state, offered=offered))
    return kept


def _heard(decision: Decision, heard: Heard) -> Message:
    understood = heard.understood
    candidates = [[c.slug, round(c.score, 4)] for c in understood.candidates] if understood else None
    return Message(
        "in",
        None if decision.private else heard.text,
        heard.inbox_id,
        understood.engine if understood else None,
        json.dumps(candidates) if candidates else None,
    )


def _speak(
    kept: Bundle, who: Addressee, decision: Decision, voice: Voice, limits: Capabilities
) -> tuple[Offered, ...] | None:
    """Messages for the client. Returns the buttons last shown, to be typed as well."""
    offered: tuple[Offered, ...] | None = None
    masked = replace(voice, personal={})
    for one in decision.says:
        pieces = _placed(one, render(one, voice, limits))
        plain = render(one, masked, limits) if any(_personal_refs((one,))) else pieces
        kept.messages.append(Message("out", "\n\n".join(piece.text for piece in plain), staff_id=one.by))
        rows = pieces[-1].rows
        calls = [_call(who, piece, len(kept.messages) - 1, _episode(rows)) for piece in pieces]
        kept.calls.extend([_noticed(call) for call in calls] if one.notice else calls)
        if rows:
            offered = tuple(Offered(b.label, b.action) for row in rows for b in row if b.action)
    return offered


def _placed(said: Say, pieces: tuple[Rendered, ...]) -> tuple[Rendered, ...]:
    """Each piece with the message it passes on, and the call whose place it takes."""
    if not said.source:
        return pieces
    earlier = (*said.replaces, *(None for _ in pieces))
    return tuple(replace(p, source=said.source, replaces=old) for p, old in zip(pieces, earlier, strict=False))


def _call(who: Addressee, piece: Rendered, carries: int, episode: int | None) -> outbox.Row:
    conversation = f"{who.channel.value}:{who.external_id}"
    return outbox.Row(
        who.id, conversation, who.channel, _kind(piece), who.external_id, piece, carries=carries, episode=episode
    )


def _noticed(call: outbox.Row) -> outbox.Row:
    """In a conversation of its own: no answer waits behind it."""
    return replace(call, conversation=f"{call.conversation}:notice", lane=groups.LAST)


def _episode(rows: Iterable[Iterable[RenderedButton]]) -> int | None:
    """What the buttons under a message score."""
    for row in rows:
        for button in row:
            match actions.parse(button.action):
                case actions.SayHelped(number, _) | actions.GiveScore(number, _):
                    return number
    return None


def _kind(piece: Rendered) -> CallKind:
    if piece.replaces is not None:
        return CallKind.EDIT
    return CallKind.FILE if piece.file is not None else CallKind.MESSAGE


async def _tell_staff(
    tx: AsyncConnection, kept: Bundle, who: Addressee, decision: Decision, voice: Voice, context: Context
) -> None:
    """Posts for the staff group, the conversation's topic being created before the first one, or named anew."""
    chat, posts = context.staff_chat, decision.staff
    if chat is None or not (posts or decision.retitled):
        return
    staff_voice = replace(voice, language=context.pack.agency.default_language)
    limits = context.limits[Channel.TELEGRAM]
    title = render(titles.title(who.id, who.channel, decision.dialog), staff_voice, limits)[0]
    new = False
    topical = tuple(post.say for post in posts if post.place is Place.TOPIC)
    if topical:
        new = await outbox.open_topic(tx, who.id, chat)
        if new:
            kept.calls.append(replace(_post(who, chat, title, Place.TOPIC), kind=CallKind.CREATE_TOPIC))
        pieces = [piece for one in topical for piece in render(one, staff_voice, limits)]
        rest = _bundled(pieces, limits) if new else await _appended(tx, who, _bundled(pieces, limits), limits)
        kept.calls.extend(_post(who, chat, piece, Place.TOPIC) for piece in rest)
    if decision.retitled and not new:
        await groups.rename(tx, who.id, chat, title, context.now)
    for post in posts:
        if post.place is not Place.TOPIC:
            kept.calls.extend(_post(who, chat, piece, post.place) for piece in render(post.say, staff_voice, limits))


def _bundled(pieces: Iterable[Rendered], limits: Capabilities) -> list[Rendered]:
    """As few messages as they fit into: a group takes no more than twenty a minute."""
    bundled: list[Rendered] = []
    for piece in pieces:
        whole = joined(bundled[-1], piece, limits) if bundled else None
        bundled[-1:] = [*bundled[-1:], piece] if whole is None else [whole]
    return bundled


async def _appended(
    tx: AsyncConnection, who: Addressee, pieces: list[Rendered], limits: Capabilities
) -> list[Rendered]:
    """The first may go out with the one that waits for its turn. Returns those that go by themselves."""
    waiting = await groups.last_waiting(tx, _topic_of(who))
    whole = joined(waiting[1], pieces[0], limits) if waiting else None
    if waiting is None or whole is None:
        return pieces
    await groups.reword(tx, waiting[0], whole)
    return pieces[1:]


def _topic_of(who: Addressee) -> str:
    return f"staff:{who.id}"


def _post(who: Addressee, chat: str, piece: Rendered, place: Place) -> outbox.Row:
    in_topic = place is Place.TOPIC
    return outbox.Row(
        who.id,
        _topic_of(who) if in_topic else "staff:general",
        Channel.TELEGRAM,
        _kind(piece),
        chat,
        piece,
        thread_of=who.id if in_topic else None,
        lane=IN_TOPIC if in_topic else URGENT,
    )


def _with_case_id(dialog: Dialog, facts: Facts) -> Dialog:
    """A case opened by this decision gets the id of its row."""
    new = dialog.case(0)
    if new is None:
        return dialog
    case_id, request_id = facts["case"], facts.get("request")
    assert isinstance(case_id, int) and (request_id is None or isinstance(request_id, int))
    real: OpenCase = replace(new, id=case_id, request=request_id if new.request is not None else None)
    return dialog.without_case(0).with_case(real)


def _personal_refs(said: Iterable[Say]) -> tuple[str, ...]:
    return tuple(ref for one in said for part in one.parts for ref in _refs_in(part))


def _refs_in(param: Param) -> Iterator[str]:
    match param:
        case Personal(ref):
            yield ref
        case Ref(params=params):
            for inner in params.values():
                yield from _refs_in(inner)
        case Lines(refs):
            for line in refs:
                yield from _refs_in(line)
        case _:
            return
