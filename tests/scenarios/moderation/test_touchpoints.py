"""The register of touchpoints: a unit proposes, another person accepts, both are recorded; a table goes out."""

from __future__ import annotations

import csv
import io
import re
import secrets

import pytest

from bot.acting import Form
from bot.domain.drafts import ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.touchpoints import Decided, Facts, NothingNew, OwnProposal, Point, State, Taken, Wanted
from bot.storage import touchpoints
from bot.turn import Runtime
from bot.usecases import decide_touchpoint, propose_touchpoint, read_touchpoints
from knowledge_base.schema import Need
from tests.console.house import House
from tests.domain.talk import WEDNESDAY, real_pack

pytestmark = pytest.mark.asyncio
FAIR = Facts("Ярмарки", "Палатка на ярмарке", (Need.CONSULTATION,), False, False, "Положение о ярмарках", True)
"""What the unit of land and farms proposes."""


def form() -> Form:
    return Form(secrets.token_urlsafe(12))


async def rows(runtime: Runtime, reader: int, **wanted: str) -> list[Point]:
    return list((await read_touchpoints.register(runtime, reader, Wanted(**wanted))).rows)


@pytest.mark.requirement("T7")
async def test_a_unit_proposes_and_somebody_else_accepts(house: House, runtime: Runtime) -> None:
    """Ольга proposes; she can't accept, nor can Борис without the right; Вера does; both stand in the history."""
    olga, boris = await house.person("Ольга", "olga", team="land-department"), await house.person("Борис", "boris")
    vera = await house.person("Вера", "vera", "supervisor", "front-office")
    await propose_touchpoint.propose_new(runtime, olga, FAIR, "стоим там каждую субботу", form())
    assert await rows(runtime, olga) == []
    with pytest.raises(Taken):
        await propose_touchpoint.propose_new(runtime, boris, FAIR, "и мы", form())
    (waiting,) = (await read_touchpoints.register(runtime, vera, Wanted())).waiting
    assert (waiting.name, waiting.team, waiting.at) == ("Ольга", "land-department", WEDNESDAY)
    for one in (olga, boris):
        with pytest.raises(Forbidden):
            await decide_touchpoint.accept(runtime, one, waiting.id, form())
    await decide_touchpoint.accept(runtime, vera, waiting.id, form())
    (row,) = await rows(runtime, olga, search="палатка", need="consultation", kind="offline")
    assert row.facts == FAIR
    with pytest.raises(Decided):
        await decide_touchpoint.accept(runtime, vera, waiting.id, form())
    (step,) = (await read_touchpoints.card(runtime, olga, row.id)).history
    assert (step.name, step.decider, step.decided_at, step.state) == ("Ольга", "Вера", WEDNESDAY, State.ACCEPTED)


