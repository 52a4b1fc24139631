"""Answer a client, or ask him back."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Answer
from bot.turn import Runtime


async def answer_client(
    runtime: Runtime, actor: int, address: int, text: str, form: Form, *, asks: bool = False
) -> Done:
    """The words go out in the client's channel and stop the running terms; ``asks``: they pause until he answers.

    Raises Forbidden, NotThere, NotDone (there is no text), and Conflict when a colleague has acted meanwhile.
    """
    return await acting.act(runtime, actor, address, Answer(text, asks), form)
