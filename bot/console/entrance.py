"""Pages before the desk: signing in and out, the one-time link, the password, the language."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console import words
from bot.console.assets import BASE
from bot.console.desk import Visit
from bot.console.guard import (
    Acting,
    Anyone,
    Entering,
    Seated,
    Stranger,
    give_session,
    give_stranger,
    safe_path,
    session_cookie,
    take_session,
    who,
)
from bot.domain.cleaning import clean
from bot.domain.sign_in import SHORTEST_PASSWORD, Refused, SignInRefused, WeakPassword
from bot.usecases.set_password import change_password, open_link, set_by_link
from bot.usecases.sign_in import recognise, sign_in, sign_out

router = APIRouter(default_response_class=HTMLResponse)

Short = Annotated[str, Form(max_length=300)]
Secret = Annotated[str, Form(max_length=1000)]
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
async def ask(visit: Stranger, next: Annotated[str, Query(max_length=500)] = "") -> Response:
    """The form; whoever is signed in already goes on."""
    token = visit.request.cookies.get(session_cookie(visit.desk.secure), "")
    if token and await recognise(visit.desk.runtime, token):
        return RedirectResponse(safe_path(next), 303)
    return _form(visit, next)


@router.post("/sign-in")
async def enter(
    visit: Entering, login: Short = "", password: Secret = "", next: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """In, or the same form with one and the same answer for every failure."""
    desk, request = visit.desk, visit.request
    address = request.client.host if request.client else ""
    before = request.cookies.get(session_cookie(desk.secure))
    try:
        signed = await sign_in(desk.runtime, desk.passwords, clean(login), clean(password), address, before)
    except SignInRefused as refused:
        return _form(visit, next, refused, clean(login))
    response = RedirectResponse(safe_path(next), 303)
    give_session(response, desk, signed.token)
    return response


@router.post("/sign-out")
async def leave(visit: Acting) -> Response:
    """Out; what was being written goes from the browser too."""
    await sign_out(visit.desk.runtime, visit.token)
    response = RedirectResponse(f"{BASE}/sign-in", 303)
    take_session(response, visit.desk)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@router.get("/link")
async def welcome(visit: Stranger, t: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Set a password. Looking does not spend the link: programs look at links too."""
    try:
        person = await open_link(visit.desk.runtime, t)
    except SignInRefused:
        return visit.page("entrance_error.html", 410)
    return _welcome(visit, t, person.login)


@router.post("/link")
async def set_first(
    visit: Entering, t: Annotated[str, Form(max_length=100)] = "", password: Secret = "", again: Secret = ""
) -> Response:
    """Spend the link, and sign in at once."""
    desk, request = visit.desk, visit.request
    try:
        person = await open_link(desk.runtime, t)
        if password != again:
            return _welcome(visit, t, person.login, "differ")
        person = await set_by_link(desk.runtime, desk.passwords, t, clean(password))
        address = request.client.host if request.client else ""
        signed = await sign_in(desk.runtime, desk.passwords, person.login, clean(password), address)
    except WeakPassword:
        return _welcome(visit, t, person.login, "weak")
    except SignInRefused:
        return visit.page("entrance_error.html", 410)
    response = RedirectResponse(f"{BASE}/inbox", 303)
    give_session(response, desk, signed.token)
    return response


@router.get("/password")
async def password_form(visit: Seated) -> Response:
    return visit.page("password.html", fault="", shortest=SHORTEST_PASSWORD, wait=0)


@router.post("/password")
async def password_change(visit: Acting, old: Secret = "", password: Secret = "", again: Secret = "") -> Response:
    """A new password ends every session; this browser signs in anew."""
    desk, fault, wait = visit.desk, "", 0
    try:
        if password == again:
            await change_password(desk.runtime, desk.passwords, who(visit), clean(old), clean(password))
        else:
            fault = "differ"
    except WeakPassword:
        fault = "weak"
    except SignInRefused as refused:
        fault, wait = refused.why.value, _minutes(refused)
    if fault:
        return visit.page("password.html", 422, fault=fault, shortest=SHORTEST_PASSWORD, wait=wait)
    response = RedirectResponse(f"{BASE}/sign-in", 303)
    take_session(response, desk)
    return response


@router.post("/language")
async def language(
    visit: Anyone, language: Annotated[str, Form(max_length=5)] = "", back: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Remember the language of the interface."""
    response = RedirectResponse(safe_path(back), 303)
    if language in words.LANGUAGES:
        response.set_cookie(
            words.COOKIE, language, max_age=YEAR, path=BASE, secure=visit.desk.secure, httponly=True, samesite="lax"
        )
    return response


def _form(visit: Visit, next_: str, refused: SignInRefused | None = None, login: str = "") -> Response:
    status = 200 if refused is None else 429 if refused.why is Refused.WAIT else 403
    response = visit.page(
        "sign_in.html",
        status,
        next=safe_path(next_) if next_ else "",
        fault=refused.why.value if refused else "",
        wait=_minutes(refused) if refused else 0,
        login=login,
    )
    give_stranger(response, visit)
    return response


def _welcome(visit: Visit, token: str, login: str, fault: str = "") -> Response:
    response = visit.page(
        "link.html", 422 if fault else 200, token=token, login=login, fault=fault, shortest=SHORTEST_PASSWORD
    )
    give_stranger(response, visit)
    return response


def _minutes(refused: SignInRefused) -> int:
    return max(1, math.ceil(refused.wait.total_seconds() / 60))
