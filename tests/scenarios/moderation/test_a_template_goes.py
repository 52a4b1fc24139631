"""An answer is taken away as it came: in two pairs of hands, with a reason, and an older release brings it back."""

from __future__ import annotations

import pytest

from bot.domain.desk_errors import NotThere
from bot.domain.drafts import OwnDraft
from bot.domain.messages import Channel
from bot.usecases import list_templates, read_templates
from bot.usecases.list_templates import Wanted
from knowledge_base.faults import PackError
from tests.scenarios.moderation.moderators import moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
SLUG = "greenhouse-support"
QUESTION = "субсидия на теплицу"


@pytest.mark.timeout(300)
@pytest.mark.requirement("K2", "K3", "A4")
async def test_an_answer_goes_while_a_client_reads_it(world: World) -> None:
    """Мария holds its buttons: they tell her politely; she is asked back; the roll-back brings it back."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    maria = world.client("Мария", Channel.TELEGRAM)
    await maria.says(QUESTION)
    await maria.hears("теплиц")
    await anna.takes_away(SLUG)
    await anna.submits(SLUG)
    with pytest.raises(OwnDraft):
        await anna.approves(SLUG)
    await boris.approves(SLUG)
    listed = await list_templates.list_templates(world.runtime, boris.staff.number, Wanted(show="approved"))
    assert [(row.slug, row.draft is not None and row.draft.deletes) for row in listed.rows] == [(SLUG, True)]
    await boris.releases(SLUG, reason="меры больше нет")
    await served(world, 2)
    assert SLUG not in world.runtime.shelf.content.pack.templates
    await maria.presses("Подробнее")
    await maria.hears("старого сообщения")
    await maria.presses("Помогло 👍")
    await maria.says(QUESTION)
    await maria.hears("Уточните")  # what is left of the like
    with pytest.raises(NotThere):
        await anna.takes_away(SLUG)
    await boris.rolls_back(1, "мера осталась")
    await served(world, 3)
    await maria.says(QUESTION)
    await maria.hears("теплиц")
    assert (await read_templates.card(world.runtime, anna.staff.number, SLUG)).draft is None
    assert await world.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
    verbs = await world.value("SELECT array_agg(verb ORDER BY id) FROM audit WHERE object ~ '^(draft|release)'")
    assert verbs == [
        "draft.deletion", "draft.submitted", "draft.approved", "release.made", "release.rolled_back",
    ]  # fmt: skip


@pytest.mark.requirement("K2")
async def test_an_answer_that_something_leads_to_stays(world: World) -> None:
    """A menu and an answer have buttons to it: each is named, nothing goes; saved as a text again it is one."""
    anna, boris = await moderator(world, "Анна"), await moderator(world, "Борис")
    await anna.takes_away("contacts")
    with pytest.raises(PackError) as met:
        await anna.submits("contacts")
    places = {fault.file for fault in met.value.faults}
    assert {"menus.yml", "templates/working-hours.yml"} <= places
    shown = await read_templates.card(world.runtime, boris.staff.number, "contacts")
    assert {fault.file for fault in shown.faults} == places
    assert shown.item == shown.live_item
    await anna.opens("contacts")
    anna.item = dict(shown.live_item)
    await anna.saves()
    await anna.submits("contacts")
    assert await world.value("SELECT max(number) FROM release") == 1
