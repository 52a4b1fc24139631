"""Files at the desk: who opens them, how they are served, and where they stand in a conversation."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert

from bot.storage import files, tables
from tests.console.conftest import Clock
from tests.console.house import House
from tests.console.test_inbox import a_case
from tests.storage.rows import ask
from tests.storage.worker import Worker

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 400
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def client(house: House, clock: Clock) -> Worker:
    """Whatever clients do, without messengers."""
    return Worker(house.runtime)


async def a_file(
    house: House,
    address: int,
    name: str = "дорога.jpg",
    data: bytes = JPEG,
    media_type: str = "image/jpeg",
    request: int | None = None,
) -> int:
    """A file that this client sent and that was fetched."""
    now = house.runtime.clock()
    async with house.runtime.db.begin() as tx:
        sha256 = await files.keep(tx, data, media_type, now)
        sent = {"address_id": address, "channel": "telegram", "kind": "document", "name": name, "token": ""}
        kept = insert(tables.attachment).values(**sent, state="kept", sha256=sha256, created_at=now, request_id=request)
        return int((await tx.execute(kept.returning(tables.attachment.c.id))).scalar_one())


@pytest.mark.parametrize(
    ("role", "team", "status"),
    [
        ("staff", "support-department", 200),
        ("staff", "livestock-department", 403),
        ("moderator", "front-office", 403),
        ("supervisor", "front-office", 200),
        ("administrator", "front-office", 200),
    ],
)
async def test_who_opens_a_file(house: House, client: Worker, role: str, team: str, status: int) -> None:
    """Whoever may see personal values of the case; everybody else reads its name without a link."""
    address = await a_case(client)
    number = await a_file(house, address)
    await _belongs_to(house, address, "support-department")
    reader = await house.seated("reader", role, team)
    for path in (f"/desk/files/{number}", f"/desk/files/{number}/preview"):
        async with reader.session.get(house.url + path) as answer:
            assert answer.status == status, path
            assert (await answer.read() == JPEG) == (status == 200)
    page = await reader.gets(f"/desk/inbox/{address}")
    assert "дорога.jpg" in page.text
    assert (f'href="/desk/files/{number}"' in page.body) == (status == 200)
    assert (f'src="/desk/files/{number}/preview"' in page.body) == (status == 200)
    looks = await ask(house.runtime.db, "SELECT object FROM audit WHERE verb = 'desk.file'")
    assert [look["object"] for look in looks] == [f"attachment:{number}"] * (2 if status == 200 else 0)


async def test_a_stranger_signs_in_first(house: House, client: Worker) -> None:
    number = await a_file(house, await a_case(client))
    for path in (f"/desk/files/{number}", f"/desk/files/{number}/preview"):
        answer = await house.browser().gets(path, follow=False)
        assert (answer.status, answer.body) == (303, "")


async def test_a_file_is_saved_and_never_run(house: House, client: Worker) -> None:
    """A page of somebody else's under our address could act for whoever opens it."""
    number = await a_file(house, await a_case(client), 'a"b\r\n/../<i>.html', PAGE, "text/html")
    admin = await house.seated("admin", "administrator")
    saved = await admin.gets(f"/desk/files/{number}")
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a_b___..__i_.html"
    assert saved.headers["Content-Type"] == "application/octet-stream"
    assert saved.headers.getall("Content-Security-Policy") == ["default-src 'none'; sandbox"]
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in saved.headers["Cache-Control"]
    assert (await admin.gets(f"/desk/files/{number}/preview")).status == 404


@pytest.mark.parametrize("media_type", ["image/svg+xml", "application/pdf", "text/html", "image/gif"])
async def test_only_pictures_are_shown_in_place(house: House, client: Worker, media_type: str) -> None:
    address = await a_case(client)
    number = await a_file(house, address, "герб.svg", PAGE, media_type)
    admin = await house.seated("admin", "administrator")
    page = await admin.gets(f"/desk/inbox/{address}")
    assert f'href="/desk/files/{number}"' in page.body
    assert "/preview" not in page.body
    assert (await admin.gets(f"/desk/files/{number}/preview")).status == 404


async def test_a_name_is_only_text(house: House, client: Worker) -> None:
    address = await a_case(client)
    await a_file(house, address, '"><script>alert(1)</script>.jpg')
    page = await (await house.seated("admin", "administrator")).gets(f"/desk/inbox/{address}")
    assert "<script>alert" not in page.body
    assert page.body.count("&lt;script&gt;alert(1)&lt;/script&gt;.jpg") == 2


async def test_a_file_stands_after_the_words_it_came_with(house: House, client: Worker, clock: Clock) -> None:
    address = await a_case(client, words="вот первое")
    clock.turn(minutes=1)
    await a_file(house, address)
    clock.turn(minutes=1)
    await client.says("maria", "а это второе")
    await a_file(house, address, "мост.jpg")
    page = await (await house.seated("admin", "administrator")).gets(f"/desk/inbox/{address}")
    assert re.search(r"Клиент вот первое.*дорога.jpg.*Клиент а это второе \d+:\d+ 📎 мост.jpg", page.text)


async def test_a_file_stands_on_its_request(house: House, client: Worker) -> None:
    await client.sends_an_appeal("maria")
    address = await client.address("maria")
    request = int((await ask(house.runtime.db, "SELECT id FROM request"))[0]["id"])
    number = await a_file(house, address, request=request)
    await a_file(house, address, "чужое.jpg")
    page = await (await house.seated("admin", "administrator")).gets(f"/desk/requests/{request}")
    assert f'href="/desk/files/{number}"' in page.body
    assert "чужое.jpg" not in page.text


async def _belongs_to(house: House, address: int, team: str) -> None:
    await ask(
        house.runtime.db, 'UPDATE "case" SET team = :team WHERE address_id = :a RETURNING id', team=team, a=address
    )
