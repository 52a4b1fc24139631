"""The turn every event takes: load, decide, save, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.decide import decide
from bot.domain.decision import Decision, Need, Query, Scene, SetReachable, View
from bot.domain.dialog import Dialog
from bot.domain.errors import ClaimLost, OtklikError
from bot.domain.events import ClientActed, Event
from bot.domain.messages import Capabilities, Channel, Kind
from bot.storage import audit, decisions, dialogs, queries
from bot.storage.decisions import Heard
from bot.storage.personal import Cipher
from bot.storage.session import Database, Tx
from bot.storage.wake import Wake, outbox_of
from knowledge_base.schema import Pack
from nlu.aside import Aside
from nlu.understanding import Engine

ROUNDS = 3
"""How often a decision may ask to see more."""


class TooManyNeeds(OtklikError):
    """A decision kept asking for more than three rounds of loading."""


@dataclass(frozen=True, slots=True)
class Content:
    """A release and the engine trained on it: swapped together, between messages."""

    release: int
    pack: Pack
    engine: Engine
    aside: Aside = field(init=False)
    """The engine, for whoever must not hold up the loop."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "aside", Aside(self.engine))


class Shelf:
    """Holds the content that serves now."""

    def __init__(self, content: Content) -> None:
        self.content = content


Clock = Callable[[], dt.datetime]
"""Now, in UTC."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What use cases work with; made once by ``app``."""

    db: Database
    wake: Wake
    shelf: Shelf
    cipher: Cipher
    clock: Clock
    limits: Mapping[Channel, Capabilities]
    staff_chat: str | None
    salt: str
    """Names this database: numbers that it gives out differ from another one's."""


Lock = Callable[[Tx], Awaitable[dialogs.Locked]]
Settle = Callable[[Tx, Decision], Awaitable[bool]]


async def take(
    runtime: Runtime,
    content: Content,
    lock: Lock,
    event: Event,
    *,
    settle: Settle | None = None,
    heard: Heard | None = None,
    actor: str = "",
) -> Decision:
    """One event, wholly or not at all.

    ``lock`` finds and locks the conversation; ``settle`` marks what brought the event (a timer, a staff
    member's update) in the same transaction and says whether it was still ours. What a client said is
    ``heard`` instead, and its update is marked together with all that is saved. Raises ClaimLost.
    """
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        locked = await lock(tx)
        decision = await _decide(tx, locked, event, content.pack, now)
        if settle is not None and not await settle(tx, decision):
            raise ClaimLost
        context = decisions.Context(
            content.pack,
            content.release,
            runtime.cipher,
            runtime.limits,
            runtime.staff_chat,
            now,
            locked.free_episode,
        )
        await decisions.save(tx, locked.addressee, decision, heard, context)
        if actor:
            await audit.write(tx, now, actor, decision.outcome, f"address:{locked.addressee.id}")
    _wake(runtime, locked.addressee, decision)
    return decision


async def _decide(tx: Tx, locked: dialogs.Locked, event: Event, pack: Pack, now: dt.datetime) -> Decision:
    who = locked.addressee
    dialog = locked.dialog or Dialog(pack.agency.default_language)
    loaded: dict[Query, object] = {}
    for _ in range(ROUNDS + 1):
        view = View(who.id, who.channel, dict(loaded))
        result = decide(Scene(dialog, view, pack, now), event)
        if isinstance(result, Need):
            loaded[result.query] = await queries.load(tx, result.query, who)
            continue
        return result if who.reachable else _unreachable(result, event)
    raise TooManyNeeds


def _unreachable(decision: Decision, event: Event) -> Decision:
    """Nothing is said to whoever can't be written to, until he writes again."""
    match event:
        case ClientActed(incoming=incoming) if incoming.kind is not Kind.BLOCKED:
            return replace(decision, effects=(*decision.effects, SetReachable(True)))
    return replace(decision, says=())


def _wake(runtime: Runtime, who: dialogs.Addressee, decision: Decision) -> None:
    topics = set()
    if who.channel is Channel.PAGE:
        topics.add(f"page:{who.external_id}")
    elif decision.says:
        topics.add(outbox_of(who.channel))
    if decision.staff and runtime.staff_chat is not None:
        topics.add(outbox_of(Channel.TELEGRAM))
    if topics:
        runtime.wake.signal(topics)
