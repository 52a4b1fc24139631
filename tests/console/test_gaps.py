"""Gaps at the desk: the list, one with its questions, a draft of what staff said, a dismissal."""

from __future__ import annotations

import datetime as dt
import re

import pytest_asyncio
from sqlalchemy import text

from bot.storage import releases
from bot.turn import Runtime
from bot.usecases.group_questions import group_questions
from tests.console.house import House
from tests.console.test_templates import hidden
from tests.domain.talk import WEDNESDAY, real_pack

ROWS = (
    ("украли ульи с пасеки <b>что делать</b>", "unknown", 600, "Позвоните в полицию: 000."),
    ("украли ульи с пасеки", "unknown", None, None),
    ("украли ульи с пасеки, куда заявить", "answer", None, None),
    ("можно ли опрыскивать поле с дрона", "unknown", None, None),
)


@pytest_asyncio.fixture(autouse=True)
async def asked(runtime: Runtime) -> None:
    async with runtime.db.begin() as tx:
        await releases.publish(tx, real_pack(), "import", "test", WEDNESDAY)
        for number, (words, outcome, seconds, answer) in enumerate(ROWS, start=1):
            await tx.execute(
                text(
                    "INSERT INTO question (id, at, text, outcome, slug, release, language, score, staff_seconds,"
                    " staff_answer) VALUES (:id, :at, :text, :outcome, :slug, 1, 'ru', :score, :seconds, :answer)"
                ),
                {
                    "id": number,
                    "at": WEDNESDAY - dt.timedelta(days=number),
                    "text": words,
                    "outcome": outcome,
                    "slug": "bees-pesticides" if outcome == "answer" else None,
                    "score": 1 if outcome == "answer" else None,
                    "seconds": seconds,
                    "answer": answer,
                },
            )
    await group_questions(runtime)


async def test_a_gap_becomes_a_draft_in_the_editor(house: House) -> None:
    anna = await house.seated("anna", "moderator")
    listed = await anna.gets("/desk/gaps")
    assert "○ открыто: 2" in listed.text
    assert "3 за 30 дней, ▲ раньше 0" in listed.text
    first = re.search(r'href="(/desk/gaps/\d+)"', listed.body)
    assert first
    page = await anna.gets(first[1])
    assert "Позвоните в полицию: 000." in page.text
    assert "&lt;b&gt;что делать" in page.body
    assert "оценка 1" in page.text
    fields = {name: hidden(page, f"{first[1]}/draft", name) for name in ("action", "question")}
    bad = await anna.posts(f"{first[1]}/draft", {**fields, "code": "Ульи!"})
    assert (bad.status, "код не подходит" in bad.text) == (422, True)
    editor = await anna.posts(f"{first[1]}/draft", {**fields, "code": "beehive-theft"})
    assert editor.url.endswith("/desk/templates/beehive-theft")
    assert "Позвоните в полицию: 000." in editor.text
    assert "украли ульи с пасеки, куда заявить" in editor.text
    assert "✎ ответ пишут: 1" in (await anna.gets("/desk/gaps?show=drafted")).text


async def test_a_gap_is_dismissed_by_whoever_may_edit(house: House) -> None:
    anna, olga = await house.seated("anna", "moderator"), await house.seated("olga", "staff")
    page = await anna.gets("/desk/gaps/1")
    fields = {"action": hidden(page, "/desk/gaps/1/dismiss", "action")}
    assert "Отклонить" not in (await olga.gets("/desk/gaps/1")).text
    assert (await olga.posts("/desk/gaps/1/dismiss", {"action": "an-action-of-olga", "reason": "x"})).status == 403
    assert (await anna.posts("/desk/gaps/1/dismiss", {**fields, "reason": " "})).status == 422
    done = await anna.posts("/desk/gaps/1/dismiss", {**fields, "reason": "это к <i>полиции</i>"})
    assert "Отклонено" in done.text
    assert "&lt;i&gt;полиции" in (await anna.gets("/desk/gaps?show=dismissed")).body
    back = {"action": hidden(await anna.gets("/desk/gaps/1"), "/desk/gaps/1/back", "action")}
    assert "Снова среди открытых" in (await anna.posts("/desk/gaps/1/back", back)).text
    moved = {"action": hidden(await anna.gets("/desk/gaps/1"), "/desk/gaps/1/move", "action"), "target": 2}
    assert "Перенесено" in (await anna.posts("/desk/gaps/1/move", moved)).text
    assert (await anna.gets("/desk/gaps/1")).status == 404
    assert (await anna.gets("/desk/gaps/99999999999")).status == 404
