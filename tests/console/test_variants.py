"""Variants of an answer at the desk: written, shown again, told apart in the list."""

from __future__ import annotations

import json

import pytest

from bot.turn import Runtime
from tests.console.house import House
from tests.console.test_templates import PAGE, SLUG, release, saves  # noqa: F401 - a release for every test
from tests.storage.rows import ask


@pytest.mark.requirement("A6", "K1")
async def test_a_variant_is_written_shown_again_and_checked(house: House, runtime: Runtime) -> None:
    anna = await house.seated("anna", "moderator")
    variant = {
        "variants": "1",
        "variant-0-segment": "farmer",
        "variant-0-situation": "in-trouble",
        "variant-0-short-ru": "Фермеров в беде <b>принимаем</b> без записи.",
        "variant-0-button-0-ru": "Если беда",
        "variant-0-button-0-to": "template:natural-disaster",
    }
    saved = await saves(anna, await anna.gets(PAGE), **variant)
    assert "Черновик сохранён" in saved.text
    assert "Фермер или ИП · Случилась беда" in saved.text
    assert "&lt;b&gt;принимаем" in saved.body
    assert "farmer + in-trouble:" in saved.text  # what the draft changes
    body = json.loads((await ask(runtime.db, "SELECT body FROM draft"))[0]["body"])
    assert body["variants"] == [
        {
            "segment": "farmer",
            "situation": "in-trouble",
            "short": {"ru": "Фермеров в беде <b>принимаем</b> без записи."},
            "more": None,
            "buttons": [{"text": {"ru": "Если беда"}, "template": "natural-disaster"}],
        }
    ]
    twice = {key.replace("variant-0", "variant-1"): value for key, value in variant.items()}
    page = await saves(anna, await anna.gets(PAGE), **{**variant, **twice})
    assert "Два варианта для одних и тех же клиентов" in page.text
    page = await saves(anna, page, variants="1", **{"variant-0-short-ru": "Для кого-то."})
    assert "выберите, для кого" in page.text
    page = await saves(anna, page, variants="1")
    assert json.loads((await ask(runtime.db, "SELECT body FROM draft"))[0]["body"])["variants"] == []


async def test_the_list_is_narrowed_by_segment_situation_and_language(house: House, runtime: Runtime) -> None:
    anna = await house.seated("anna", "moderator")
    by_segment = (await anna.gets("/desk/templates?segment=household")).body
    assert "templates/support-list" in by_segment
    assert f"templates/{SLUG}" not in by_segment
    by_situation = (await anna.gets("/desk/templates?situation=in-trouble")).body
    assert "templates/support-list" in by_situation  # by one of its variants
    assert "templates/natural-disaster" in by_situation
    assert f"templates/{SLUG}" in (await anna.gets("/desk/templates?language=en")).body
    assert f'templates/{SLUG}"' not in (await anna.gets("/desk/templates?language=-en")).body
