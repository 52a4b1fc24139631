"""A voice message is put into writing before it is handled, where the operator has a recogniser for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.cleaning import clean
from bot.domain.messages import Incoming, Kind, Parsed
from bot.usecases.fetch_files import Fetch
from bot.usecases.handle_update import Parse

log = logging.getLogger(__name__)

SPOKEN = frozenset({"voice", "audio_message"})
MOST_BYTES = 2 * 1024 * 1024
"""Minutes of speech; a longer recording stays a file."""
PATIENCE_SECONDS = 20.0
"""Below the time that a worker may keep a claim."""

Recognise = Callable[[bytes], str]
"""The words of a recording; blocks for seconds, raises what it likes."""


def listening(parse: Parse, fetch: Fetch, recognise: Recognise | None) -> Parse:
    """The same reading of updates, in which a voice message is a text. Where it can't be heard, it stays a file."""
    if recognise is None:
        return parse
    heard = recognise

    async def parsed(payload: Mapping[str, Any]) -> Parsed:
        found = await parse(payload)
        return await _heard(found, fetch, heard) if isinstance(found, Incoming) and _is_spoken(found) else found

    return parsed


def _is_spoken(incoming: Incoming) -> bool:
    files = incoming.files
    alone = incoming.kind is Kind.FILES and len(files) == 1 and not incoming.text
    return alone and files[0].kind in SPOKEN and bool(files[0].reference) and files[0].size <= MOST_BYTES


async def _heard(incoming: Incoming, fetch: Fetch, recognise: Recognise) -> Incoming:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            audio = await fetch(incoming.files[0].reference, MOST_BYTES)
            said = clean(await asyncio.to_thread(recognise, audio)).strip()
    except Exception as error:  # noqa: BLE001 - whatever it was, the recording goes the way of files
        log.warning("a voice message could not be heard (%s)", type(error).__name__)
        return incoming
    return replace(incoming, kind=Kind.TEXT, text=said, name="", files=(), voiced=True) if said else incoming
