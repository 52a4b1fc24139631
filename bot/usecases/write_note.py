"""Leave a note for colleagues in a conversation."""

from __future__ import annotations

from dataclasses import replace

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Note
from bot.turn import Runtime


async def write_note(runtime: Runtime, actor: int, address: int, text: str, form: Form) -> Done:
    """Never sent to the client; it can't conflict with what others do.

    Raises Forbidden, NotThere, NotDone (there is no text).
    """
    return await acting.act(runtime, actor, address, Note(text), replace(form, seen=None))
