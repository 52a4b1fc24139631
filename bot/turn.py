"""The turn every event takes: load, decide, save, in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot import metrics
from bot.domain.attachments import KeepFiles
from bot.domain.case_effects import RecordAct
from bot.domain.decide import decide
from bot.domain.decision import Decision, Need, Query, RecordComment, RecordScore, Scene, SetReachable, View
from bot.domain.dialog import Dialog
from bot.domain.errors import ClaimLost, OtklikError
from bot.domain.events import ClientActed, Event
from bot.domain.messages import Capabilities, Channel, Kind
from bot.domain.pilots import Pilot
from bot.domain.profile import Profile
from bot.pulse import Pulse
from bot.storage import audit, bundle, decisions, dialogs, queries
from bot.storage.decisions import Heard
from bot.storage.personal import Cipher
from bot.storage.session import Database, Tx
from bot.storage.wake import DESK, FILES, Wake, desk_of, outbox_of
from knowledge_base.schema import Pack
from nlu.anonymous import anonymous
from nlu.engines import Engines, Live
from nlu.understanding import LiveEngine

ROUNDS = 3
"""How often a decision may ask to see more."""


class TooManyNeeds(OtklikError):
    """A decision kept asking for more than three rounds of loading."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """A release and the engine that reads for it: swapped together, between messages."""

    release: int
    pack: Pack
    engine: LiveEngine
    learned: bool = True
    """False: the engine was learned from the release before, and this one's own is on its way."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A release whose engine is being trained."""

    release: int
    pack: Pack
    engine: asyncio.Future[Live]


class Place:
    """Holds the content that serves now, and what will serve next."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.coming: Coming | None = None


@dataclass(frozen=True, slots=True)
class Piloted:
    """A pilot, and the place of what its clients get."""

    pilot: Pilot
    place: Place


class Shelf(Place):
    """The place of what all clients get, and beside it that of a pilot."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self.piloted: Piloted | None = None

    def serving(self, client: int | None, who: Profile) -> Content:
        """The pair of release and engine that answers this client; one who never wrote is in no pilot yet."""
        piloted = self.piloted
        if piloted is None or client is None or not piloted.pilot.admits(client, who):
            return self.content
        return piloted.place.content


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
    engines: Engines | None = None
    """Makes the engine of a newer release; None: this one serves to the end."""
    pulse: Pulse = field(default_factory=Pulse)
    """Signs of life of this worker's loops."""
    suspects: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Whoever holds it handles an update whose worker was lost: one at a time."""


Lock = Callable[[Tx], Awaitable[dialogs.Locked]]
Settle = Callable[[Tx, Decision], Awaitable[bool]]
After = Callable[[Tx], Awaitable[None]]
"""What must follow the rows of the turn, in its transaction."""


async def take(
    runtime: Runtime,
    lock: Lock,
    event: Event,
    *,
    content: Content | None = None,
    settle: Settle | None = None,
    heard: Heard | None = None,
    actor: str = "",
    after: After | None = None,
) -> Decision:
    """One event, wholly or not at all.

    ``lock`` finds and locks the conversation; ``settle`` marks what brought the event (a timer, a staff
    member's update) in the same transaction and says whether it was still ours. What a client said is
    ``heard`` instead, and its update is marked together with all that is saved. ``content``: what read his words; none
    where nothing was read: then what serves the client. Raises ClaimLost.
    """
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        locked = await lock(tx)
        content = content or runtime.shelf.serving(locked.addressee.client_id, locked.profile)
        decision = await _decide(tx, locked, event, content.pack, now)
        if settle is not None and not await settle(tx, decision):
            raise ClaimLost
        context = _context(runtime, content, locked, now)
        kept = await decisions.prepare(tx, locked.addressee, decision, heard, context)
        await bundle.save(tx, [kept], now)
        if after is not None:
            await after(tx)
        if actor:
            await audit.write(tx, now, actor, decision.outcome, f"address:{locked.addressee.id}")
    runtime.wake.signal(_topics(runtime, locked, decision))
    metrics.handled(locked.addressee.channel.value, _kind(event), decision.outcome)
    return decision


@dataclass(frozen=True, slots=True)
class Said:
    """What a client did, ready for its turn."""

    event: ClientActed
    heard: Heard
    content: Content
    """What read it, and decides on it."""

    @property
    def address(self) -> tuple[Channel, str]:
        return self.event.incoming.channel, self.event.incoming.external_id


async def take_together(runtime: Runtime, said: Sequence[Said]) -> None:
    """Turns of different conversations in one transaction, all of them or none.

    Most of a turn's price is that of a transaction, shared here. Raises what any of them raises; each can
    then be taken by itself.
    """
    now = runtime.clock()
    topics: set[str] = set()
    async with runtime.db.begin() as tx:
        kept, outcomes = [], []
        for one, locked in zip(said, await dialogs.lock_all(tx, [s.address for s in said], now), strict=True):
            decision = await _decide(tx, locked, one.event, one.content.pack, now)
            context = _context(runtime, one.content, locked, now)
            kept.append(await decisions.prepare(tx, locked.addressee, decision, one.heard, context))
            topics |= _topics(runtime, locked, decision)
            outcomes.append((one.address[0].value, _kind(one.event), decision.outcome))
        await bundle.save(tx, kept, now)
    runtime.wake.signal(topics)
    for channel, kind, outcome in outcomes:
        metrics.handled(channel, kind, outcome)


def _kind(event: Event) -> str:
    return event.incoming.kind.value if isinstance(event, ClientActed) else type(event).__name__


def _context(runtime: Runtime, content: Content, locked: dialogs.Locked, now: dt.datetime) -> decisions.Context:
    return decisions.Context(
        content.pack,
        content.release,
        runtime.cipher,
        runtime.limits,
        runtime.staff_chat,
        now,
        locked.free_episode,
        anonymous,
    )


async def _decide(tx: Tx, locked: dialogs.Locked, event: Event, pack: Pack, now: dt.datetime) -> Decision:
    who = locked.addressee
    dialog = locked.dialog or Dialog(pack.agency.default_language)
    loaded: dict[Query, object] = {}
    for _ in range(ROUNDS + 1):
        view = View(who.id, who.channel, dict(loaded), locked.profile)
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


def _topics(runtime: Runtime, locked: dialogs.Locked, decision: Decision) -> set[str]:
    """Who has to be woken for what was decided."""
    topics, who = set(), locked.addressee
    seen_at_desk = decision.dialog.cases or (locked.dialog is not None and locked.dialog.cases)
    shown = (RecordAct, RecordScore, RecordComment)
    if seen_at_desk or any(isinstance(effect, shown) for effect in decision.effects):
        topics |= {DESK, desk_of(who.id)}
    if who.channel is Channel.PAGE:
        topics.add(f"page:{who.external_id}")
    elif decision.says:
        topics.add(outbox_of(who.channel))
    if any(isinstance(effect, KeepFiles) for effect in decision.effects):
        topics.add(FILES)
    if decision.staff and runtime.staff_chat is not None:
        topics.add(outbox_of(Channel.TELEGRAM))
    return topics
