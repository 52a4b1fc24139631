"""The page's routes: the page, its files, posting, the stream, acknowledging."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.channels.page import answers, assets, download, stream, upload
from bot.channels.page.flood import Flood, Streams
from bot.channels.page.languages import words_for
from bot.channels.page.ports import Change, PagePorts
from bot.channels.page.receive import MAX_TEXT, posted, upto
from bot.channels.page.refusal import Refusal, check_sender, read_body
from bot.channels.page.visitor import new_visitor, remember, visitor_of
from bot.channels.page.words import plain

__all__ = ["Change", "PagePorts", "router"]

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
MAX_ACK = 1024


def router(ports: PagePorts) -> APIRouter:
    """All routes of the client's page, at the root of the site."""
    # At DEBUG the library writes every event, and so what people say, to the log.
    logging.getLogger("sse_starlette").setLevel(logging.INFO)
    page = _Page(ports)
    api = APIRouter(include_in_schema=False)
    api.add_api_route("/", page.index, methods=["GET", "HEAD"], response_model=None)
    api.add_api_route("/answers", page.answers, methods=["GET", "HEAD"], response_model=None)
    api.add_api_route("/static/page/{version}/{name}", page.static, methods=["GET"], response_model=None)
    api.add_api_route("/chat/messages", page.messages, methods=["POST"], response_model=None)
    api.add_api_route("/chat/stream", page.stream, methods=["GET"], response_model=None)
    api.add_api_route("/chat/files", page.upload, methods=["POST"], response_model=None)
    api.add_api_route("/chat/files/{message}", page.file, methods=["GET"], response_model=None)
    api.add_api_route("/chat/ack", page.acknowledge, methods=["POST"], response_model=None)
    return api


class _Page:
    def __init__(self, ports: PagePorts) -> None:
        self._ports = ports
        self._assets = assets.load()
        self._flood = Flood(ports.rate, ports.burst)
        self._lookups = Flood(ports.rate * 4, ports.burst * 4)
        self._streams = Streams()

    async def index(self, request: Request) -> Response:
        words = plain(words_for(request, self._ports.texts))
        visitor = self._visitor(request) or new_visitor()
        response = self._assets.page(self._ports.title(words["lang"]), words, MAX_TEXT)
        response.headers["Content-Language"] = words["lang"]
        response.headers["Vary"] = "Accept-Language"
        remember(response, visitor, self._ports.secret, self._ports.secure)
        return response

    def answers(self, request: Request) -> Response:
        """Not on the loop: words are looked up in the dictionary."""
        return answers.respond(request, self._ports, self._assets)

    async def static(self, version: str, name: str) -> Response:
        return self._assets.files.serve(version, name)

    async def messages(self, request: Request) -> Response:
        return await self._guarded(request, self._take)

    async def acknowledge(self, request: Request) -> Response:
        return await self._guarded(request, self._acknowledge)

    async def stream(self, request: Request) -> Response:
        return await self._guarded(request, self._stream)

    async def upload(self, request: Request) -> Response:
        return await self._guarded(request, self._upload)

    async def _upload(self, request: Request) -> Response:
        visitor = self._known(request, self._flood)
        words = words_for(request, self._ports.texts)
        await upload.take(request, self._ports, visitor, words.get("page.lang"))
        return JSONResponse({"accepted": True}, 202)

    async def file(self, request: Request) -> Response:
        return await self._guarded(request, self._file)

    async def _file(self, request: Request) -> Response:
        visitor = self._known(request, self._lookups)
        message = str(request.path_params["message"])
        known = message.isascii() and message.isdigit() and len(message) < 19
        found = await self._ports.file(visitor, int(message)) if known else None
        return download.respond(*found) if found else Response(status_code=404)

    async def _take(self, request: Request) -> Response:
        check_sender(request.headers)
        visitor = self._known(request, self._flood)
        body = await read_body(request, MAX_BODY)
        words = words_for(request, self._ports.texts)
        await self._ports.store([posted(body, visitor, words.get("page.lang"))])
        return JSONResponse({"accepted": True}, 202)

    async def _acknowledge(self, request: Request) -> Response:
        check_sender(request.headers)
        visitor = self._known(request, self._lookups)
        seen = upto(await read_body(request, MAX_ACK))
        if seen:
            await self._ports.acknowledge(visitor, seen)
        return Response(status_code=204)

    async def _stream(self, request: Request) -> Response:
        visitor = self._known(request, self._lookups)
        return stream.respond(self._ports, self._streams, visitor, stream.resume_from(request))

    async def _guarded(self, request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            return await handle(request)
        except Refusal as refusal:
            return self._refused(request, refusal)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001
            # Nothing was promised yet: the browser keeps the message and sends it again. The error's
            # own words stay out of the log, they may quote what a client wrote.
            logger.warning("page request failed: %s", type(error).__name__)
            return self._refused(request, Refusal(503, "error_down", after=2))

    def _refused(self, request: Request, refusal: Refusal) -> Response:
        words = plain(words_for(request, self._ports.texts))
        content = {"accepted": False, "error": refusal.word, "message": words[refusal.word]}
        return JSONResponse(content, refusal.status, headers=refusal.headers)

    def _known(self, request: Request, flood: Flood) -> str:
        visitor = self._visitor(request)
        if visitor is None:
            raise Refusal(403, "error_session")
        wait = flood.take(visitor, time.monotonic())
        if wait:
            raise Refusal(429, "error_flood", after=wait)
        return visitor

    def _visitor(self, request: Request) -> str | None:
        return visitor_of(request, self._ports.secret, self._ports.secure, self._ports.former)
