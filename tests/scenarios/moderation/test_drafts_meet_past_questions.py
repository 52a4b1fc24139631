"""Before a draft is released, moderators see what it changes for questions that clients really asked (K5)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Sequence

import pytest
from playwright.async_api import expect

from bot.acting import Form
from bot.domain.errors import Forbidden
from bot.domain.messages import Channel
from bot.domain.replays import NothingToReplay, ReplayOutdated, ReplayState
from bot.storage.replays import Wanted
from bot.usecases import read_replay, review_draft, start_replay
from bot.usecases.read_replay import Result
from knowledge_base.schema import Pack
from nlu.engines import Live
from nlu.replay import compared
from nlu.replay_apart import Told
from tests.browsing import Office
from tests.scenarios.moderation.moderators import Moderator, moderator
from tests.world import World

pytestmark = pytest.mark.asyncio
THEFT = "украли ульи с пасеки что делать"


@pytest.fixture
def at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drafts' questions count, what is alike to them does not yet: so nothing has to be fitted for a story."""

    async def replay(live: Pack, draft: Pack, texts: Sequence[str]) -> AsyncGenerator[list[tuple[Told, Told]]]:
        engine = world.runtime.shelf.content.engine
        assert isinstance(engine, Live)
        lent = engine.matcher.lent_to(draft)
        assert lent is not None
        for chunk in compared(engine.matcher, lent, texts):
            yield chunk

    monkeypatch.setattr(world.runtime.engines, "replay", replay)


async def writes_about_theft(anna: Moderator) -> None:
    await anna.opens("beehive-theft")
    anna.item = {
        "title": {"ru": "Кража ульев"},
        "topic": "agency",
        "owner": "front-office",
        "review_by": "2027-06-01",
        "short": {"ru": "Если украли ульи, позвоните в полицию: 102."},
        "samples": {"ru": [THEFT, "кража ульев куда заявить"]},
    }
    await anna.saves()
    await anna.submits("beehive-theft")


async def replays(who: Moderator, *slugs: str) -> Result:
    """Started, waited for, read."""
    runtime, actor = who.world.runtime, who.staff.number
    number, _ = await start_replay.start_replay(runtime, actor, slugs, 0, Form(secrets.token_urlsafe(12)))
    deadline = time.monotonic() + 60
    while True:
        found = await read_replay.result(runtime, actor, number, Wanted(), 50, 0)
        if found.shown.replay.state not in (ReplayState.WAITING, ReplayState.RUNNING):
            return found
        assert time.monotonic() < deadline, "the replay does not end"
        await asyncio.sleep(0.1)


@pytest.mark.requirement("K5")
@pytest.mark.usefixtures("at_once")
async def test_what_a_draft_changes_is_seen_and_signed(world: World) -> None:
    """Иван and Мария had no answer; Анна writes one, Борис sees whom it helps, and signs exactly that."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    ivan, maria = world.client("Иван", Channel.VK), world.client("Мария", Channel.TELEGRAM)
    for client in (ivan, maria):
        await client.says(THEFT)
        await client.hears("нет проверенного ответа")
    await maria.says("когда вы работаете")
    await maria.hears("с 9:00 до 18:00")
    with pytest.raises(NothingToReplay):
        await replays(boris)
    await writes_about_theft(anna)
    await anna.edits("working-hours", "Работаем с 8:00 до 20:00.")
    await anna.submits("working-hours")

    found = await replays(boris)
    figures = found.shown.replay.figures
    assert figures is not None
    assert (figures.questions, figures.clients) == (3, 2)
    assert dict(figures.changes) == {"answered": 2, "reworded": 1}
    assert dict(figures.verdicts) == {"better": 2}
    assert [(one.text, one.after.slugs) for one in found.rows] == [
        (THEFT, ("beehive-theft",)), (THEFT, ("beehive-theft",)), ("когда вы работаете", ("working-hours",))
    ]  # fmt: skip
    assert {one.slug for one in found.to_sign} == {"beehive-theft", "working-hours"}

    await anna.edits("working-hours", "Работаем с 8:00 до 21:00.")
    await anna.submits("working-hours")
    runtime, replay = world.runtime, found.shown.replay
    await boris.opens("working-hours")
    assert boris.draft is not None
    with pytest.raises(ReplayOutdated):
        await review_draft.approve(runtime, boris.staff.number, boris.draft.id, boris.form(), replay.id)
    assert not (await read_replay.result(runtime, boris.staff.number, replay.id, Wanted(), 5, 0)).shown.current

    again = (await replays(boris, "working-hours")).shown.replay
    await review_draft.approve(runtime, boris.staff.number, boris.draft.id, boris.form(), again.id)
    signed = await world.value("SELECT replay_id || ' ' || seal FROM draft_step WHERE verb = 'approved'")
    assert signed == f"{again.id} {again.seal}"
    assert len(again.seal) == 64


@pytest.mark.requirement("K5")
@pytest.mark.usefixtures("at_once")
async def test_a_replay_whose_worker_was_lost_goes_on_with_another(world: World) -> None:
    """And one that fails says so instead of waiting for ever."""
    anna, olga = await moderator(world, "Анна"), await moderator(world, "Ольга", "staff")
    await writes_about_theft(anna)
    with pytest.raises(Forbidden):
        await replays(olga)
    first = (await replays(anna)).shown.replay
    await world.value(
        "WITH lost AS (UPDATE replay SET state = 'running', lease = 'gone', lease_until = '-infinity' RETURNING id)"
        " SELECT count(*) FROM lost"
    )
    deadline = time.monotonic() + 30
    while (await read_replay.progress(world.runtime, anna.staff.number, first.id)).state is not ReplayState.DONE:
        assert time.monotonic() < deadline, "nobody takes it over"
        await asyncio.sleep(0.1)
    assert await world.value("SELECT attempts FROM replay") == 2
    await world.value(
        "WITH lost AS (UPDATE replay SET state = 'running', attempts = 3, lease_until = '-infinity' RETURNING id)"
        " SELECT count(*) FROM lost"
    )
    while (await read_replay.progress(world.runtime, anna.staff.number, first.id)).state is not ReplayState.FAILED:
        assert time.monotonic() < deadline, "it does not fail"
        await asyncio.sleep(0.1)


@pytest.mark.browser
@pytest.mark.requirement("K5")
@pytest.mark.usefixtures("at_once")
async def test_a_reviewer_replays_and_signs_in_his_browser(world: World, office: Office) -> None:
    """From the releases to the replay, through its rows, to an approval that names it."""
    anna = await moderator(world, "Анна")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says(THEFT)
    await ivan.hears("нет проверенного ответа")
    await ivan.says(THEFT)
    await ivan.hears("сотрудник")
    await writes_about_theft(anna)
    boris = await office.clerk("Борис", "boris", "moderator")
    await boris.comes()
    await boris.opens("/desk/releases")
    await boris.page.get_by_role("link", name="Прогоны по прошлым вопросам").click()
    await boris.pictures("replays")
    await boris.presses("Прогнать")
    await expect(boris.page.get_by_text("Прочитано 2 вопроса")).to_be_visible(timeout=20_000)
    await expect(boris.page.get_by_role("table")).to_contain_text(THEFT)
    await boris.page.locator("td details summary").first.click()
    await boris.pictures("desk-replay", readme=760)
    await boris.page.get_by_role("button", name="Одобрить «Кража ульев»").click()
    await expect(boris.page.locator("#done")).to_contain_text("Одобрено")
    await expect(boris.page.get_by_role("link", name="посмотрев прогон 1")).to_be_visible()
    await boris.pictures("replay-signed")