@pytest.mark.requirement("T7")
async def test_a_stage_adds_needs_and_a_removal_is_agreed_to(house: House, runtime: Runtime) -> None:
    """The same touchpoint of the same process is one row; what is returned changes nothing; nobody accepts his own."""
    vera, gleb = await house.person("Вера", "vera", "supervisor"), await house.person("Глеб", "gleb", "administrator")
    await propose_touchpoint.propose_new(runtime, vera, FAIR, "", form())
    (first,) = (await read_touchpoints.register(runtime, gleb, Wanted())).waiting
    with pytest.raises(OwnProposal):
        await decide_touchpoint.accept(runtime, vera, first.id, form())
    await decide_touchpoint.accept(runtime, gleb, first.id, form())
    shouted = Facts("ЯРМАРКИ", "палатка  на ярмарке", (Need.RESULT,), False, False, "", True)
    with pytest.raises(Taken):
        await propose_touchpoint.propose_new(runtime, gleb, shouted, "", form())
    (row,) = await rows(runtime, vera)
    with pytest.raises(NothingNew):
        await propose_touchpoint.propose_change(runtime, vera, row.id, FAIR, "", form())
    more = Facts(FAIR.process, FAIR.place, (Need.CONSULTATION, Need.FEEDBACK), False, True, FAIR.basis, True)
    for decided in (False, True):
        await propose_touchpoint.propose_change(runtime, vera, row.id, more, "спрашиваем отзыв", form())
        with pytest.raises(Decided):
            await propose_touchpoint.propose_change(runtime, gleb, row.id, None, "", form())
        (open_,) = (await read_touchpoints.register(runtime, gleb, Wanted())).waiting
        if decided:
            await decide_touchpoint.accept(runtime, gleb, open_.id, form())
            continue
        with pytest.raises(ReasonMissing):
            await decide_touchpoint.give_back(runtime, gleb, open_.id, "  ", form())
        await decide_touchpoint.give_back(runtime, gleb, open_.id, "сначала положение", form())
        assert (await rows(runtime, vera))[0].facts == FAIR
    assert (await rows(runtime, vera))[0].facts == more
    await propose_touchpoint.propose_change(runtime, vera, row.id, None, "ярмарок больше нет", form())
    (last,) = (await read_touchpoints.register(runtime, gleb, Wanted())).waiting
    await decide_touchpoint.accept(runtime, gleb, last.id, form())
    assert await rows(runtime, vera) == []
    told = [(one.what, one.state, one.remark) for one in (await read_touchpoints.card(runtime, vera, row.id)).history]
    assert told[-2:] == [("change", "returned", "сначала положение"), ("new", "accepted", "")]
    assert told[0] == ("removal", "accepted", "")


@pytest.mark.requirement("T7")
async def test_the_register_begins_with_the_pack_and_goes_out_as_a_table(house: House, runtime: Runtime) -> None:
    """The ministry's rows are imported once; the desk shows, filters and exports them; a formula stays a text."""
    pack = real_pack()
    async with runtime.db.begin() as tx:
        await touchpoints.first_content(tx, pack.touchpoints.values(), WEDNESDAY)
        await touchpoints.first_content(tx, pack.touchpoints.values(), WEDNESDAY)
        assert await touchpoints.as_content(tx) == pack.touchpoints
    olga, vera = await house.seated("olga"), await house.seated("vera", "supervisor")
    page = await olga.gets("/desk/touchpoints")
    assert "Чат на странице министерства" in page.text
    action = re.search(r'name="action" value="([^"]+)"', page.body)
    assert action
    fields = {"action": action[1], "process": "=1+1", "place": "<b>Стенд</b>", "need": "forms", "basis": "@SUM(A1)"}
    assert "хотя бы одну потребность" in (await olga.posts("/desk/touchpoints", {**fields, "need": "wrong"})).text
    assert "Предложено" in (await olga.posts("/desk/touchpoints", fields)).text
    waiting = await vera.gets("/desk/touchpoints")
    assert "&lt;b&gt;Стенд&lt;/b&gt;" in waiting.body
    place = re.search(
        r'action="(/desk/touchpoints/proposals/\d+/accept)".*?name="action" value="([^"]+)"', waiting.body
    )
    assert place
    assert f'action="{place[1]}"' not in (await olga.gets("/desk/touchpoints")).body
    assert "внесено в реестр" in (await vera.posts(place[1], {"action": place[2]})).text
    async with runtime.db.begin() as tx:
        kept = await touchpoints.as_content(tx)
    assert [one.place for slug, one in kept.items() if slug not in pack.touchpoints] == ["<b>Стенд</b>"]
    sent = await olga.gets("/desk/touchpoints/table.csv")
    table = list(csv.reader(io.StringIO(sent.body.removeprefix("\N{BYTE ORDER MARK}")), delimiter=";"))
    assert {len(row) for row in table} == {5}
    assert len(table) == len(pack.touchpoints) + 2
    assert ["'=1+1", "<b>Стенд</b>", "бланки"] in [row[:3] for row in table]
    assert next(row for row in table if row[0] == "'=1+1")[4].startswith("'@SUM")
