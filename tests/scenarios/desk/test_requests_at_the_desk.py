"""Requests at the desk: found, read by whoever may, moved on with the client told, late ones seen in time."""

from __future__ import annotations

import pytest

from bot.domain.desk_errors import NotDone
from bot.domain.desk_views import Page, RequestFilter
from bot.domain.errors import Forbidden
from bot.domain.messages import Channel
from bot.usecases import read_desk
from bot.usecases.tell_late_stages import tell_late_stages
from tests.scenarios.desk.clerk import Clerk, clerk
from tests.scenarios.main_job.test_requests import fill_appeal
from tests.world import World

pytestmark = pytest.mark.asyncio


async def listed(clerk: Clerk, **wanted: object) -> list[str]:
    found = RequestFilter(**wanted)  # type: ignore[arg-type]
    return [row.number for row in (await read_desk.requests(clerk.world.runtime, clerk.number, found, Page())).rows]


@pytest.mark.requirement("E6", "J2")
async def test_each_stage_reaches_the_client(world: World, channel: Channel) -> None:
    olga, anna = await clerk(world, "Ольга"), world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.staff.sees("ОТ-2026-000001")
    assert await listed(olga, search="000001") == ["ОТ-2026-000001"]
    assert await listed(olga, search="000002") == []
    await olga.opens()
    number = olga.case.request
    assert number is not None
    card = await read_desk.request(world.runtime, olga.number, number)
    assert [choice.stage for choice in card.moves] == ["assigned", "in-work", "answered", "refused"]
    await olga.moves(number, "in-work")
    await anna.hears("ОТ-2026-000001", "Готовим ответ")
    await olga.staff.sees("Ольга", "ОТ-2026-000001", "Готовим ответ")
    await olga.opens()
    with pytest.raises(NotDone):
        await olga.moves(number, "accepted")
    await olga.moves(number, "answered")
    await anna.hears("ОТ-2026-000001", "Ответ")
    assert await listed(olga) == []
    assert await listed(olga, open_only=False) == ["ОТ-2026-000001"]
    timeline = (await read_desk.request(world.runtime, olga.number, number)).timeline
    assert [(row.stage, row.name) for row in timeline] == [
        ("accepted", ""),
        ("in-work", "Ольга"),
        ("answered", "Ольга"),
    ]


@pytest.mark.requirement("J3", "J2")
async def test_a_refusal_says_why_and_what_to_do(world: World, channel: Channel) -> None:
    """Without the reason and the advice there is no refusal; with them the client reads both, and later again."""
    olga, anna = await clerk(world, "Ольга"), world.client("Анна", channel)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.opens()
    number = olga.case.request
    assert number is not None
    for reason, advice in (("", ""), ("Нет подписи", ""), ("  ", "Подпишите")):
        with pytest.raises(NotDone) as refused:
            await olga.moves(number, "refused", reason, advice)
        assert refused.value.why == "staff.refusal_needs"
    await olga.moves(number, "refused", "Нет подписи на заявлении.", "Подпишите каждую страницу и подайте снова.")
    await anna.hears("ОТ-2026-000001", "Почему", "Нет подписи", "в следующий раз", "Подпишите каждую страницу")
    await anna.says("где моё обращение")
    await anna.hears("Отказ", "Нет подписи", "Подпишите каждую страницу")
    assert await world.value("SELECT count(*) FROM term WHERE stopped_at IS NULL") == 0
    await olga.opens()
    await olga.closes()
    await anna.hears("Насколько вы довольны")


@pytest.mark.requirement("J5")
async def test_late_stages_are_seen_before_they_are_late(world: World) -> None:
    olga, anna = await clerk(world, "Ольга"), world.client("Анна", Channel.VK)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.opens()
    number = olga.case.request
    assert number is not None
    await olga.moves(number, "in-work")
    await anna.hears("Готовим ответ")
    await olga.opens()
    await olga.answers("Разбираемся.")
    await anna.hears("Разбираемся")
    assert await listed(olga, soon=True) == []
    await world.passes(days=25)
    assert await tell_late_stages(world.runtime) == 1
    await olga.staff.sees("ОТ-2026-000001", "Готовим ответ", "надо закончить")
    assert await listed(olga, soon=True) == ["ОТ-2026-000001"]
    assert await listed(olga, late=True) == []
    await world.passes(days=3)
    assert await tell_late_stages(world.runtime) == 1
    assert await tell_late_stages(world.runtime) == 0, "told once"
    await olga.staff.sees("ОТ-2026-000001", "просрочена", general=True)
    assert await listed(olga, soon=True) == []
    assert await listed(olga, late=True) == ["ОТ-2026-000001"]
    found = await read_desk.requests(world.runtime, olga.number, RequestFilter(), Page())
    assert (found.total, found.late, found.soon) == (1, 1, 0)


@pytest.mark.requirement("S2", "E6")
async def test_personal_values_are_for_those_who_work_on_it(world: World) -> None:
    """The department that answers sees the name and the telephone, and that look is kept; others see neither."""
    olga = await clerk(world, "Ольга")
    denis = await clerk(world, "Денис", team="livestock-department")
    maria = await clerk(world, "Мария", role="moderator")
    anna = world.client("Анна", Channel.TELEGRAM)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await olga.opens()
    number = olga.case.request
    assert number is not None

    async def name(reader: Clerk) -> str | None:
        card = await read_desk.request(world.runtime, reader.number, number)
        return next(field.value for field in card.fields if field.name == "applicant-name")

    shown = await name(olga)
    assert shown
    assert await name(denis) is None
    assert await name(maria) is None
    looks = await world.value("SELECT array_agg(actor || ' ' || object) FROM audit WHERE verb = 'desk.personal'")
    assert looks == [f"staff:{olga.number} request:{number}"]
    card = await read_desk.client_card(world.runtime, olga.number, olga.shown.address)
    assert card.name == shown
    assert [row.number for row in card.requests] == ["ОТ-2026-000001"]
    assert (await read_desk.client_card(world.runtime, denis.number, olga.shown.address)).name is None
    await denis.opens(olga.shown.address)
    with pytest.raises(Forbidden):
        await denis.moves(number, "in-work")
    assert await world.value("SELECT count(*) FROM audit WHERE actor ~ 'Анна|Ольга' OR object ~ '[А-Яа-я]'") == 0


@pytest.mark.requirement("E6")
async def test_templates_for_the_clients_words(world: World) -> None:
    olga, ivan = await clerk(world, "Ольга"), world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await ivan.hears("Передал")
    await olga.staff.sees("Просит сотрудника")
    await olga.staff.presses("Беру")
    await ivan.hears("Разговор ведёт")
    await ivan.says("какие документы нужны на грант агростартап")
    await olga.staff.sees("агростартап")
    await olga.opens()
    suggested = await read_desk.suggestions(world.runtime, olga.number, olga.shown.address)
    assert any("grant" in one.slug or "agrostartup" in one.slug for one in suggested)
    assert all("**" not in one.text for one in suggested)
    found = await read_desk.templates(world.runtime, olga.number, "агростартап", "ru")
    assert "agrostartup" in [one.slug for one in found]
    with pytest.raises(Forbidden):
        await read_desk.templates(world.runtime, 999, "агростартап", "ru")
