"""Canned answers, rules for untypical messages, telephone scripts and rules for comments stand where staff write."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from bot.domain.messages import Channel
from bot.storage import releases
from bot.turn import Runtime
from tests.browsing import Office
from tests.console.house import Answer, House
from tests.domain.talk import WEDNESDAY, real_pack
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.browser
@pytest.mark.requirement("K9")
async def test_a_rule_is_shown_for_a_message_out_of_the_common(world: World, office: Office) -> None:
    """A journalist writes; Ольга sees the rule for it, takes its words, finds a canned answer, and sends."""
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("/start")
    await ivan.hears("помощник")
    await ivan.presses("Позвать сотрудника")
    await ivan.hears("сотрудник")
    await ivan.says("Добрый день, я журналист из газеты, нужен ответ сегодня")
    olga = await office.clerk("Ольга", "olga", team="front-office")
    await olga.comes()
    await olga.enters("журналист")
    panel = olga.page.locator("#guides")
    await expect(panel.locator("summary").first).to_contain_text("Пишет журналист")
    await panel.locator("summary").first.click()
    await expect(panel.get_by_text("отвечает пресс-служба").first).to_be_visible()
    await olga.pictures("guides")
    await panel.get_by_label("Найти в правилах").fill("пресс-служба")
    await expect(panel.get_by_text("Оскорбления и угрозы").first).to_be_hidden()
    await panel.get_by_label("Найти в правилах").press("Enter")
    await panel.get_by_role("button", name="Вставить в ответ").click()
    await expect(olga.field).to_be_focused()
    await olga.sends()
    await ivan.hears("Журналистам отвечает пресс-служба")
    await olga.types("/")
    await expect(olga.page.locator("#template-list li").first).to_contain_text("заготовка")
    await olga.page.route("**/live/templates?q=%D0%BF*", slowly)
    await olga.page.get_by_label("Найти готовый ответ").fill("передали")
    await olga.page.keyboard.press("Enter")
    await expect(olga.field).to_have_value(re.compile("^Передала ваш вопрос"))


async def slowly(route: Route) -> None:
    """Her line is slow: she presses Enter before the list follows what she typed."""
    await asyncio.sleep(0.4)
    await route.continue_()


@pytest.mark.requirement("K9")
async def test_they_have_owners_and_review_dates(house: House) -> None:
    """The list at the desk: all four kinds, by team and by what is due."""
    olga = await house.seated("olga")
    page = await olga.gets("/desk/guidance")
    for shown in ("Пишет журналист", "Передали в отдел", "Входящий звонок", "комментарий скрываем", "1 июня 2027"):
        assert shown in page.text
    livestock = (await olga.gets("/desk/guidance?owner=livestock-department")).text
    assert "Врач выезжает" in livestock
    assert "Входящий звонок" not in livestock
    assert "Ничего не подошло" in (await olga.gets("/desk/guidance?show=overdue")).text


@pytest.mark.requirement("K9")
async def test_a_rule_is_edited_by_two_pairs_of_hands(house: House, runtime: Runtime) -> None:
    """Анна edits, Борис meets her edit, approves and releases; staff read the new text; a broken one goes nowhere."""
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)
    place = "/desk/guidance/untypical/journalist"
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    olga = await house.seated("olga")
    page, late = await anna.gets(place), await boris.gets(place)
    fields = {
        "title-ru": "Пишет журналист", "text-ru": "Отвечает <b>пресс-служба</b>, в тот же день.", "say-ru": "Передала.",
        "phrases": "журналист\r\nблогер\r\n", "owner": "front-office", "review_by": "2027-09-01", "topics": "agency",
    }  # fmt: skip
    saved = await anna.posts(f"{place}/save", {**fields, **carried(page, f"{place}/save")})
    assert "Сохранено черновиком" in saved.text
    met = await boris.posts(f"{place}/save", {**fields, **carried(late, f"{place}/save")})
    assert (met.status, "коллега это изменил" in met.text) == (409, True)
    refused = await olga.posts(f"{place}/save", {**fields, **carried(await olga.gets(place), f"{place}/save")})
    assert refused.status == 403
    shown = await anna.gets(place)
    assert "&lt;b&gt;" in shown.body
    assert "Отдано на проверку" in (await anna.posts(f"{place}/submit", carried(shown, f"{place}/submit"))).text
    assert "Вы его правили" in (await anna.gets(place)).text
    read = await boris.gets(place)
    assert "Одобрено" in (await boris.posts(f"{place}/approve", carried(read, f"{place}/approve"))).text
    page = await boris.gets("/desk/releases")
    assert f'href="{place}#changes"' in page.body
    draft = re.search(r'name="draft" id="draft-\d+" value="(\d+)"', page.body)
    assert draft
    sent = {**carried(page, "/desk/releases"), "draft": draft[1], "reason": "блогеры тоже пишут"}
    assert "Выпущено" in (await boris.posts("/desk/releases", sent)).text
    async with runtime.db.begin() as tx:
        released = await releases.load(tx, 2)
    assert released.untypical["journalist"].phrases == ("журналист", "блогер")
    assert released.templates == real_pack().templates
    new = await anna.gets("/desk/new-guidance?kind=canned&slug=thanks")
    kept = await anna.posts("/desk/guidance/canned/thanks/save", {**carried(new, "/save"), "title-ru": "Спасибо"})
    assert "Кто отвечает: выберите из списка" in kept.text
    assert "Спасибо" in (await anna.gets("/desk/guidance")).text
    assert (await anna.gets("/desk/guidance/nothing/thanks")).status == 422


def carried(page: Answer, form: str) -> dict[str, str]:
    """What a form of the page carries unseen."""
    begins = re.search(rf'action="[^"]*{form}"', page.body)
    assert begins, f"there is no form {form}"
    body = page.body[begins.end() : page.body.index("</form>", begins.end())]
    return dict(re.findall(r'type="hidden" name="(action|seen|base|draft)" value="([^"]*)"', body))
