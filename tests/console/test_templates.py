"""Templates at the desk: what moderators read, type, are told, and what happens to their words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import pytest_asyncio

from bot.storage import releases
from bot.turn import Runtime
from tests.console.house import Answer, Browser, House
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import ask

SLUG = "working-hours"
PAGE = f"/desk/templates/{SLUG}"


@pytest_asyncio.fixture(autouse=True)
async def release(runtime: Runtime) -> None:
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)


def hidden(page: Answer, form: str, name: str) -> str:
    """What a form of the page carries unseen."""
    body = page.body[page.body.index(f'action="{form}"') :]
    found = re.search(rf'name="{name}" value="([^"]*)"', body)
    assert found, f"{form} carries no {name}"
    return found[1]


def typed(**changed: str) -> dict[str, Any]:
    """The fields of the editor, filled in."""
    template = real_pack().templates[SLUG]
    fields = {
        "topic": template.topic,
        "owner": template.owner,
        "review_by": template.review_by.isoformat(),
        "public": "1",
    }
    for language in ("ru", "en"):
        fields |= {
            f"title-{language}": template.title[language],
            f"short-{language}": template.short[language],
            f"samples-{language}": "\r\n".join(template.samples.get(language, ())),
        }
    return {**fields, "situation": template.situation or "", **{k.replace("_", "-"): v for k, v in changed.items()}}


async def saves(browser: Browser, page: Answer, **changed: str) -> Answer:
    carried = {name: hidden(page, f"{PAGE}/save", name) for name in ("action", "seen", "base")}
    return await browser.posts(f"{PAGE}/save", {**typed(**changed), **carried})


async def steps(browser: Browser, verb: str, **more: str) -> Answer:
    page = await browser.gets(PAGE)
    carried = {name: hidden(page, f"{PAGE}/{verb}", name) for name in ("action", "seen", "draft")}
    return await browser.posts(f"{PAGE}/{verb}", {**carried, **more})


@pytest.mark.parametrize("role", ["moderator", "supervisor", "administrator"])
async def test_a_template_goes_through_two_pairs_of_hands(house: House, runtime: Runtime, role: str) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", role)
    shown = await anna.gets(PAGE)
    assert "с 9:00 до 18:00" in shown.text
    saved = await saves(anna, shown, short_ru="Работаем с 8:00 <b>до</b> 20:00.")
    assert "Черновик сохранён" in saved.text
    assert "&lt;b&gt;" in saved.body
    assert "✎ черновик" in (await boris.gets("/desk/templates?show=draft")).text
    assert "Отдано на проверку" in (await steps(anna, "submit")).text
    own = await anna.gets(PAGE)
    assert "Вы его правили" in own.text
    assert f'action="{PAGE}/approve"' not in own.body
    assert "Напишите, что исправить" in (await steps(boris, "return", remark="  ")).text
    assert "Одобрено" in (await steps(boris, "approve")).text
    page = await boris.gets("/desk/releases")
    draft = re.search(r'name="draft" id="draft-\d+" value="(\d+)"', page.body)
    assert draft
    fields = {"action": hidden(page, "/desk/releases", "action"), "draft": draft[1]}
    assert "Напишите, зачем" in (await boris.posts("/desk/releases", fields)).text
    released = await boris.posts("/desk/releases", {**fields, "reason": "новый режим"})
    assert "Выпущено" in released.text
    assert "новый режим" in released.text
    assert [row["number"] for row in await ask(runtime.db, "SELECT number FROM release ORDER BY 1")] == [1, 2]
    again = await boris.posts("/desk/releases", {**fields, "reason": "новый режим"})
    assert again.status == 200
    history = await anna.gets(f"{PAGE}/history")
    assert "8:00" in history.text
    assert "убрано:" in history.text
    action = hidden(await boris.gets("/desk/releases"), "/desk/releases/1/back", "action")
    back = await boris.posts("/desk/releases/1/back", {"action": action, "reason": "рано"})
    assert "снова получают прежние" in back.text
    assert "с 9:00 до 18:00" in (await anna.gets(PAGE)).text


async def test_of_two_who_edit_at_once_the_later_sees_both_texts(house: House) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    pages = await anna.gets(PAGE), await boris.gets(PAGE)
    await saves(anna, pages[0], short_ru="Работаем с восьми.")
    met = await saves(boris, pages[1], short_ru="Работаем до двадцати.")
    assert met.status == 409
    assert "Anna" in met.text
    assert met.text.count("Работаем с восьми.") >= 1
    assert ">Работаем до двадцати.</textarea>" in met.body
    assert "Черновик сохранён" in (await saves(boris, met, short_ru="Работаем до двадцати.")).text


async def test_what_was_typed_stands_there_again_after_a_refusal(house: House) -> None:
    olga, anna = await house.seated("olga"), await house.seated("anna", "moderator")
    page = await olga.gets(PAGE)
    refused = await saves(olga, page, short_ru="Работаем, когда хотим.")
    assert refused.status == 403
    assert ">Работаем, когда хотим.</textarea>" in refused.body
    long = "Ж" * 701
    saved = await saves(anna, await anna.gets(PAGE), short_ru=long, title_ru="")
    assert long in saved.body
    assert "701 знаков, можно не больше 700" in saved.text
    assert "Название: пусто" in saved.text
    assert (await steps(anna, "submit")).status == 422


async def test_a_list_by_topic_search_and_state(house: House) -> None:
    anna = await house.seated("anna", "moderator")
    everything = (await anna.gets("/desk/templates")).text
    assert "Часы работы" in everything
    assert "Контакты министерства" in everything
    found = (await anna.gets("/desk/templates?q=часы")).text
    assert "Часы работы" in found
    assert "Контакты министерства" not in found
    assert "Ничего не нашлось" in (await anna.gets("/desk/templates?show=approved")).text
    assert (await anna.gets("/desk/templates/no-such-thing")).status == 404
    english = await anna.posts("/desk/language", {"language": "en", "back": PAGE})
    assert "Save draft" in english.text


async def test_a_new_template_begins_with_an_empty_page(house: House) -> None:
    anna = await house.seated("anna", "moderator")
    assert "Новый ответ" in (await anna.gets("/desk/templates")).text
    bad = await anna.gets("/desk/new-template?slug=Ульи")
    assert 'aria-invalid="true"' in bad.body
    page = await anna.gets("/desk/new-template?slug=beehive-theft")
    assert page.url.endswith("/desk/templates/beehive-theft?new=1")
    place = "/desk/templates/beehive-theft/save"
    carried = {name: hidden(page, place, name) for name in ("action", "seen", "base")}
    saved = await anna.posts(place, {**carried, "title-ru": "Кража ульев", "short-ru": "Звоните 102."})
    assert "Черновик сохранён" in saved.text
    for missing in ("Тема: выберите из списка", "Кто отвечает: выберите из списка", "Проверить до: выберите день"):
        assert missing in saved.text
    assert "+ новый" in (await anna.gets("/desk/templates?show=draft")).text


async def test_buttons_lead_to_templates_services_and_links(house: House, runtime: Runtime) -> None:
    anna = await house.seated("anna", "moderator")
    buttons = {
        "buttons": "1",
        "button_0_ru": "Контакты", "button_0_to": "template:contacts",
        "button_1_ru": "Обращение", "button_1_to": "service:appeal",
        "button_3_ru": "Карта", "button_3_link": "https://example.invalid/map",
    }  # fmt: skip
    saved = await saves(anna, await anna.gets(PAGE), **buttons)
    assert "Черновик сохранён" in saved.text
    (row,) = await ask(runtime.db, "SELECT body::json->>'buttons' AS buttons FROM draft")
    assert [set(one) - {"text"} for one in json.loads(row["buttons"])] == [{"template"}, {"service"}, {"link"}]
    assert 'value="template:contacts" selected' in saved.body
    assert 'value="https://example.invalid/map"' in saved.body
    wrong = await saves(
        anna, saved, buttons="1", button_0_ru="Никуда", button_1_ru="Сайт", button_1_link="javascript:1"
    )
    assert "javascript" in wrong.body
    assert (await steps(anna, "submit")).status == 422


async def test_a_page_that_was_left_open_too_long_loses_nothing(house: House) -> None:
    """The draft went on meanwhile: released, dropped, or sent back."""
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    await saves(anna, await anna.gets(PAGE), short_ru="Работаем с восьми.")
    await steps(anna, "submit")
    old = await boris.gets(PAGE)
    await steps(anna, "drop", sure="1")
    carried = {name: hidden(old, f"{PAGE}/return", name) for name in ("action", "seen", "draft")}
    late = await boris.posts(f"{PAGE}/return", {**carried, "remark": "до двадцати"})
    assert late.status == 409
    assert (await steps_missing(anna)).status == 200


async def steps_missing(browser: Browser) -> Answer:
    page = await browser.gets(PAGE)
    assert "● у клиентов" in page.text
    return page
