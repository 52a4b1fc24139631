"""Files of conversations: saved, or a picture shown in place."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from bot.console.guard import Looking, Seated, who
from bot.console.inbox import Id
from bot.domain.desk_errors import NotThere
from bot.domain.downloads import GUARDS, disposition, previewed, told_type
from bot.usecases.read_desk_file import read_desk_file

router = APIRouter()


@router.get("/files/{attachment}")
async def download(visit: Seated, attachment: Id) -> Response:
    """Saved by the browser, whatever it says it is."""
    file = await read_desk_file(visit.desk.runtime, who(visit).id, attachment)
    headers = {**GUARDS, "Content-Disposition": disposition(file.name)}
    return Response(file.data, headers=headers, media_type=told_type(file.media_type))


@router.get("/files/{attachment}/preview")
async def preview(visit: Looking, attachment: Id) -> Response:
    """A picture for a page of ours; anything else can only be saved."""
    file = await read_desk_file(visit.desk.runtime, who(visit).id, attachment)
    if not previewed(file.media_type, len(file.data)):
        raise NotThere
    return Response(file.data, headers=GUARDS, media_type=file.media_type)
