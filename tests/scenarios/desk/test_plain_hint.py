"""A hint on plain language while an answer is written, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.domain.messages import Channel
from tests.browsing import PATIENCE, Office
from tests.scenarios.desk.callers import calls_a_person
from tests.world import World

pytestmark = [pytest.mark.asyncio, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.requirement("K8", "E8")
async def test_officialese_is_shown_while_it_is_written_and_never_held_back(world: World, office: Office) -> None:
    """She reads what would be plainer, sends her own words all the same, and the hint goes with them."""
    olga = await office.clerk("Ольга", "olga")
    maria = await calls_a_person(world, Channel.TELEGRAM, "Мария", "когда придёт субсидия")
    await olga.comes()
    await olga.enters("когда придёт субсидия")
    hint = olga.page.locator("#plain")
    await expect(hint).to_be_hidden()
    await olga.types("Осуществляется проверка <b>документов</b>, ответ придёт в установленный срок.")
    await expect(hint).to_contain_text("в установленный срок → до такого-то числа", timeout=PATIENCE)
    await expect(hint.locator("q")).to_contain_text("<b>документов</b>")
    await olga.pictures("desk-plain")
    await olga.page.get_by_label("Заметка для своих").check()
    await expect(hint).to_be_hidden(timeout=PATIENCE)
    await olga.page.get_by_label("Ответ", exact=True).check()
    await expect(hint).to_be_visible(timeout=PATIENCE)
    await olga.field.focus()
    await olga.sends()
    await maria.hears("в установленный срок")
    await expect(olga.field).to_have_value("")
    await expect(hint).to_be_hidden()
    await olga.types("Проверим документы и ответим до 5 декабря.")
    await olga.sends()
    await maria.hears("до 5 декабря")
    await expect(hint).to_be_hidden()
