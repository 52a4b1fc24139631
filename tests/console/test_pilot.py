"""A pilot at the desk: begun beside the release for all, shown with its figures, ended with a reason."""

from __future__ import annotations

import re

import pytest

from bot.turn import Runtime
from tests.console.house import House
from tests.console.test_templates import PAGE, release, saves, steps  # noqa: F401 - a release for every test
from tests.storage.rows import ask

RELEASES = "/desk/releases"


@pytest.mark.requirement("K3")
async def test_a_pilot_is_begun_compared_and_ended(house: House, runtime: Runtime) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    await saves(anna, await anna.gets(PAGE), short_ru="Работаем с 8:00 до 20:00.")
    await steps(anna, "submit")
    await steps(boris, "approve")
    page = await boris.gets(RELEASES)
    draft = re.search(r'name="draft" id="[^"]*" value="(\d+)"', page.body)
    assert draft is not None

    def sent(**more: str) -> dict[str, str]:
        action = re.search(r'name="action" value="([^"]*)"', page.body)
        assert action is not None
        return {"action": action[1], "reason": "проверяем", **more}

    refused = await boris.posts(RELEASES, sent(draft=draft[1], first="1", share="100"))
    assert "Пилот — для одной группы" in refused.text
    page = await boris.gets(RELEASES)
    begun = await boris.posts(RELEASES, sent(draft=draft[1], first="1", segment="household", share="50"))
    assert "Пилот начат" in begun.text
    assert "Держу подворье, доля 50 %" in begun.text
    assert begun.text.count("? мало данных") == 4
    assert "◐ получает часть клиентов" in begun.text
    assert "клиенты других групп" not in begun.text
    page = await boris.gets(RELEASES)
    assert "Напишите, зачем" in (await boris.posts(f"{RELEASES}/pilot", sent(how="all", reason=" "))).text
    stopped = await boris.posts(f"{RELEASES}/pilot", sent(how="stopped"))
    assert "Пилот остановлен" in stopped.text
    assert "✎ черновик" in (await anna.gets(PAGE)).text
    verbs = [
        row["verb"] for row in await ask(runtime.db, "SELECT verb FROM audit WHERE verb LIKE 'pilot%' ORDER BY id")
    ]
    assert verbs == ["pilot.begun", "pilot.stopped"]
