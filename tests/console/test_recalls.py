"""Putting a wrong answer right at the desk: who got it, the correction, a second person, the sending."""

from __future__ import annotations

import pytest_asyncio

from bot.storage import releases
from bot.turn import Runtime
from tests.console.house import Answer, Browser, House
from tests.console.test_templates import hidden
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import ask
from tests.storage.worker import Worker

SLUG = "working-hours"
PAGE = f"/desk/templates/{SLUG}/recall"


@pytest_asyncio.fixture(autouse=True)
async def asked(runtime: Runtime) -> None:
    """Release 1, and two clients who got the answer."""
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)
    worker = Worker(runtime)
    for client in ("1", "2"):
        await worker.says(client, SLUG)


async def steps(browser: Browser, verb: str, **more: str) -> Answer:
    page = await browser.gets(PAGE)
    carried = {name: hidden(page, f"{PAGE}/{verb}", name) for name in ("action", "seen", "recall")}
    return await browser.posts(f"{PAGE}/{verb}", {**carried, **more})


async def test_a_correction_goes_through_two_pairs_of_hands(house: House, runtime: Runtime) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    shown = await anna.gets(PAGE)
    assert "Telegram: 2 клиента" in shown.text
    carried = {name: hidden(shown, PAGE, name) for name in ("action", "seen")}
    version = (
        await ask(runtime.db, "SELECT v.id FROM item_version v JOIN item i ON i.id = item_id WHERE slug = :s", s=SLUG)
    )[0]
    fields = {**carried, "version": version["id"]}
    assert "Напишите, как на самом деле" in (await anna.posts(PAGE, {**fields, "text-ru": "  "})).text
    kept = await anna.posts(PAGE, {**fields, "text-ru": "По <b>субботам</b> закрыто."})
    assert "Прочитает и отправит коллега" in kept.text
    assert "&lt;b&gt;субботам" in kept.body
    assert "2 получат, Telegram" in kept.text
    assert f'action="{PAGE}/send"' not in kept.body
    read = await boris.gets(PAGE)
    assert "Клиенты ещё получают неверный ответ" in read.text
    withdrawn = {"action": hidden(read, f"/desk/templates/{SLUG}/withdraw", "action"), "reason": "суббота"}
    assert "отвечает сотрудник" in (await boris.posts(f"/desk/templates/{SLUG}/withdraw", withdrawn)).text
    assert "пока ничего не отправлено" in (await steps(boris, "send")).text
    sent = await steps(boris, "send", sure="1")
    assert "▶ отправляется" in sent.text
    assert "Остановлено" in (await steps(anna, "stop")).text
    assert "2 не получили: отправку остановили" in (await anna.gets("/desk/recalls")).text


async def test_whoever_may_not_edit_sees_and_changes_nothing(house: House, runtime: Runtime) -> None:
    olga = await house.seated("olga", "staff")
    page = await olga.gets(PAGE)
    assert "Не давать этот ответ" not in page.text
    assert (await olga.posts(PAGE, {"action": "a-form-of-olga", "version": 1, "text-ru": "x"})).status == 403
    assert (await olga.gets("/desk/templates/no-such/recall")).status == 404
