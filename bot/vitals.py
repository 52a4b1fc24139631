"""The routes for who operates a worker: alive, ready, and its numbers.

The numbers are not for the public: without the operator's token there is no such page.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

KEPT_SECONDS = 1.0
"""However often it is asked, the database is looked at once a second."""


@dataclass(frozen=True, slots=True)
class VitalsPorts:
    look: Callable[[], Awaitable[Mapping[str, str]]]
    """What each part says; ``ok`` where nothing is wrong."""
    numbers: Callable[[], Awaitable[bytes]]
    content_type: str
    token: str | None
    """Who asks for the numbers must show it; None: nobody may."""
    stopping: Callable[[], bool] = lambda: False


def router(ports: VitalsPorts) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    vitals = _Vitals(ports)
    api = APIRouter(include_in_schema=False)
    api.add_api_route("/healthz", vitals.healthz, methods=["GET", "HEAD"], response_model=None)
    api.add_api_route("/readyz", vitals.readyz, methods=["GET", "HEAD"], response_model=None)
    api.add_api_route("/metrics", vitals.metrics, methods=["GET"], response_model=None)
    return api


class _Vitals:
    def __init__(self, ports: VitalsPorts) -> None:
        self._ports = ports
        self._lock = asyncio.Lock()
        self._seen: tuple[float, Mapping[str, str]] = (-KEPT_SECONDS, {})

    async def healthz(self) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(self) -> Response:
        parts = await self._looked()
        if self._ports.stopping():
            parts = {**parts, "worker": "is stopping"}
        ready = all(said == "ok" for said in parts.values())
        return JSONResponse({"ready": ready, **parts}, 200 if ready else 503, headers={"Cache-Control": "no-store"})

    async def metrics(self, request: Request) -> Response:
        if not self._may_see(request.headers.get("authorization", "")):
            return JSONResponse({"detail": "Not Found"}, 404)
        return Response(await self._ports.numbers(), media_type=self._ports.content_type)

    def _may_see(self, shown: str) -> bool:
        token = self._ports.token
        return token is not None and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())

    async def _looked(self) -> Mapping[str, str]:
        async with self._lock:
            at, parts = self._seen
            if time.monotonic() - at >= KEPT_SECONDS:
                parts = await self._ports.look()
                self._seen = (time.monotonic(), parts)
            return parts
