"""Journey maps at the desk: drawn, fed by what clients say, edited in two pairs of hands."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio

from bot.storage import releases
from bot.turn import Runtime
from tests.console.house import House
from tests.domain.talk import WEDNESDAY, real_pack
from tests.storage.rows import do

MAP, EDITOR = "/desk/journeys/first-grant", "/desk/guidance/journeys/first-grant"


@pytest_asyncio.fixture(autouse=True)
async def release(runtime: Runtime) -> None:
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)


@pytest.mark.requirement("K12")
async def test_a_map_is_drawn_with_what_clients_say(house: House, runtime: Runtime) -> None:
    olga = await house.seated("olga")
    assert "Первый грант на хозяйство" in (await olga.gets("/desk/journeys")).text
    empty = await olga.gets(MAP)
    for shown in ("Пока только думаю · Открываю хозяйство", "Собираю бумаги", "▼▼ очень трудно", "Грант «Агростартап»"):
        assert shown in empty.text
    assert '<polyline points="50,27 150,81 250,45 350,63 450,9 "' in empty.body
    assert "из 5" not in empty.text
    await do(
        runtime.db,
        "INSERT INTO client (id, created_at) VALUES (900, now())",
        "INSERT INTO address (id, client_id, channel, external_id, created_at) VALUES (900, 900, 'vk', '900', now())",
        "INSERT INTO episode (id, address_id, kind, slug, opened_at, helped)"
        " SELECT 900 + n, 900, 'answer', 'agrostartup', '2099-01-01', n > 1 FROM generate_series(1, 4) AS n",
        "INSERT INTO score (episode_id, value, at) SELECT id, 3 + id % 2, now() FROM episode WHERE id > 900",
    )
    told = (await olga.gets(MAP)).text
    assert "3,5 из 5, оценок: 4" in told
    assert "помогло: 3 из 4" in told
    assert "Править" not in told
    assert (await olga.gets("/desk/journeys/nowhere")).status == 404


@pytest.mark.requirement("K12", "K2")
async def test_a_map_is_edited_in_two_pairs_of_hands(house: House, runtime: Runtime) -> None:
    anna, boris = await house.seated("anna", "moderator"), await house.seated("boris", "moderator")
    page = await anna.gets(EDITOR)
    fields = {
        "title-ru": "Первый грант", "owner": "grants-department", "segment": "newcomer", "situation": "start-a-farm",
        "step-0-title": "Решаюсь <b>", "step-0-problems": "страшно\r\nдорого", "step-0-services": "agrostartup",
        "step-0-emotion": "-1",
    }  # fmt: skip

    def carried(body: str, verb: str) -> dict[str, str]:
        form = body[body.index(f'action="{EDITOR}/{verb}"') :]
        return dict(re.findall(r'name="(action|seen|base|draft)" value="([^"]*)"', form[: form.index("</form>")]))

    broken = await anna.posts(f"{EDITOR}/save", {**carried(page.body, "save"), **fields, "step-0-services": "nothing"})
    assert "«nothing»" in broken.text
    saved = await anna.posts(f"{EDITOR}/save", {**carried(broken.body, "save"), **fields})
    assert "Решаюсь &lt;b&gt;" in saved.body
    assert "(-1)" in saved.text
    await anna.posts(f"{EDITOR}/submit", carried(saved.body, "submit"))
    read = await boris.gets(EDITOR)
    assert "Одобрено" in (await boris.posts(f"{EDITOR}/approve", carried(read.body, "approve"))).text
    assert f'href="{EDITOR}#changes"' in (await boris.gets("/desk/releases")).body
