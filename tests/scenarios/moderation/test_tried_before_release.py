"""What an edit will do is seen before any client meets it: tried as a draft, released only with what it leads to."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.drafts import LeadsToDraft
from bot.domain.errors import Forbidden
from bot.domain.messages import Channel
from bot.draft_release import draft_release
from bot.usecases.review_samples import review_samples
from bot.usecases.try_question import Readiness, Tried, try_question
from knowledge_base.faults import PackError
from nlu.understanding import Outcome
from tests.scenarios.moderation.moderators import Moderator, learned, moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION = "с пасеки украли ульи"


def bees(**more: Any) -> dict[str, Any]:
    return {
        "title": {"ru": "Кража ульев"},
        "topic": "agency",
        "owner": "front-office",
        "review_by": "2027-06-01",
        "short": {"ru": "Если украли ульи, позвоните в полицию: 102. Министерство такие заявления не принимает."},
        "samples": {"ru": ["украли ульи с пасеки что делать", "кража ульев куда заявить"]},
        **more,
    }


async def writes(who: Moderator, slug: str, item: dict[str, Any]) -> None:
    await who.opens(slug)
    who.item = item
    await who.saves()


async def tries(who: Moderator, text: str) -> Tried:
    """Waits until the draft is learned."""
    while True:
        tried = await try_question(who.world.runtime, who.staff.number, text, wait=True)
        if tried.readiness is not Readiness.LEARNING:
            return tried


async def counted(world: World) -> list[int]:
    rows = ("message", "question", "episode", "dialog", "outbox", "inbox")
    return [await world.value(f"SELECT count(*) FROM {name}") for name in rows]


@pytest.mark.timeout(600)
@pytest.mark.requirement("K2", "K4")
async def test_a_new_template_is_tried_and_then_known_by_its_questions_at_once(world: World) -> None:
    """A topic nobody had answered: Анна tries a question on the draft, sees what it gets and why; released, a question
    of its samples is answered in seconds, and what was learned for the draft serves the release."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    ivan = world.client("Иван", Channel.VK)
    before = await counted(world)
    nothing = await tries(anna, QUESTION)
    assert nothing.readiness is Readiness.NONE
    await writes(anna, "beehive-theft", bees())
    tried = await tries(anna, QUESTION)
    assert tried.now.candidates[0].slug != "beehive-theft"
    assert tried.draft is not None
    assert tried.draft.outcome is Outcome.ANSWER
    assert "позвоните в полицию" in tried.draft.said[0].text
    assert tried.draft.said[0].rows[-1][0].label
    assert tried.draft.candidates[0].slug == "beehive-theft"
    assert tried.draft.candidates[0].score > 0.5
    assert tried.draft.why is not None
    assert {"улей", "пасека"} & {one.feature for one in tried.draft.why.words if one.weight > 0}
    assert tried.draft.why.near[0].text == "украли ульи с пасеки что делать"
    assert list(tried.taken) == ["beehive-theft"]
    assert await counted(world) == before
    drafted = await draft_release(world.runtime.db)
    await anna.submits("beehive-theft")
    await boris.approves("beehive-theft")
    await boris.releases("beehive-theft", reason="спрашивают")
    await served(world, 2)
    await ivan.says("украли ульи с пасеки что делать")
    await ivan.hears("позвоните в полицию")
    await learned(world)
    assert world.runtime.shelf.content.pack.version == drafted.pack.version


@pytest.mark.requirement("K2", "K4")
async def test_a_draft_may_lead_to_another_one_if_both_are_released_together(world: World) -> None:
    """A button to a new answer that is a draft still: it can be approved, and is not released without that one."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    await anna.opens("working-hours")
    anna.item["buttons"] = [{"text": {"ru": "Украли ульи"}, "template": "beehive-theft"}]
    await anna.saves()
    with pytest.raises(PackError, match="beehive-theft"):
        await anna.submits("working-hours")
    back = {"text": {"ru": "Часы работы"}, "template": "working-hours"}
    await writes(anna, "beehive-theft", bees(title={}))
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    alone = await draft_release(world.runtime.db)
    assert set(alone.left_out) == {"beehive-theft", "working-hours"}
    assert alone.taken == ()
    with pytest.raises(LeadsToDraft) as met:
        await boris.releases("working-hours")
    assert met.value.pairs == (("working-hours", "beehive-theft"),)
    await writes(anna, "beehive-theft", bees(buttons=[back]))
    assert {one.slug for one in (await draft_release(world.runtime.db, ["working-hours"])).taken} == {
        "working-hours",
        "beehive-theft",
    }


@pytest.mark.requirement("K4")
async def test_whoever_writes_is_told_which_questions_read_as_another_answer(world: World) -> None:
    """By name of the other answer and its question; for moderators alone, as is trying."""
    anna, olga = await moderator(world, "Анна"), await moderator(world, "Ольга", "staff")
    asked = ["по каким дням вы открыты", "сколько платят за литр молока в этом году"]
    found = await review_samples(world.runtime, anna.staff.number, "working-hours", asked)
    assert [(one.sample, one.slug) for one in found] == [(asked[1], "milk-subsidy")]
    assert "молок" in found[0].text
    for forbidden in (
        review_samples(world.runtime, olga.staff.number, "working-hours", asked),
        try_question(world.runtime, olga.staff.number, QUESTION),
    ):
        with pytest.raises(Forbidden):
            await forbidden
