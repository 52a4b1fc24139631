"""A template is edited, read by a second person, released and taken back; clients get the new text at once."""

from __future__ import annotations

import json

import pytest

from bot.domain.drafts import (
    DraftConflict,
    LiveAlready,
    NothingToRelease,
    Outdated,
    OwnDraft,
    ReasonMissing,
    WrongState,
)
from bot.domain.errors import Forbidden
from bot.domain.messages import Channel
from knowledge_base.faults import PackError
from tests.scenarios.moderation.moderators import learned, moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION = "когда вы работаете"


@pytest.mark.timeout(600)
@pytest.mark.requirement("K2", "K3")
async def test_a_template_is_edited_approved_released_and_taken_back(world: World) -> None:
    """Анна edits, Борис approves, Мария gets the new text; a roll-back brings the old one; nobody restarts anything."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    maria = world.client("Мария", Channel.TELEGRAM)
    await maria.says(QUESTION)
    await maria.hears("с понедельника по четверг с 9:00 до 18:00")
    await anna.edits("working-hours", "Теперь работаем каждый день с 8:00 до 20:00, без обеда.")
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    await boris.releases("working-hours", reason="новый режим")
    await served(world, 2)
    await maria.says(QUESTION)
    await maria.hears("каждый день с 8:00 до 20:00")
    await anna.rolls_back(1, "режим отложен")
    await served(world, 3)
    await maria.says(QUESTION)
    await maria.hears("с понедельника по четверг с 9:00 до 18:00")
    await learned(world)
    assert world.runtime.shelf.content.release == 3  # what was learned for the second came too late to count
    assert await world.value("SELECT array_agg(DISTINCT release ORDER BY release) FROM message") == [1, 2, 3]
    told = await world.value("SELECT json_agg(json_build_array(author, reason) ORDER BY number) FROM release")
    assert json.loads(told)[1:] == [
        [f"staff:{boris.staff.number}", "новый режим"],
        [f"staff:{anna.staff.number}", "режим отложен"],
    ]
    verbs = await world.value("SELECT array_agg(verb ORDER BY id) FROM audit WHERE object ~ '^(draft|release)'")
    assert verbs == ["draft.saved", "draft.submitted", "draft.approved", "release.made", "release.rolled_back"]
    with pytest.raises(LiveAlready):
        await anna.rolls_back(3)


@pytest.mark.requirement("K2")
async def test_nobody_approves_what_he_has_written(world: World) -> None:
    """Neither its author, nor whoever mended a word in it; and an approval ends with the next edit."""
    anna, boris, vera = [await moderator(world, name) for name in ("Анна", "Борис", "Вера")]
    await anna.edits("working-hours", "Работаем с 8:00.")
    await boris.edits("working-hours", "Работаем с 8:00 до 20:00.")
    with pytest.raises(WrongState):
        await vera.approves("working-hours")
    await anna.submits("working-hours")
    for author in (anna, boris):
        with pytest.raises(OwnDraft):
            await author.approves("working-hours")
    await vera.approves("working-hours")
    await anna.edits("working-hours", "Работаем с 8:00 до 21:00.")
    with pytest.raises(NothingToRelease):
        await vera.releases("working-hours")
    await anna.submits("working-hours")
    with pytest.raises(ReasonMissing):
        await vera.sends_back("working-hours", "  ")
    await vera.sends_back("working-hours", "до 20:00, см. приказ")
    assert (await anna.opens("working-hours"))["short"]["ru"] == "Работаем с 8:00 до 21:00."
    await anna.drops("working-hours")
    assert "18:00" in (await anna.opens("working-hours"))["short"]["ru"]
    assert await world.value("SELECT max(number) FROM release") == 1


@pytest.mark.requirement("K2")
async def test_two_moderators_edit_the_same_template(world: World) -> None:
    """The later one is told, sees the other's words, keeps his own, and saves them knowingly."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    for one in (anna, boris):
        await one.opens("working-hours")
    anna.item["short"]["ru"] = "Работаем с 8:00."
    boris.item["short"]["ru"] = "Работаем до 20:00."
    await anna.saves()
    with pytest.raises(DraftConflict) as met:
        await boris.saves()
    assert met.value.name == "Анна"
    assert json.loads(met.value.body or "")["short"]["ru"] == "Работаем с 8:00."
    assert boris.item["short"]["ru"] == "Работаем до 20:00."
    boris.takes_over(met.value)
    form = boris.form()
    await boris.saves(form)
    assert (await boris.saves(form)).repeated
    assert (await anna.opens("working-hours"))["short"]["ru"] == "Работаем до 20:00."
    kept = await world.value("SELECT array_agg(body::json->'short'->>'ru' ORDER BY id) FROM draft_step")
    assert kept == ["Работаем с 8:00.", "Работаем до 20:00."]


@pytest.mark.requirement("K10")
async def test_a_broken_draft_is_kept_but_goes_nowhere(world: World) -> None:
    """It can be left half-written; what is wrong with it is told; what clients get stays as it is."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    await anna.opens("working-hours")
    anna.item["short"]["ru"] = ""
    anna.item["buttons"] = [{"text": {"ru": "Куда-то"}, "template": "no-such-place"}]
    await anna.saves()
    assert (await boris.opens("working-hours"))["short"]["ru"] == ""
    with pytest.raises(PackError, match="working-hours"):
        await anna.submits("working-hours")
    anna.item["short"]["ru"] = "Работаем с 8:00."
    await anna.saves()
    with pytest.raises(PackError, match="no-such-place"):
        await anna.submits("working-hours")
    assert await world.value("SELECT max(number) FROM release") == 1


@pytest.mark.requirement("K2")
async def test_who_may_do_what(world: World) -> None:
    """Staff who answer clients read templates and change none; a release needs its reason."""
    olga, anna, boris = (
        await moderator(world, "Ольга", "staff"),
        *[await moderator(world, n) for n in ("Анна", "Борис")],
    )
    with pytest.raises(Forbidden):
        await olga.edits("working-hours", "Работаем, когда хотим.")
    with pytest.raises(Forbidden):
        await olga.rolls_back(1)
    await anna.edits("working-hours", "Работаем с 8:00.")
    await anna.submits("working-hours")
    with pytest.raises(Forbidden):
        await olga.approves("working-hours")
    await boris.approves("working-hours")
    with pytest.raises(ReasonMissing):
        await boris.releases("working-hours", reason=" ")
    with pytest.raises(Forbidden):
        await olga.releases("working-hours")
    assert await world.value("SELECT max(number) FROM release") == 1


@pytest.mark.requirement("K3")
async def test_a_draft_written_on_an_older_text_is_not_released(world: World) -> None:
    """Between its approval and its release clients have got another text: both have to be looked at."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    await anna.edits("working-hours", "Работаем с 8:00.")
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    await boris.releases("working-hours")
    await anna.edits("working-hours", "Работаем с 7:00.")
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    await boris.rolls_back(1)
    with pytest.raises(Outdated) as met:
        await boris.releases("working-hours")
    assert met.value.slugs == ("working-hours",)
    await anna.opens("working-hours")
    await anna.saves()
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    await boris.releases("working-hours")
    assert await world.value("SELECT max(number) FROM release") == 4
