"""OWASP A01, broken access control: every route for every role, forms of other sites, redirects."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from bot.console.guard import HOME, safe_path
from bot.storage import members
from tests.console.house import SITE, Browser, House

ROLES = ("staff", "moderator", "supervisor", "administrator")
OPEN = {"/sign-in", "/link", "/language", "/static/{version}/{name}", "/"}
"""Routes for anybody: the way in, and files without content."""
ADMINISTRATORS = {"/staff", "/staff/{staff_id}", "/staff/{staff_id}/link", "/audit"}


def _routes(house: House) -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)
        for route in house.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    )


def _filled(path: str) -> str:
    return "/desk" + path.replace("{", "").replace("}", "").replace("staff_id", "1").replace("number", "1")


async def _asks(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return (await browser.gets(_filled(path), follow=False)).status
    return (await browser.posts(_filled(path), follow=False)).status


async def test_a_stranger_sees_the_way_in_and_nothing_else(house: House) -> None:
    stranger = house.browser()
    await stranger.gets("/desk/sign-in")
    seen = {path for method, path in _routes(house) if await _asks(stranger, method, path) not in (303, 401)}
    assert seen <= OPEN
    for method, path in _routes(house):
        if path in OPEN or method != "GET":
            continue
        answer = await stranger.gets(_filled(path), follow=False)
        assert answer.headers["Location"].startswith("/desk/sign-in?next="), path


@pytest.mark.parametrize("role", ROLES)
async def test_pages_of_administrators_are_theirs_alone(house: House, role: str) -> None:
    browser = await house.seated("anna", role)
    for method, path in _routes(house):
        if path in ADMINISTRATORS:
            status = await _asks(browser, method, path)
            assert (status == 403) == (role != "administrator"), f"{role} {method} {path}: {status}"


async def test_a_refused_change_changes_nothing(house: House) -> None:
    boris = await house.person("Борис", "boris")
    olga = await house.seated("olga", "supervisor")
    refused = await olga.posts(
        f"/desk/staff/{boris}", {"team": "front-office", "role": "administrator", "active": "true"}
    )
    assert (refused.status, "роль этого не позволяет" in refused.text) == (403, True)
    admin = await house.seated("admin", "administrator")
    assert "Борис" in (await admin.gets("/desk/staff")).text
    async with house.runtime.db.begin() as tx:
        found = await members.lock(tx, boris)
    assert found is not None
    assert (found.role, found.team) == ("staff", "support-department")


async def test_a_form_of_another_site_does_nothing(house: House) -> None:
    """CSRF: without the session's token, or with it but sent by another site."""
    admin, other = await house.seated("admin", "administrator"), await house.seated("other", "administrator")
    fields = {"name": "Чужой", "login": "evil", "team": "front-office", "role": "administrator"}
    for sent, headers in (
        (fields, SITE),
        ({**fields, "form": "0" * 64}, SITE),
        ({**fields, "form": other.form}, SITE),
        ({**fields, "form": admin.form}, {"Sec-Fetch-Site": "cross-site"}),
        ({**fields, "form": admin.form}, {"Sec-Fetch-Site": "same-site"}),
    ):
        assert (await admin.forges("/desk/staff", sent, **headers)).status == 403
    assert "Чужой" not in (await admin.gets("/desk/staff")).text


async def test_every_unsafe_route_asks_for_the_token(house: House) -> None:
    admin = await house.seated("admin", "administrator")
    for method, path in _routes(house):
        if method == "POST":
            answer = await admin.forges(_filled(path), {}, **SITE)
            assert answer.status == 403, f"{path}: {answer.status}"


async def test_nobody_is_signed_in_by_another_site(house: House) -> None:
    """Login CSRF: the sign-in form is bound to the browser as well."""
    await house.person("Ольга", "olga")
    other, victim = house.browser(), house.browser()
    await other.gets("/desk/sign-in")
    await victim.gets("/desk/sign-in")
    fields = {"login": "olga", "password": "трактор зелёный едет", "form": other.form}
    assert (await victim.forges("/desk/sign-in", fields, **SITE)).status == 403
    assert not victim.cookie()


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/desk//evil.example",
        "/\\evil.example",
        "/desk/\\evil",
        "javascript:alert(1)",
        "/desk/inbox\r\nSet-Cookie: a=b",
        "/deskevil",
        "/",
        "/desk/@evil.example",
        "",
    ],
)
def test_no_open_redirect(path: str) -> None:
    assert safe_path(path) == HOME


async def test_signing_in_leads_back_to_where_a_person_was(house: House) -> None:
    await house.person("Админ", "admin", "administrator")
    admin = house.browser()
    asked = await admin.gets("/desk/audit?verb=staff.&by=")
    assert "Войдите, чтобы продолжить" in asked.text
    inside = await admin.signs_in("admin", next_="/desk/audit?verb=staff.&by=")
    assert inside.url.endswith("/desk/audit?verb=staff.&by=")
    outside = house.browser()
    assert (await outside.signs_in("admin", next_="https://evil.example/")).url == house.url + HOME


async def test_whoever_is_deactivated_is_out_at_once(house: House) -> None:
    admin, boris = await house.seated("admin", "administrator"), await house.seated("boris")
    people = await admin.gets("/desk/staff")
    assert "Boris" in people.text
    number = people.body.split("Boris")[1].split('action="/desk/staff/')[1].split('"')[0]
    await admin.posts(f"/desk/staff/{number}", {"team": "front-office", "role": "staff", "active": "false"})
    assert (await boris.gets("/desk/password", follow=False)).status == 303
    assert (await house.browser().signs_in("boris")).status == 403


async def test_rights_taken_away_are_gone_with_the_next_click(house: House) -> None:
    admin, second = await house.seated("admin", "administrator"), await house.seated("second", "administrator")
    people = await admin.gets("/desk/staff")
    number = people.body.split("Second")[1].split('action="/desk/staff/')[1].split('"')[0]
    await admin.posts(f"/desk/staff/{number}", {"team": "front-office", "role": "staff", "active": "true"})
    assert (await second.gets("/desk/staff")).status == 403


async def test_the_last_administrator_stays(house: House) -> None:
    admin = await house.seated("admin", "administrator")
    people = await admin.gets("/desk/staff")
    number = people.body.split('action="/desk/staff/')[1].split('"')[0]
    for fields in ({"role": "staff", "active": "true"}, {"role": "administrator", "active": "false"}):
        told = await admin.posts(f"/desk/staff/{number}", {"team": "front-office", **fields})
        assert (told.status, "последний администратор" in told.text) == (409, True)
    assert (await admin.gets("/desk/staff")).status == 200
