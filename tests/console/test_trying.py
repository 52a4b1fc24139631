"""The editor's help at the desk: previews, warnings, the box to try a question; what is too much is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.storage import releases
from bot.turn import Content, Runtime
from nlu.engines import Engines, Live
from nlu.matcher import Matcher
from tests.console.house import Answer, Browser, House
from tests.console.test_templates import PAGE, hidden, saves, steps, typed
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import ask


@pytest_asyncio.fixture(autouse=True)
async def release(runtime: Runtime) -> None:
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)


async def previews(browser: Browser, language: str = "ru", **changed: str) -> Answer:
    await browser.gets(PAGE)
    return await browser.posts(f"{PAGE}/preview", {**typed(**changed), "language": language})


async def tries(browser: Browser, question: str, **more: str) -> Answer:
    await browser.gets(PAGE)
    return await browser.posts("/desk/live/try", {"question": question, **more})


async def test_a_preview_shows_every_channel_and_escapes_what_was_typed(house: House, runtime: Runtime) -> None:
    anna = await house.seated("anna", "moderator")
    script = "<script>alert(1)</script> **важно** {nothing}"
    shown = await previews(anna, short_ru=script, buttons="1", button_0_ru="<i>Куда</i>", button_0_to="service:appeal")
    assert shown.status == 200
    assert shown.body.count("<strong>важно</strong>") == 2  # VK shows no bold
    assert "<script" not in shown.body
    assert shown.body.count("&lt;script&gt;") == 3
    assert "&lt;i&gt;Куда&lt;/i&gt;" in shown.body
    assert "{nothing} нечем заполнить" in shown.text
    assert "Помогло" in shown.text
    assert "9:00" in (await previews(anna, "en")).text
    assert (await previews(anna, "xx")).status == 422
    olga = await house.seated("olga")
    assert (await previews(olga)).status == 403
    assert await ask(runtime.db, "SELECT 1 FROM draft") == []


async def test_a_placeholder_that_does_not_exist_stands_in_the_way(house: House) -> None:
    anna = await house.seated("anna", "moderator")
    saved = await saves(anna, await anna.gets(PAGE), short_ru="Ответим {due}. {phone}")
    assert "«{phone}» нечем заполнить" in saved.text
    assert (await steps(anna, "submit")).status == 422
    assert "нечем" not in (await saves(anna, await anna.gets(PAGE), short_ru="{agency} ответит {due}.")).text


async def test_a_text_of_megabytes_is_refused_whole(house: House, runtime: Runtime) -> None:
    """Told what is too long and by how much; what was typed stands there; nothing is cut away unseen."""
    anna = await house.seated("anna", "moderator")
    long = await saves(anna, await anna.gets(PAGE), short_ru="Ж" * 5001)
    assert long.status == 422
    assert "5001 знаков, можно не больше 5000" in long.text
    assert "Ж" * 5001 in long.body
    varied = await saves(anna, await anna.gets(PAGE), variants="1", variant_0_short_ru="Щ" * 5001)
    assert varied.status == 422
    assert "Щ" * 5001 in varied.body
    huge = await saves(anna, await anna.gets(PAGE), more_ru="z" * 5_000_000)
    assert huge.status == 413
    assert "Слишком много сразу" in huge.text
    assert await ask(runtime.db, "SELECT 1 FROM draft") == []
    assert (await anna.gets(PAGE)).status == 200


async def test_files_are_chosen_from_those_of_the_content(house: House, runtime: Runtime) -> None:
    anna = await house.seated("anna", "moderator")
    slug = next(iter(real_pack().files))
    page = await anna.gets(PAGE)
    assert f'id="file-{slug}"' in page.body
    saved = await saves(anna, page, choose_files="1", files=slug)
    assert f'value="{slug}" checked' in saved.body
    assert "Скачать бланк" in (await previews(anna)).text
    await saves(anna, saved, choose_files="1", files="no-such-file")
    assert (await steps(anna, "submit")).status == 422
    (row,) = await ask(runtime.db, "SELECT body::json->>'files' AS files FROM draft")
    assert json.loads(row["files"]) == ["no-such-file"]


async def test_a_button_may_lead_to_a_new_answer_that_is_a_draft_still(house: House) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    new = "/desk/templates/beehive-theft"
    page = await anna.gets("/desk/new-template?slug=beehive-theft")
    carried = {name: hidden(page, f"{new}/save", name) for name in ("action", "seen", "base")}
    fields = {"title-ru": "Кража ульев", "short-ru": "Звоните 102.", "samples-ru": "украли ульи\nкража ульев с пасеки"}
    about = {name: typed()[name] for name in ("topic", "owner", "review_by")}
    await anna.posts(f"{new}/save", {**carried, **fields, **about})
    page = await anna.gets(PAGE)
    assert '<option value="template:beehive-theft">Кража ульев</option>' in page.body
    await saves(anna, page, buttons="1", button_0_ru="Украли ульи", button_0_to="template:beehive-theft")
    assert "Отдано на проверку" in (await steps(anna, "submit")).text
    await steps(boris, "approve")
    alone = await releases_all(boris)
    assert alone.status == 409
    assert "working-hours → beehive-theft" in alone.text
    for browser, verb in ((anna, "submit"), (boris, "approve")):
        page = await browser.gets(new)
        sent = {name: hidden(page, f"{new}/{verb}", name) for name in ("action", "seen", "draft")}
        await browser.posts(f"{new}/{verb}", sent)
    assert "Выпущено" in (await releases_all(boris)).text


async def releases_all(browser: Browser) -> Answer:
    page = await browser.gets("/desk/releases")
    drafts = [part.split('"')[0] for part in page.body.split('name="draft" id="draft-')[1:]]
    fields: dict[str, Any] = {"action": hidden(page, "/desk/releases", "action"), "reason": "вместе", "draft": drafts}
    return await browser.posts("/desk/releases", fields)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Of three topics, without a sentence encoder: fitted in a moment."""
    pack = real_pack()
    few = {slug: pack.templates[slug] for slug in ("working-hours", "contacts", "milk-subsidy", "road-repair")}
    return Matcher.fit(pack.model_copy(update={"templates": few, "services": {}}), encoder=False)


