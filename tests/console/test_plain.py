"""The hint on plain language under the answer's field."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.console.house import SITE, Browser, House

PATH = "/desk/live/plain"
OFFICIAL = "Добрый день. Осуществляется рассмотрение заявления, глава КФХ будет уведомлён в установленный срок."


async def hint(browser: Browser, text: str) -> dict[str, Any]:
    answer = await browser.posts(PATH, {"text": text})
    assert answer.status == 200
    told: dict[str, Any] = json.loads(answer.body)
    return told


async def test_the_sentences_that_cost_it_are_shown_with_what_is_plainer(house: House) -> None:
    olga = await house.seated("olga")
    told = await hint(olga, OFFICIAL)
    assert told == {
        "ease": "",
        "sentences": [
            {
                "text": "Осуществляется рассмотрение заявления, глава КФХ будет уведомлён в установленный срок.",
                "remarks": [
                    "Осуществляется → идти, (кто делает?)",
                    "КФХ: поймёт ли клиент, что это?",
                    "уведомлён → сообщить",
                    "в установленный срок → до такого-то числа",
                ],
            }
        ],
    }


async def test_a_plain_answer_is_told_so_and_a_heavy_one_too(house: House) -> None:
    olga = await house.seated("olga")
    plain = (
        "Деньги придут до 5 декабря. Если их нет, напишите мне сюда. Я схожу в банк и всё узнаю. Ждать долго не надо."
    )
    assert await hint(olga, plain) == {"ease": "Читается легко: 100 из 100", "sentences": []}
    heavy = "Сельскохозяйственные товаропроизводители самостоятельно подготавливают документацию. " * 6
    assert (await hint(olga, heavy))["ease"] == "Читать трудно: 0 из 100"
    assert (await hint(olga, "Слово " * 30))["sentences"][0]["remarks"] == ["30 слов: лучше два предложения"]
    assert await hint(olga, "") == {"ease": "", "sentences": []}


async def test_it_speaks_english_to_whoever_chose_it(house: House) -> None:
    olga = await house.seated("olga")
    await olga.posts("/desk/language", {"language": "en", "back": "/desk/password"})
    told = await hint(olga, "We will inform you prior to the visit. Ваше обращение рассматривается.")
    assert told["sentences"][0]["remarks"] == ["prior to → before"]


async def test_strangers_and_other_sites_get_nothing(house: House) -> None:
    stranger = house.browser()
    assert (await stranger.forges(PATH, {"text": OFFICIAL}, Accept="application/json", **SITE)).status == 401
    olga = await house.seated("olga")
    assert (await olga.forges(PATH, {"text": OFFICIAL}, **SITE)).status == 403
    forged = await olga.forges(PATH, {"text": OFFICIAL, "form": olga.form}, **{"Sec-Fetch-Site": "cross-site"})
    assert forged.status == 403


async def test_a_moderator_who_only_notes_may_ask_too(house: House) -> None:
    assert (await hint(await house.seated("mod", "moderator"), OFFICIAL))["sentences"]


async def test_whatever_is_typed_is_read_and_never_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    olga = await house.seated("olga")
    for text in ("\x00\ud800 Незабудкина", "<script>" * 100, "{" * 3000, "Незабудкина " * 3000, "𝒜 " * 50):
        answer = await olga.posts(PATH, {"text": text.encode("utf-8", "replace").decode()})
        assert answer.status == 200
    assert (await olga.posts(PATH, {"text": "я" * 40_001})).status == 422
    assert "Незабудкина" not in caplog.text


async def test_the_answers_field_says_where_to_ask(house: House) -> None:
    page = await (await house.seated("olga")).gets("/desk/inbox")
    assert page.status == 200
    assert (await house.browsers[0].gets(f"{_static(page.body)}/plain.js")).status == 200


def _static(body: str) -> str:
    return body.split('src="')[1].split('"')[0].rpartition("/")[0]
