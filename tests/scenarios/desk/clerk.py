"""A member of the staff at the console: the same person as in the Telegram group, by the use cases alone."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.acting import Done, Form
from bot.domain.desk_views import CaseRow, Conversation, Line, LineKind, Page, QueueFilter
from bot.usecases import (
    answer_client,
    ask_body,
    claim_case,
    close_case,
    hand_on,
    move_request,
    read_desk,
    reopen_case,
    write_note,
)
from tests.colleagues import Staff
from tests.world import World


@dataclass(slots=True)
class Clerk:
    """Reads a screen, then acts on what it showed."""

    world: World
    staff: Staff
    screen: Conversation | None = field(default=None)

    @property
    def number(self) -> int:
        return self.staff.number

    async def queue(self, **wanted: object) -> Sequence[CaseRow]:
        found = QueueFilter(**wanted)  # type: ignore[arg-type]
        return (await read_desk.queue(self.world.runtime, self.number, found, Page())).rows

    async def opens(self, address: int | None = None) -> Conversation:
        """Opens a conversation, the first of the queue by default."""
        await self.world.settled()
        if address is None:
            address = self.screen.address if self.screen else (await self.queue())[0].address
        self.screen = await read_desk.conversation(self.world.runtime, self.number, address)
        return self.screen

    @property
    def shown(self) -> Conversation:
        assert self.screen is not None, "nothing is open"
        return self.screen

    @property
    def case(self) -> CaseRow:
        return self.shown.cases[0]

    def lines(self, kind: LineKind) -> list[Line]:
        return [line for line in self.shown.lines if line.kind is kind]

    def form(self) -> Form:
        """A form as the screen showed it."""
        return Form(secrets.token_urlsafe(12), self.shown.version)

    async def claims(self) -> Done:
        return await claim_case.claim_case(self.world.runtime, self.number, self.case.id, self.form())

    async def answers(self, text: str, form: Form | None = None, *, asks: bool = False) -> Done:
        return await answer_client.answer_client(
            self.world.runtime, self.number, self.shown.address, text, form or self.form(), asks=asks
        )

    async def notes(self, text: str) -> Done:
        return await write_note.write_note(self.world.runtime, self.number, self.shown.address, text, self.form())

    async def closes(self, *, ask_score: bool = True) -> Done:
        return await close_case.close_case(
            self.world.runtime, self.number, self.case.id, self.form(), ask_score=ask_score
        )

    async def hands_on(self, *, team: str = "", person: int | None = None) -> Done:
        return await hand_on.hand_on(
            self.world.runtime, self.number, self.case.id, self.form(), team=team, person=person
        )

    async def reopens(self) -> Done:
        return await reopen_case.reopen_case(self.world.runtime, self.number, self.case.id, self.form())

    async def moves(self, request: int, stage: str, reason: str = "", advice: str = "") -> Done:
        return await move_request.move_request(
            self.world.runtime, self.number, request, stage, self.form(), reason=reason, advice=advice
        )

    async def asks_body(self, body: str, until: dt.date, question: str = "") -> Done:
        return await ask_body.ask_body(
            self.world.runtime, self.number, self.case.id, body, until, self.form(), question=question
        )

    async def hears_from(self, body: str, text: str) -> Done:
        return await ask_body.body_answered(self.world.runtime, self.number, self.case.id, body, text, self.form())


async def clerk(world: World, name: str, team: str = "front-office", role: str = "staff") -> Clerk:
    """Somebody of the register, with a Telegram account and the console open."""
    return Clerk(world, await world.staff(name, team, role))
