"""OWASP A03, injection: script in words of clients and staff, SQL in searches, line breaks in headers, odd signs."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.console.house import House
from tests.console.test_inbox import a_case, says
from tests.storage.rows import ask
from tests.storage.worker import Worker

SCRIPT = "<script>alert('взлом')</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"


async def test_a_clients_script_is_text_on_every_page(house: House) -> None:
    client = Worker(house.runtime)
    olga = await house.seated("olga", "administrator", "front-office")
    address = await a_case(client, words=SCRIPT)
    await client.sends_an_appeal("anna")
    for path in ("/desk/inbox", f"/desk/inbox/{address}", "/desk/live/queue", f"/desk/live/conversation/{address}"):
        page = await olga.gets(path)
        assert "alert('взлом')</script>" not in page.body, path
        assert "<img src=x" not in page.body, path
        assert "{{7*7}}" in page.body, "templates of the page are not filled in by clients"
    assert "&lt;script&gt;" in (await olga.gets(f"/desk/inbox/{address}")).body


async def test_a_colleagues_script_is_text_too(house: House) -> None:
    client = Worker(house.runtime)
    olga = await house.seated("olga", "administrator")
    address = await a_case(client)
    noted = await says(olga, address, SCRIPT, kind="note")
    assert "<img src=x" not in noted.body
    refused = await says(olga, address, SCRIPT, noted, kind="answer", action="?")
    assert "<img src=x" not in refused.body
    fields = {"name": SCRIPT[:90], "login": "eve", "team": "front-office", "role": "staff"}
    await olga.gets("/desk/staff")
    added = await olga.posts("/desk/staff", fields)
    assert added.status == 200
    assert "<script>alert" not in added.body
    assert "<script>alert" not in (await olga.gets("/desk/audit")).body


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", "%", "_", "\\", "'; DROP TABLE staff; --", "\x00", "\ud800", "№12", "😀" * 50]
)
async def test_searches_hold_whatever_is_typed(house: House, words: str) -> None:
    admin = await house.seated("admin", "administrator")
    client = Worker(house.runtime)
    await a_case(client, words="обычные слова")
    sent = words.encode("utf-8", "surrogatepass")
    for path in (
        "/desk/inbox?q=",
        "/desk/requests?q=",
        "/desk/staff?q=",
        "/desk/audit?what=",
        "/desk/live/templates?q=",
    ):
        answer = await admin.gets(path + quote(sent))
        assert answer.status in (200, 422), f"{path}{words!r}: {answer.status}"
    assert "обычные слова" not in (await admin.gets("/desk/inbox?q=" + quote("%"))).text
    assert (await ask(house.runtime.db, "SELECT count(*) AS n FROM staff"))[0]["n"] >= 1


async def test_words_do_not_break_headers(house: House) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    await olga.gets("/desk/sign-in")
    fields = {"login": "olga", "password": "трактор зелёный едет", "next": "/desk/inbox\r\nX-Evil: 1"}
    answer = await olga.posts("/desk/sign-in", fields, follow=False)
    assert "X-Evil" not in answer.headers
    assert answer.headers["Location"] == "/desk/inbox"


async def test_an_answer_with_odd_signs_goes_out_without_them(house: House) -> None:
    client = Worker(house.runtime)
    olga = await house.seated("olga")
    address = await a_case(client)
    answered = await says(olga, address, "Ответ\x00 со знаками 😀 <b>")
    assert answered.status == 200
    assert any("Ответ со знаками 😀 <b>" in text for text in await client.hears("maria"))
