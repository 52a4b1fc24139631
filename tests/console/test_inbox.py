"""The inbox and the requests over HTTP: what stands there, and what comes of sending a form."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from bot.domain.messages import Kind
from tests.console.conftest import Clock
from tests.console.house import SITE, Answer, Browser, House
from tests.storage.rows import ask
from tests.storage.worker import Worker

SCRIPT = {"Accept": "application/json", **SITE}


@pytest.fixture
def client(house: House, clock: Clock) -> Worker:
    """Whatever clients do, without messengers."""
    return Worker(house.runtime)


async def a_case(client: Worker, who: str = "maria", words: str = "когда придёт субсидия") -> int:
    """Somebody asked for a person and said why; the conversation's number."""
    await client.says(who, "human")
    await client.says(who, words)
    return await client.address(who)


def hidden(page: Answer, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes there, as a browser sends them."""
    form = page.body.split(f'action="{action}"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


async def says(browser: Browser, address: int, text: str, page: Answer | None = None, **more: Any) -> Answer:
    path = f"/desk/inbox/{address}/say"
    page = page or await browser.gets(f"/desk/inbox/{address}")
    return await browser.posts(path, {**hidden(page, path), "text": text, "kind": "answer", **more})


async def test_the_queue_shows_who_waits_and_how_long(house: House, client: Worker, clock: Clock) -> None:
    olga = await house.seated("olga")
    assert "Очередь пуста" in (await olga.gets("/desk/inbox")).text
    address = await a_case(client)
    page = await olga.gets("/desk/inbox")
    assert f"№{address}" in page.text
    assert "когда придёт субсидия" in page.text
    assert "Просит сотрудника" in page.text
    assert "свободен" in page.text
    assert re.search(r'chip-plain" title="Ответить до [^"]+">\d+ ч \d+ мин<', page.body)
    clock.turn(days=10)
    anew = await house.seated("anna")
    assert re.search(r'chip-bad" title="Срок прошёл: [^"]+">−\d+ дн<', (await anew.gets("/desk/inbox")).body)


async def test_the_queue_is_chosen_from(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    first, second = await a_case(client), await a_case(client, "ivan", "справка для трактора")
    found = await olga.gets("/desk/inbox?q=трактора")
    assert f"№{second}" in found.text
    assert f"№{first}" not in found.text
    assert "По этому отбору ничего нет" in (await olga.gets("/desk/inbox?whose=mine")).text
    page = await olga.gets(f"/desk/inbox/{first}")
    claim = f"/desk/inbox/{first}/claim"
    await olga.posts(claim, hidden(page, claim))
    mine = await olga.gets("/desk/inbox?whose=mine")
    assert f"№{first}" in mine.text
    assert f"№{second}" not in mine.text
    assert (await olga.gets("/desk/inbox?whose=nonsense&channel=nonsense")).status == 200


async def test_an_answer_reaches_the_client_once_however_often_the_form_is_sent(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    address = await a_case(client)
    page = await olga.gets(f"/desk/inbox/{address}")
    for _ in range(3):
        answered = await says(olga, address, "Деньги придут до 5 декабря.", page)
        assert "Деньги придут до 5 декабря." in answered.text
    heard = await client.hears("maria")
    assert len([text for text in heard if "до 5 декабря" in text]) == 1


async def test_an_old_view_meets_the_colleagues_words_and_keeps_its_own(house: House, client: Worker) -> None:
    olga, boris = await house.seated("olga"), await house.seated("boris")
    address = await a_case(client)
    stale = await boris.gets(f"/desk/inbox/{address}")
    await says(olga, address, "Деньги придут до 5 декабря.")
    conflict = await says(boris, address, "Деньги придут пятого", stale)
    assert conflict.status == 409
    assert "Ваш текст на месте" in conflict.text
    assert "Olga" in conflict.text
    assert "Деньги придут пятого</textarea>" in conflict.body
    assert "пятого" not in " ".join(await client.hears("maria"))
    again = await says(boris, address, "Деньги придут пятого", conflict)
    assert again.status == 200
    assert "пятого" in " ".join(await client.hears("maria"))


async def test_ones_own_acts_are_no_conflict(house: House, client: Worker) -> None:
    """Answered, then at once resolved from the page as it stood before."""
    olga = await house.seated("olga")
    address = await a_case(client)
    before = await olga.gets(f"/desk/inbox/{address}")
    await says(olga, address, "Деньги придут до 5 декабря.", before)
    path = f"/desk/inbox/{address}/claim"
    taken = await olga.posts(path, hidden(before, path))
    assert (taken.status, "взят в работу" in taken.text) == (200, True)


async def test_a_script_gets_the_same_as_data(house: House, client: Worker) -> None:
    olga, boris = await house.seated("olga"), await house.seated("boris")
    address = await a_case(client)
    path = f"/desk/inbox/{address}/say"
    stale = hidden(await boris.gets(f"/desk/inbox/{address}"), path)
    await says(olga, address, "Деньги придут до 5 декабря.")
    told = await boris.forges(path, {**stale, "text": "пятого", "kind": "answer"}, **SCRIPT)
    body = json.loads(told.body)
    assert (told.status, body["fault"]) == (409, "conflict")
    assert "Olga" in body["changes"][0]
    sent = {**stale, "seen": body["version"], "action": body["action"], "text": "пятого", "kind": "answer"}
    assert json.loads((await boris.forges(path, sent, **SCRIPT)).body)["done"] is True
    boris.plants("")
    out = await boris.forges(path, sent, **SCRIPT)
    assert (out.status, json.loads(out.body)) == (401, {"fault": "signed_out"})


async def test_what_cannot_be_done_says_why_and_keeps_the_text(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    address = await a_case(client)
    page = await olga.gets(f"/desk/inbox/{address}")
    path = f"/desk/inbox/{address}/close"
    early = await olga.posts(path, {**hidden(page, path), "score": "true"})
    assert (early.status, "Сначала ответьте клиенту" in early.text) == (422, True)
    empty = await says(olga, address, "   ", page)
    assert empty.status == 422
    odd = await says(olga, address, "слова", page, action="?")
    assert (odd.status, "слова</textarea>" in odd.body) == (422, True)


async def test_a_note_is_for_colleagues_alone(house: House, client: Worker) -> None:
    olga, moderator = await house.seated("olga"), await house.seated("mod", "moderator")
    address = await a_case(client)
    before = await client.hears("maria")
    assert "заметка раз" in (await says(olga, address, "заметка раз", kind="note")).text
    assert "заметка два" in (await says(moderator, address, "заметка два", kind="note")).text
    assert await client.hears("maria") == before
    refused = await says(moderator, address, "ответ модератора")
    assert (refused.status, "роль этого не позволяет" in refused.text) == (403, True)
    assert await client.hears("maria") == before


async def test_a_case_goes_through_its_life(house: House, client: Worker) -> None:
    """Taken, handed on to a colleague, answered, resolved, opened again."""
    olga, boris = await house.seated("olga"), await house.seated("boris")
    address = await a_case(client)

    async def does(browser: Browser, verb: str, **fields: str) -> Answer:
        path = f"/desk/inbox/{address}/{verb}"
        page = await browser.gets(f"/desk/inbox/{address}")
        return await browser.posts(path, {**hidden(page, path), **fields})

    assert "Olga — взят в работу" in (await does(olga, "claim")).text
    number = (await ask(house.runtime.db, "SELECT id FROM staff WHERE login = 'boris'"))[0]["id"]
    await does(olga, "hand-on", to=f"person:{number}")
    assert "у вас" in (await boris.gets(f"/desk/inbox/{address}")).text
    await says(boris, address, "Всё готово.")
    closed = await does(boris, "close")
    assert "✕ закрыт" in closed.text
    assert "Очередь пуста" in closed.text
    opened = await does(boris, "reopen")
    assert "снова открыт" in opened.text
    assert "Очередь пуста" not in opened.text
    assert (await does(boris, "hand-on", to="team:nowhere")).status == 422
    assert (await does(boris, "hand-on", to="person:999999")).status == 404


async def test_every_look_at_a_conversation_is_in_the_audit_but_not_its_refreshing(
    house: House, client: Worker
) -> None:
    olga = await house.seated("olga")
    address = await a_case(client)
    await olga.gets(f"/desk/inbox/{address}")
    for _ in range(3):
        assert (await olga.gets(f"/desk/live/conversation/{address}")).status == 200
    looks = await ask(house.runtime.db, "SELECT object FROM audit WHERE verb = 'desk.conversation'")
    assert [row["object"] for row in looks] == [f"address:{address}"]


async def test_an_open_inbox_hears_of_changes_and_of_the_end_of_its_session(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    address = await a_case(client)
    heard: list[str] = []
    async with olga.session.get(f"{olga.url}/desk/live?address={address}") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")

        async def hears(name: str) -> None:
            async with asyncio.timeout(8):
                while name not in heard:
                    line = (await stream.content.readline()).decode().strip()
                    if line.startswith("event: "):
                        heard.append(line.removeprefix("event: "))

        await hears("ready")
        await client.says("maria", "ау, вы здесь?")
        await hears("conversation")
        assert "queue" in heard
        other = house.browser()
        other.plants(olga.cookie())
        await other.gets("/desk/password")
        await other.posts("/desk/sign-out")
        await client.says("maria", "и ещё одно")
        await hears("signed_out")
    text = await house.browser().gets(f"/desk/live?address={address}", follow=False)
    assert text.status == 303


async def test_templates_are_found_for_an_answer(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    found = json.loads((await olga.gets("/desk/live/templates?q=агростартап")).body)
    assert any("гростартап" in one["title"] + one["text"] for one in found)
    address = await a_case(client, words="agrostartup")
    assert (await olga.gets(f"/desk/inbox/{address}")).status == 200


async def test_a_request_is_found_read_and_moved(house: House, client: Worker) -> None:
    olga = await house.seated("olga", team="front-office")
    assert "Открытых заявок нет" in (await olga.gets("/desk/requests")).text
    await client.sends_an_appeal("maria")
    listed = await olga.gets("/desk/requests?sort=new")
    number = re.search(r"ОТ-\d{4}-\d{6}", listed.text)
    assert number
    assert "Принято" in listed.text
    assert number[0] in (await olga.gets(f"/desk/requests?q={number[0][-6:]}")).text
    assert "Ничего не нашлось" in (await olga.gets("/desk/requests?q=999999")).text
    one = (await ask(house.runtime.db, "SELECT id FROM request"))[0]["id"]
    page = await olga.gets(f"/desk/requests/{one}")
    assert "Второй месяц не приходит субсидия на молоко" in page.text
    assert "Незабудкина Клеопатра" in page.text
    path = f"/desk/requests/{one}/move"
    refusal = {"stage": "refused", "reason": "Не тот район", "advice": ""}
    early = await olga.posts(path, {**hidden(page, path), **refusal})
    assert early.status == 422
    assert "Не тот район</textarea>" in early.body
    moved = await olga.posts(path, {**hidden(page, path), "stage": "in-work"})
    assert "Готовим ответ" in moved.text
    assert any("Готовим ответ" in text for text in await client.hears("maria"))
    stale = await olga.posts(path, {**hidden(page, path), "stage": "answered"})
    assert stale.status in (200, 409)


async def test_personal_values_are_for_who_may_see_them(house: House, client: Worker) -> None:
    await client.sends_an_appeal("maria")
    one = (await ask(house.runtime.db, "SELECT id FROM request"))[0]["id"]
    moderator = await house.seated("mod", "moderator")
    page = await moderator.gets(f"/desk/requests/{one}")
    assert "Незабудкина" not in page.body
    assert "не для вашей роли" in page.text
    assert "/move" not in page.body


async def test_what_is_not_there_is_said_so(house: House) -> None:
    olga = await house.seated("olga")
    for path in ("/desk/inbox/99999", "/desk/requests/99999", "/desk/live/conversation/99999"):
        answer = await olga.gets(path)
        assert (answer.status, "Здесь ничего нет" in answer.text) == (404, True)
    for path in ("/desk/inbox/0", "/desk/inbox/x", "/desk/requests/99999999999999999999"):
        assert (await olga.gets(path)).status == 422


async def test_a_sticker_or_a_personal_answer_shows_no_words(house: House, client: Worker) -> None:
    olga = await house.seated("olga")
    await client.sends_an_appeal("maria")
    await client.receives("maria", Kind.TEXT, text="human")
    await client.works()
    page = await olga.gets(f"/desk/inbox/{await client.address('maria')}")
    assert "Незабудкина" not in page.body.split('id="about"')[0]
    assert "Личные данные, храним отдельно" in page.text
