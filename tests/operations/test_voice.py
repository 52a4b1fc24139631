"""A voice message is heard before it is handled; whatever goes wrong, it stays a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.errors import Refused
from bot.domain.messages import Channel, FileOffer, Incoming, Kind, Parsed
from bot.voice import MOST_BYTES, listening

pytestmark = pytest.mark.asyncio
SPOKEN = Incoming(Channel.TELEGRAM, "1", Kind.FILES, name="voice", files=(FileOffer("voice", "ref", size=900),))


async def heard(parsed: Parsed, said: str = "где моя заявка", *, refused: bool = False) -> Parsed:
    async def parse(payload: Mapping[str, Any]) -> Parsed:
        return parsed

    async def fetch(reference: str, most: int) -> bytes:
        if refused:
            raise Refused("gone")
        return f"{reference} {most}".encode()

    def recognise(audio: bytes) -> str:
        assert audio == f"ref {MOST_BYTES}".encode()
        if not said:
            raise RuntimeError("the model is damaged")
        return said

    return await listening(parse, fetch, recognise)({})


async def test_a_voice_message_becomes_words() -> None:
    found = await heard(SPOKEN)
    assert found == Incoming(Channel.TELEGRAM, "1", Kind.TEXT, text="где моя заявка", voiced=True)


async def test_what_cannot_be_heard_stays_a_file() -> None:
    assert await heard(SPOKEN, "") == SPOKEN
    assert await heard(SPOKEN, "  ") == SPOKEN
    assert await heard(SPOKEN, refused=True) == SPOKEN


@pytest.mark.parametrize(
    "other",
    [
        Incoming(Channel.VK, "1", Kind.TEXT, text="привет"),
        Incoming(Channel.VK, "1", Kind.FILES, files=(FileOffer("doc", "ref", size=9),)),
        Incoming(Channel.VK, "1", Kind.FILES, files=(FileOffer("voice", "ref", size=MOST_BYTES + 1),)),
        Incoming(Channel.VK, "1", Kind.FILES, text="смотрите", files=(FileOffer("voice", "ref", size=9),)),
        Incoming(Channel.VK, "1", Kind.FILES, files=(FileOffer("voice", "", size=9),)),
    ],
)
async def test_everything_else_is_left_alone(other: Incoming) -> None:
    assert await heard(other) == other


async def test_without_a_recogniser_nothing_changes() -> None:
    async def parse(payload: Mapping[str, Any]) -> Parsed:
        return SPOKEN

    async def fetch(reference: str, most: int) -> bytes:
        raise AssertionError("nothing is fetched")

    assert listening(parse, fetch, None) is parse
