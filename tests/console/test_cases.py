"""Several open cases of one conversation: each stands there with forms of its own."""

from __future__ import annotations

import re

from tests.console.house import Answer, House
from tests.console.test_inbox import a_case, hidden, says
from tests.storage.rows import ask
from tests.storage.worker import Worker


async def test_every_open_case_stands_in_the_conversation_with_its_own_forms(house: House) -> None:
    """A request and a wish for a person: both named, each form for its own case, and what is closed is gone."""
    olga, client = await house.seated("olga", team="front-office"), Worker(house.runtime)
    await client.sends_an_appeal("maria")
    address = await a_case(client)
    cases = [row["id"] for row in await ask(house.runtime.db, 'SELECT id FROM "case" ORDER BY id')]
    page = await olga.gets(f"/desk/inbox/{address}")
    parts = dict(zip(cases, _cases(page, cases), strict=True))
    assert re.search(r"ОТ-\d{4}-\d{6}.*Обращение", parts[cases[0]], re.DOTALL)
    assert "Просит сотрудника" in parts[cases[1]]
    for number, part in parts.items():
        for verb in ("claim", "ask-body", "hand-on", "close"):
            assert f"/desk/inbox/{address}/{verb}" in part
        assert set(re.findall(r'name="case" value="(\d+)"', part)) == {str(number)}
    await says(olga, address, "Деньги придут до 5 декабря.")
    path = f"/desk/inbox/{address}/close"
    sent = {**hidden(await olga.gets(f"/desk/inbox/{address}"), path), "case": str(cases[1])}
    left = await olga.posts(path, sent)
    assert f'id="case-{cases[0]}"' in left.body
    assert f'id="case-{cases[1]}"' not in left.body
    card = (await olga.gets(f"/desk/live/card/{address}")).body
    assert (f"#case-{cases[0]}" in card, f"#case-{cases[1]}" in card) == (True, False)


def _cases(page: Answer, numbers: list[int]) -> list[str]:
    """The part of the page that is about each case."""
    return [
        page.body.split(f'id="case-{number}"')[1].split('<li class="case"')[0].split('class="log"')[0]
        for number in numbers
    ]
