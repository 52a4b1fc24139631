"""The console as one application, to be mounted under ``/desk``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.console import (
    doing,
    drafting,
    entrance,
    files,
    gapping,
    guidance,
    guiding,
    inbox,
    journeys,
    live,
    plain,
    recalling,
    register,
    releasing,
    replaying,
    requests,
    templates,
    touchpoints,
    trying,
)
from bot.console.assets import BASE
from bot.console.desk import Desk, Visit, open_desk
from bot.console.guard import HOME, ForgedForm, Guarding, NotSignedIn, desk_of, wants_json
from bot.console.register import NoSuchPerson
from bot.domain.desk_errors import NotThere
from bot.domain.errors import Forbidden
from bot.telling import told
from bot.turn import Runtime

log = logging.getLogger(__name__)


def console(runtime: Runtime, *, secure: bool, url: str = "") -> FastAPI:
    """All pages for staff. ``url``: the site's address as staff reach it, without a path."""
    desk = open_desk(runtime, secure, url)
    app = FastAPI(title="Otklik desk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.add_middleware(Guarding, secure=secure, broken=_told(500, "broken"), too_long=_told(413, "long"))
    for one in (
        entrance.router,
        inbox.router,
        doing.router,
        live.router,
        plain.router,
        requests.router,
        files.router,
        guidance.router,
        guiding.router,
        journeys.router,
        templates.router,
        drafting.router,
        trying.router,
        releasing.router,
        replaying.router,
        recalling.router,
        gapping.router,
        register.router,
        touchpoints.router,
    ):
        app.include_router(one)
    _files(app, desk)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(ForgedForm, _told(403, "forged"))
    app.add_exception_handler(Forbidden, _told(403, "forbidden"))
    app.add_exception_handler(NoSuchPerson, _told(404, "missing"))
    app.add_exception_handler(NotThere, _told(404, "missing"))
    app.add_exception_handler(RequestValidationError, _told(422, "wrong"))
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _told(503, "down"))
    return app


def _files(app: FastAPI, desk: Desk) -> None:
    @app.get("/static/{version}/{name}", include_in_schema=False)
    async def static(version: str, name: str) -> Response:
        return desk.assets.serve(version, name)

    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse(HOME, 303)


async def _not_signed_in(request: Request, error: Exception) -> Response:
    """A person is asked to sign in and comes back; a script is told, and keeps what was typed."""
    if wants_json(request):
        return JSONResponse({"fault": "signed_out"}, 401)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"{BASE}/sign-in"
    if request.method == "GET" and back.startswith(f"{BASE}/"):
        address += f"?next={quote(back)}"
    return RedirectResponse(address, 303)


def _told(status: int, fault: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def tell(request: Request, error: Exception) -> Response:
        if status >= 500:
            log.error("the console failed: %s", told(error))
        return await _error(request, status, fault)

    return tell


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _error(request, status, "missing" if status == 404 else "wrong")


async def _error(request: Request, status: int, fault: str) -> Response:
    """Says what happened, reveals nothing."""
    if wants_json(request):
        return JSONResponse({"fault": fault}, status)
    return Visit(desk_of(request), request, None, "").page("error.html", status, fault=fault)
