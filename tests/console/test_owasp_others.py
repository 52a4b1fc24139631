"""OWASP top ten, the rest: A02 cryptography, A04 design, A06 components, A08 integrity, A09 logging, A10 SSRF."""

from __future__ import annotations

import inspect
import logging
import re
import time

import pytest
from argon2 import PasswordHasher

from bot.console import assets
from bot.domain.sign_in import hashed
from bot.served import Served
from bot.storage import passwords, sessions
from tests.architecture.sources import ROOT, imports, named, python_files
from tests.console.house import PASSWORD, House
from tests.console.test_inbox import a_case, says
from tests.storage.rows import ask
from tests.storage.worker import Worker


async def test_a02_passwords_are_slow_to_guess_and_salted() -> None:
    kept = passwords.Passwords()
    first, second = await kept.hash(PASSWORD), await kept.hash(PASSWORD)
    assert first != second
    memory, rounds = re.search(r"m=(\d+),t=(\d+)", first).groups()  # type: ignore[union-attr]
    assert int(memory) >= 19 * 1024
    assert int(rounds) >= 2
    assert await kept.fits(first, PASSWORD)
    assert not await kept.fits(first, PASSWORD.upper())
    assert not await kept.fits(None, PASSWORD)
    assert not await kept.fits("no hash at all", PASSWORD)


async def test_a02_a_weaker_hash_is_made_anew_at_the_next_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = await house.person("Ольга", "olga")
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with house.runtime.db.begin() as tx:
        await sessions.set_password(tx, olga, weak, house.runtime.clock())
    await house.browser().signs_in("olga")
    kept = (await ask(house.runtime.db, "SELECT password FROM credential"))[0]["password"]
    assert kept != weak
    assert not passwords.outdated(kept)


async def test_a02_sessions_are_random_and_long(house: House) -> None:
    await house.person("Ольга", "olga")
    seen = set()
    for _ in range(3):
        browser = house.browser()
        await browser.signs_in("olga")
        seen.add(browser.cookie())
    assert len(seen) == 3
    assert all(len(token) >= 43 for token in seen)
    assert len(hashed("x")) == 32


async def test_a04_one_persons_tries_do_not_lock_out_the_others(house: House) -> None:
    """A lock is of a login and of an address with twenty failures, never of the whole desk."""
    await house.person("Ольга", "olga")
    await house.person("Борис", "boris")
    guesser = house.browser()
    for _ in range(6):
        await guesser.signs_in("boris", "мимо мимо мимо")
    assert (await house.browser().signs_in("olga")).status == 200


async def test_a04_a_long_password_costs_no_more_than_a_short_one(house: House) -> None:
    browser = house.browser()
    await browser.gets("/desk/sign-in")
    began = time.perf_counter()
    answer = await browser.posts("/desk/sign-in", {"login": "olga", "password": "x" * 500_000})
    assert answer.status == 422
    assert time.perf_counter() - began < 2


async def test_a04_a_huge_form_is_refused(house: House) -> None:
    olga = await house.seated("olga")
    address = await a_case(Worker(house.runtime))
    assert (await says(olga, address, "x" * 100_000)).status == 422


def test_a06_bootstrap_comes_from_its_pinned_package_and_from_nowhere_else() -> None:
    lock = (ROOT / "scripts/locks/run.txt").read_text()
    assert re.search(r"^bootstrap-wrapper==5\.3\.", lock, re.MULTILINE)
    files = assets.load().files
    assert b"Bootstrap  v5.3" in files["bootstrap.min.css"][:400]
    pages = [path.read_text() for path in (assets.HERE / "templates").glob("*.html")]
    assert not [found for page in pages for found in re.findall(r"(?:src|href)=\"(https?:)?//", page)]


async def test_a08_files_are_served_from_a_closed_list(house: House) -> None:
    browser = house.browser()
    for name in ("desk.py", "..%2fdesk.py", "%2e%2e/guard.py", "base.html", ".env", "desk.po"):
        assert (await browser.gets(f"/desk/static/x/{name}")).status == 404
    style = await browser.gets(f"/desk/static/{house.app.state.desk.assets.version}/desk.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert "immutable" in style.headers["Cache-Control"]


async def test_a09_failures_locks_and_changes_of_rights_are_on_record(house: House) -> None:
    boris = await house.person("Борис", "boris")
    guesser = house.browser()
    for _ in range(6):
        await guesser.signs_in("boris", "мимо мимо мимо")
    await guesser.signs_in("кто-то", "мимо мимо мимо")
    admin = await house.seated("admin", "administrator")
    await admin.gets("/desk/staff")
    await admin.posts(f"/desk/staff/{boris}", {"team": "front-office", "role": "supervisor", "active": "true"})
    await admin.posts(f"/desk/staff/{boris}/link")
    await admin.posts(f"/desk/staff/{boris}", {"team": "front-office", "role": "supervisor", "active": "false"})
    kept = {(row["verb"], row["object"]) for row in await ask(house.runtime.db, "SELECT verb, object FROM audit")}
    person = f"staff:{boris}"
    for verb in ("sign_in.failed", "staff.role.supervisor", "staff.team", "link.made", "staff.deactivated"):
        assert (verb, person) in kept, verb
    assert ("sign_in.locked", f"login:{person}") in kept
    assert ("sign_in.failed", "staff:unknown") in kept
    page = await admin.gets("/desk/audit?verb=sign_in.")
    assert "sign_in.failed" in page.text
    assert "staff.team" not in page.text.split("С чем", 1)[1]


async def test_a09_the_audit_log_turns_its_pages(house: House) -> None:
    admin = await house.seated("admin", "administrator")
    for _ in range(55):
        await admin.gets("/desk/audit?verb=audit.")
    first = await admin.gets("/desk/audit?verb=audit.")
    assert first.body.count(">audit.read</code>") == 50
    older = re.search(r'href="([^"]+)">Раньше', first.body)
    assert older
    second = await admin.gets(older[1].replace("&amp;", "&"))
    assert 5 <= second.body.count(">audit.read</code>") < 10
    assert "К новым" in second.text


async def test_a09_no_words_of_people_in_the_logs(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = Worker(house.runtime)
    olga = await house.seated("olga")
    address = await a_case(client, words="моя тайна известна")
    await says(olga, address, "и мой ответ таков")
    await house.browser().signs_in("olga", "пароль который не подходит")
    ours = " ".join(f"{record.getMessage()}" for record in caplog.records if record.name.startswith(("bot", "sse")))
    for words in ("тайна", "ответ таков", "пароль", "127.0.0.1", "olga"):
        assert words not in ours


def test_a10_the_console_calls_nobody() -> None:
    """No address that a person typed is ever fetched: nothing in the console can make requests."""
    outgoing = {"aiohttp", "httpx", "requests", "urllib.request", "http.client", "socket"}
    found = [f"{named(path)}: {module}" for path in python_files("bot/console") for module, _ in imports(path)]
    assert not [one for one in found if one.split(": ")[1] in outgoing]
    assert "url" not in inspect.signature(Served.serve).parameters
