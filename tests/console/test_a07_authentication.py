"""OWASP A07, authentication failures: passwords, guessing, sessions, one-time links."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest

from bot.domain.sign_in import WeakPassword, check_password
from bot.turn import Runtime
from bot.usecases.first_link import first_link, link_for
from tests.console.conftest import Clock
from tests.console.house import PASSWORD, House

WRONG = "не подходят друг к другу"


async def test_a_person_signs_in_and_out(house: House) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    inside = await olga.signs_in(" OLGA ")
    assert inside.url.endswith("/desk/inbox")
    assert "Ольга" in inside.text
    left = await olga.posts("/desk/sign-out")
    assert left.url.endswith("/desk/sign-in")
    assert (await olga.gets("/desk/password")).url.startswith(house.url + "/desk/sign-in")


async def test_an_ended_session_opens_nothing_even_with_its_cookie(house: House) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    await olga.signs_in("olga")
    stolen = olga.cookie()
    await olga.posts("/desk/sign-out")
    thief = house.browser()
    thief.plants(stolen)
    assert (await thief.gets("/desk/password", follow=False)).status == 303


async def test_a_session_planted_before_signing_in_is_not_the_one_after(house: House) -> None:
    """Session fixation."""
    await house.person("Ольга", "olga")
    olga = house.browser()
    olga.plants("a-token-that-a-thief-knows-well")
    await olga.signs_in("olga")
    assert olga.cookie() != "a-token-that-a-thief-knows-well"
    thief = house.browser()
    thief.plants("a-token-that-a-thief-knows-well")
    assert (await thief.gets("/desk/password", follow=False)).status == 303


async def test_signing_in_anew_ends_the_session_before(house: House) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    await olga.signs_in("olga")
    first, form = olga.cookie(), olga.form
    other = house.browser()
    await other.gets("/desk/sign-in")
    other.plants(first)
    await other.posts("/desk/sign-in", {"login": "olga", "password": PASSWORD})
    assert (await olga.forges("/desk/password", {"form": form})).headers["Location"] == "/desk/sign-in"


async def test_unknown_login_and_wrong_password_look_alike(house: House) -> None:
    await house.person("Ольга", "olga")
    answers = []
    for login in ("olga", "nobody"):
        browser = house.browser()
        found = await browser.signs_in(login, "мимо мимо мимо")
        answers.append((found.status, found.text.replace(login, "")))
        assert WRONG in found.text
    assert answers[0] == answers[1]


async def test_unknown_login_takes_the_time_of_a_wrong_password(house: House) -> None:
    """The password is hashed in both cases: a lookup alone would be many times faster."""
    await house.person("Ольга", "olga")
    browser = house.browser()
    await browser.signs_in("warm-up", "мимо мимо мимо")
    spent = {}
    for login in ("olga", "nobody"):
        tries = []
        for _ in range(4):
            began = time.perf_counter()
            await browser.posts("/desk/sign-in", {"login": login, "password": "мимо мимо мимо"})
            tries.append(time.perf_counter() - began)
        spent[login] = min(tries)
    assert spent["nobody"] > spent["olga"] / 2
    assert spent["olga"] > spent["nobody"] / 2


async def test_guessing_one_login_waits_longer_and_longer(house: House, clock: Clock) -> None:
    await house.person("Ольга", "olga")
    guesser = house.browser()
    for _ in range(5):
        assert (await guesser.signs_in("olga", "мимо мимо мимо")).status == 403
    locked = await guesser.signs_in("olga")
    assert locked.status == 429
    assert "Подождите 1 минуту" in locked.text
    clock.turn(seconds=31)
    assert (await guesser.signs_in("olga", "мимо мимо мимо")).status == 403
    clock.turn(seconds=31)
    assert (await guesser.signs_in("olga")).status == 429, "the second wait is longer than the first"
    clock.turn(seconds=30)
    assert (await guesser.signs_in("olga")).status == 200
    assert (await house.browser().signs_in("olga", "мимо мимо мимо")).status == 403, "and is forgotten after success"


async def test_a_locked_login_says_the_same_whether_it_exists(house: House) -> None:
    await house.person("Ольга", "olga")
    seen = []
    for login in ("olga", "nobody"):
        browser = house.browser()
        for _ in range(6):
            found = await browser.signs_in(login, "мимо мимо мимо")
        seen.append((found.status, found.text.replace(login, "")))
    assert seen[0] == seen[1]


async def test_a_hundred_guesses_at_once_are_no_way_round(house: House, runtime: Runtime) -> None:
    """Counted before the password is looked at."""
    await house.person("Ольга", "olga")
    browser = house.browser()
    await browser.gets("/desk/sign-in")
    fields = {"login": "olga", "password": "мимо мимо мимо"}
    statuses = [
        answer.status
        for answer in await asyncio.gather(*(browser.posts("/desk/sign-in", fields, follow=False) for _ in range(40)))
    ]
    assert statuses.count(403) <= 5
    assert statuses.count(429) >= 35


async def test_one_address_that_tries_many_logins_is_stopped(house: House) -> None:
    browser = house.browser()
    statuses = [(await browser.signs_in(f"someone{n}", "мимо мимо мимо")).status for n in range(22)]
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 429


async def test_a_session_ends_after_an_hour_of_nothing_and_after_twelve_of_anything(house: House, clock: Clock) -> None:
    olga = await house.seated("olga")
    for _ in range(14):
        clock.turn(minutes=50)
        assert (await olga.gets("/desk/password", follow=False)).status == 200
    clock.turn(minutes=21)
    assert (await olga.gets("/desk/password", follow=False)).status == 303, "twelve hours are over"
    anna = await house.seated("anna")
    clock.turn(minutes=61)
    assert (await anna.gets("/desk/password", follow=False)).status == 303


async def test_a_new_password_ends_every_session(house: House) -> None:
    olga, phone = await house.seated("olga"), house.browser()
    await phone.signs_in("olga")
    told = await olga.posts(
        "/desk/password", {"old": "не тот пароль", "password": "совсем новый", "again": "совсем новый"}
    )
    assert "Нынешний пароль другой" in told.text
    new = {"old": PASSWORD, "password": "совсем другой пароль", "again": "совсем другой пароль"}
    assert (await olga.posts("/desk/password", new)).url.endswith("/desk/sign-in")
    assert (await phone.gets("/desk/password", follow=False)).status == 303
    assert (await olga.signs_in("olga")).status == 403
    assert (await olga.signs_in("olga", "совсем другой пароль")).url.endswith("/desk/inbox")


@pytest.mark.parametrize("weak", ["короткий", "12345678901", "olga-olga-olga", "ааааааааааааа", "x" * 201])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(weak, "olga@example.org")


async def test_a_one_time_link_works_once(house: House, runtime: Runtime, clock: Clock) -> None:
    await house.person("Ольга", "olga")
    token = await link_for(runtime.db, "olga", clock())
    first, second = house.browser(), house.browser()
    assert "olga" in (await first.gets(f"/desk/link?t={token}")).text
    await second.gets(f"/desk/link?t={token}")
    fields = {"t": token, "password": "новый хороший пароль", "again": "новый хороший пароль"}
    weak = await first.posts("/desk/link", {**fields, "password": "0123456789", "again": "0123456789"})
    assert (weak.status, "не одни цифры" in weak.text) == (422, True)
    answers = await asyncio.gather(first.posts("/desk/link", fields), second.posts("/desk/link", fields))
    assert sorted(answer.status for answer in answers) == [200, 410]
    assert (await first.gets(f"/desk/link?t={token}")).status == 410


async def test_a_one_time_link_is_over_after_half_an_hour_and_after_a_newer_one(house: House, clock: Clock) -> None:
    await house.person("Ольга", "olga")
    db = house.runtime.db
    old, new = await link_for(db, "olga", clock()), await link_for(db, "olga", clock())
    browser = house.browser()
    assert (await browser.gets(f"/desk/link?t={old}")).status == 410
    assert (await browser.gets(f"/desk/link?t={new}")).status == 200
    clock.turn(minutes=30)
    gone = await browser.gets(f"/desk/link?t={new}")
    assert (gone.status, "уже не действует" in gone.text) == (410, True)


async def test_the_first_administrator_gets_in_by_a_link_and_then_no_more_are_made(house: House, clock: Clock) -> None:
    db = house.runtime.db
    old = await first_link(db, "admin", "support-department", clock())
    fresh = await first_link(db, "admin", "support-department", clock())
    browser = house.browser()
    assert (await browser.gets(f"/desk/link?t={old}")).status == 410
    await browser.gets(f"/desk/link?t={fresh}")
    fields = {"t": fresh, "password": "самый первый пароль", "again": "самый первый пароль"}
    assert (await browser.posts("/desk/link", fields)).status == 200
    assert "администратор" in (await browser.gets("/desk/staff")).text
    assert await first_link(db, "admin", "support-department", clock()) is None


async def test_tokens_and_passwords_are_kept_as_hashes(house: House, runtime: Runtime, clock: Clock) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    await olga.signs_in("olga")
    token = await link_for(runtime.db, "olga", clock())
    connection = await asyncpg.connect(runtime.db.url)
    try:
        kept = [
            str(dict(row))
            for table in ("session", "credential", "sign_in_link", "sign_in_try", "audit")
            for row in await connection.fetch(f"SELECT * FROM {table}")
        ]
        password = await connection.fetchval("SELECT password FROM credential")
    finally:
        await connection.close()
    assert kept
    assert not [row for row in kept if token in row or olga.cookie() in row or PASSWORD in row]
    assert password.startswith("$argon2id$")
