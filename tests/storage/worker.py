"""A worker without messengers: updates go through the inbox and a real turn; their door is a plain dictionary."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from bot.domain.events import Event, StaffActed, StaffPerson, StaffPressed, StaffWrote
from bot.domain.messages import Channel, Ignored, Incoming, Kind, Parsed, Received
from bot.storage import dialogs, inbox, tables
from bot.storage.inbox import Claimed
from bot.turn import Content, Runtime, Shelf, take
from bot.usecases import handle_update
from bot.usecases.handle_update import Door
from knowledge_base.schema import Pack
from nlu.understanding import Candidate, Outcome, Understanding
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask

MARIA = StaffPerson(1, "Мария", "support-department")
_numbers = itertools.count(1)


class ByHeart:
    """Understands slugs typed as they are, and "human"."""

    name = "by-heart"

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def understand(self, text: str) -> Understanding:
        outcome = Outcome.UNKNOWN
        if text in self._pack.templates:
            outcome = Outcome.ANSWER
        elif text in self._pack.services:
            outcome = Outcome.SERVICE
        elif text in self._pack.intents:
            outcome = Outcome.COMMAND
        slug = None if outcome is Outcome.UNKNOWN else text
        candidates = (Candidate(text, 0.9),) if slug else ()
        return Understanding(text, outcome, slug, candidates, self.name, "ru", 0.1)

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        return [self.understand(text) for text in texts]

    async def hear(self, texts: Sequence[str], until: float) -> list[Understanding]:
        return self.understand_all(texts)


class Killed(BaseException):
    """The end of a worker, as far as it can be had without ending this process."""


def shelf(pack: Pack) -> Shelf:
    return Shelf(Content(1, pack, ByHeart(pack)))


async def _read(payload: Mapping[str, Any]) -> Parsed:
    if "dies" in payload:
        raise Killed
    if "fails" in payload:
        raise ValueError(payload["fails"])
    if "ignored" in payload:
        return Ignored(payload["ignored"])
    what = {key: value for key, value in payload.items() if key in {"text", "action", "name", "language", "callback"}}
    return Incoming(Channel(payload["channel"]), payload["who"], Kind(payload["kind"]), **what)


async def _answer(callback: str) -> None:
    return None


DOORS = {channel: Door(_read, _answer) for channel in Channel}


@dataclass(slots=True)
class Worker:
    """Named ways for clients and staff to act on the real database."""

    runtime: Runtime
    channel: Channel = Channel.TELEGRAM
    now: list[Any] = field(default_factory=lambda: [WEDNESDAY])

    async def receives(self, who: str, kind: Kind, **what: Any) -> None:
        """An update waits in the inbox."""
        number = str(next(_numbers))
        external = f"{who}:{number}" if self.channel is Channel.PAGE else number
        payload = {"channel": self.channel.value, "who": who, "kind": kind.value, **what}
        row = Received(self.channel, external, f"{self.channel.value}:{who}", payload)
        async with self.runtime.db.begin() as tx:
            await inbox.store(tx, [row], self.runtime.clock())

    async def claims(self, lease: str = "worker", most: int = 50) -> list[Claimed]:
        return list(await handle_update.claim(self.runtime, lease, most))

    async def handles(self, claimed: Claimed) -> str:
        return await handle_update.handle(self.runtime, DOORS, claimed)

    async def handles_together(self, batch: Sequence[Claimed]) -> None:
        await handle_update.handle_together(self.runtime, DOORS, batch)

    async def works(self) -> list[str]:
        """Everything that waits, one after another."""
        outcomes = []
        while claimed := await self.claims():
            outcomes += [await self.handles(one) for one in claimed]
        return outcomes

    async def says(self, who: str, text: str) -> str:
        await self.receives(who, Kind.TEXT, text=text)
        return (await self.works())[-1]

    async def presses(self, who: str, action: str) -> str:
        await self.receives(who, Kind.BUTTON, action=action)
        return (await self.works())[-1]

    async def happens(self, who: str, event: Event) -> str:
        """Something that is no update of the client's."""
        address = await self.address(who)
        if isinstance(event, StaffWrote | StaffPressed | StaffActed) and event.staff.id is not None:
            await self.employs(event.staff)

        async def lock(tx: Any) -> dialogs.Locked:
            return await dialogs.lock_by_id(tx, address)

        return (await take(self.runtime, lock, event)).outcome

    async def employs(self, person: StaffPerson) -> None:
        """A person of the register, under the number that the test gives."""
        row = {"id": person.id, "name": person.name, "team": person.team, "role": person.role, "created_at": WEDNESDAY}
        added = insert(tables.staff).values(**row).on_conflict_do_nothing()
        async with self.runtime.db.begin() as tx:
            await tx.execute(added)

    async def address(self, who: str) -> int:
        rows = await ask(self.runtime.db, "SELECT id FROM address WHERE external_id = :who", who=who)
        return int(rows[0]["id"])

    async def hears(self, who: str) -> list[str]:
        """Texts of all calls for the client, in order."""
        rows = await ask(
            self.runtime.db, "SELECT body::json->>'text' AS text FROM outbox WHERE target = :who ORDER BY id", who=who
        )
        return [row["text"] for row in rows]

    async def fills_in_an_appeal(self, who: str) -> None:
        """Everything but the last press."""
        await self.says(who, "appeal")
        token = (await self.form(who))["token"]
        await self.presses(who, f"f:{token}:kind:v:complaint")
        await self.says(who, "Второй месяц не приходит субсидия на молоко")
        await self.presses(who, f"f:{token}:place:skip")
        await self.says(who, "Незабудкина Клеопатра")
        await self.says(who, "8 900 777-66-55")

    async def sends_an_appeal(self, who: str) -> None:
        await self.fills_in_an_appeal(who)
        await self.presses(who, f"f:{(await self.form(who))['token']}:review:send")

    async def form(self, who: str) -> dict[str, Any]:
        rows = await ask(
            self.runtime.db,
            "SELECT state::json->'stack'->0 AS form FROM dialog JOIN address ON address.id = address_id"
            " WHERE external_id = :who",
            who=who,
        )
        return dict(rows[0]["form"])
