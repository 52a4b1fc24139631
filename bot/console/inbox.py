"""The first page of the desk."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from bot.console.guard import Seated

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/inbox")
async def inbox(visit: Seated) -> Response:
    return visit.page("inbox.html")
