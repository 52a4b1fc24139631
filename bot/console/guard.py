"""Who may come in: cookies, sessions, forms of our own, and the headers that guard every page."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import Depends, Form
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.assets import BASE
from bot.console.desk import Desk, Visit
from bot.domain.errors import OtklikError
from bot.domain.sign_in import Person, form_token
from bot.usecases.sign_in import recognise

HOME = f"{BASE}/inbox"
_SAFE_PATH = re.compile(rf"{BASE}/[A-Za-z0-9_/-]*(\?[A-Za-z0-9_=&%.+-]*)?")

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a form: no page of the desk sends more, though a Cyrillic letter takes six."""
MOST_DROPPED = 1024
"""Parts of a longer one that are let run out, 64 KB each or less."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "trusted-types desk; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


class NotSignedIn(OtklikError):
    """Nobody is signed in, or no longer."""


class TooLong(OtklikError):
    """More came than any form of ours holds."""


class ForgedForm(OtklikError):
    """The form did not come from a page of ours, or that page is too old."""


def session_cookie(secure: bool) -> str:
    """Over https the prefix forbids other hosts of the domain to plant a cookie of theirs."""
    return "__Host-desk" if secure else "desk"


def stranger_cookie(secure: bool) -> str:
    return "__Host-desk-form" if secure else "desk-form"


def give_session(response: Response, desk: Desk, token: str) -> None:
    """Until the browser closes, at most as long as the session lives."""
    _set(response, desk, session_cookie(desk.secure), token)


def take_session(response: Response, desk: Desk) -> None:
    response.delete_cookie(session_cookie(desk.secure), path="/", secure=desk.secure, httponly=True, samesite="lax")


def give_stranger(response: Response, visit: Visit) -> None:
    """What an unsigned browser's forms are bound to."""
    if visit.person is None:
        _set(response, visit.desk, stranger_cookie(visit.desk.secure), visit.token)


def _set(response: Response, desk: Desk, name: str, token: str) -> None:
    response.set_cookie(name, token, path="/", secure=desk.secure, httponly=True, samesite="lax")


def safe_path(path: str) -> str:
    """A page of the console to go on to; anything else becomes the inbox."""
    return path if _SAFE_PATH.fullmatch(path) and "//" not in path else HOME


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _visit(request: Request, *, acting: bool) -> Visit:
    desk = desk_of(request)
    token = request.cookies.get(session_cookie(desk.secure), "")
    person = await recognise(desk.runtime, token, acting=acting) if token else None
    if person is None:
        raise NotSignedIn
    return Visit(desk, request, person, token)


async def seated(request: Request) -> Visit:
    """Somebody who is signed in."""
    return await _visit(request, acting=True)


async def looking(request: Request) -> Visit:
    """The same, for what the page fetches by itself: it keeps no session alive."""
    return await _visit(request, acting=False)


async def stranger(request: Request) -> Visit:
    """Anybody, signed in or not; a new browser gets a token for its forms."""
    desk = desk_of(request)
    known = request.cookies.get(stranger_cookie(desk.secure), "")
    token = known if re.fullmatch(r"[A-Za-z0-9_-]{20,64}", known) else secrets.token_urlsafe(24)
    return Visit(desk, request, None, token)


async def anyone(request: Request, form: Annotated[str, Form(max_length=200)] = "") -> Visit:
    """Whoever it is, with a form of ours."""
    try:
        visit = await seated(request)
    except NotSignedIn:
        visit = await stranger(request)
    _check_form(visit, form)
    return visit


async def acting(visit: Annotated[Visit, Depends(seated)], form: Annotated[str, Form(max_length=200)] = "") -> Visit:
    """Somebody signed in who sent a form of ours."""
    _check_form(visit, form)
    return visit


async def entering(
    visit: Annotated[Visit, Depends(stranger)], form: Annotated[str, Form(max_length=200)] = ""
) -> Visit:
    """A stranger who sent a form of ours."""
    _check_form(visit, form)
    return visit


Seated = Annotated[Visit, Depends(seated)]
Looking = Annotated[Visit, Depends(looking)]
Acting = Annotated[Visit, Depends(acting)]
Stranger = Annotated[Visit, Depends(stranger)]
Entering = Annotated[Visit, Depends(entering)]
Anyone = Annotated[Visit, Depends(anyone)]


def who(visit: Visit) -> Person:
    """The person of a visit that can't be a stranger's."""
    if visit.person is None:
        raise NotSignedIn
    return visit.person


def _check_form(visit: Visit, form: str) -> None:
    """The token of this session's pages, and no other site behind it."""
    site = visit.request.headers.get("sec-fetch-site", "same-origin")
    right = hmac.compare_digest(form_token(visit.token).encode(), form.encode())
    if site not in ("same-origin", "none") or not right:
        raise ForgedForm


def wants_json(request: Request) -> bool:
    """Asked by a script of ours, not by a person's click."""
    return request.headers.get("accept", "").startswith("application/json")


class Guarding:
    """Adds the guarding headers to every answer; nothing is kept by a browser unless an answer says so.

    An answer with a policy of its own (a client's file, which may do less than a page) keeps it.

    An unforeseen error ends here: the server's own report of it would quote what people wrote.
    """

    def __init__(
        self,
        app: ASGIApp,
        secure: bool,
        broken: Callable[[Request, Exception], Awaitable[Response]],
        too_long: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._app, self._secure, self._broken, self._too_long = app, secure, broken, too_long

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, size = False, 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY:
                raise TooLong
            return message

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self._secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        try:
            if _told_size(scope) > MAX_BODY:
                await _let_run_out(receive)
                answer = await self._too_long(Request(scope), TooLong())
                await answer(scope, receive, guarded)
                return
            await self._app(scope, bounded, guarded)
        except Exception as error:  # noqa: BLE001 - told and logged by its name
            answer = await self._broken(Request(scope), error)
            if not begun:
                await answer(scope, receive, guarded)


def _told_size(scope: Scope) -> int:
    told = dict(scope.get("headers", ())).get(b"content-length", b"")
    return int(told) if told.isdigit() and len(told) < 19 else 0


async def _let_run_out(receive: Receive) -> None:
    """Read and drop what comes: a browser that still sends would not read the answer."""
    for _ in range(MOST_DROPPED):
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