@pytest.fixture
def learns(runtime: Runtime, matcher: Matcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's worker has an engine, and learns drafts in no time."""
    engines = Engines(tmp_path)
    runtime.shelf.content = Content(1, real_pack(), Live(matcher, real_pack().version))
    monkeypatch.setattr(engines.drafts, "_fit", lambda pack: Live(matcher, pack.version))
    object.__setattr__(runtime, "engines", engines)


@pytest.mark.usefixtures("learns")
async def test_a_question_is_tried_now_and_in_the_draft(house: House, runtime: Runtime) -> None:
    anna, olga = await house.seated("anna", "moderator"), await house.seated("olga")
    alone = await tries(anna, "когда вы работаете")
    assert "✓ ответ" in alone.text
    assert "с 9:00 до 18:00" in alone.text
    assert "Сохранённых черновиков" in alone.text
    await saves(anna, await anna.gets(PAGE), short_ru="Работаем с <b>восьми</b>.")
    both = await tries(anna, "когда вы работаете", scope="working-hours", wait="1")
    assert "с 9:00 до 18:00" in both.text
    assert "Работаем с <b>восьми</b>." in both.text
    assert "&lt;b&gt;восьми" in both.body
    assert "Что решило" in both.text
    assert "смысл фразы" in both.text
    unknown = await tries(anna, "ы" * 900, wait="1")
    assert "✕ нет ответа" in unknown.text
    assert (await tries(anna, "  ")).status == 422
    assert (await tries(anna, "<script>alert(1)</script>", wait="1")).body.count("<script") == 0
    assert (await tries(olga, "когда вы работаете")).status == 403
    assert await ask(runtime.db, "SELECT 1 FROM message UNION ALL SELECT 1 FROM question") == []


@pytest.mark.usefixtures("learns")
async def test_a_question_that_reads_as_another_answer_is_named_with_it(house: House) -> None:
    anna = await house.seated("anna", "moderator")
    await anna.gets(PAGE)
    stray = "сколько платят за литр молока сейчас"
    told = await anna.posts(f"{PAGE}/samples", typed(samples_ru=f"по каким дням вы работаете\r\n{stray}"))
    assert stray in told.text
    assert 'href="/desk/templates/milk-subsidy"' in told.body
    assert "по каким дням" not in told.text
    assert (await anna.posts(f"{PAGE}/samples", typed(samples_ru=""))).text == ""
