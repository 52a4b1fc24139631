"""Plain calls of the Bot API, for receiving: raw answers, no types of the SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.channels.hooks import parsed


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call did not succeed; ``after`` is the server's wish in seconds."""

    reason: str
    after: float | None = None
    refused: bool = False
    """The call itself is wrong: repeated, it fails again."""


async def call(session: aiohttp.ClientSession, base: str, method: str, wish: dict[str, Any], seconds: float) -> Any:
    """The ``result`` of one call, or a Fault. ``base`` ends with the token."""
    limit = aiohttp.ClientTimeout(total=seconds, connect=10)
    try:
        async with session.post(f"{base}/{method}", json=wish, timeout=limit) as response:
            status, body = response.status, await response.read()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        # The address holds the token, and some errors print the address.
        return Fault(f"no connection ({type(error).__name__})")
    return _result(status, body)


def is_conflict(answer: object) -> bool:
    """Whether the server refuses because somebody else receives."""
    return isinstance(answer, Fault) and answer.reason.startswith("409")


_HINTS: Final = {
    401: " (is OTKLIK_TELEGRAM_TOKEN right?)",
    404: " (are OTKLIK_TELEGRAM_TOKEN and OTKLIK_TELEGRAM_API right?)",
    409: " (does another program poll this token?)",
}


def _result(status: int, body: bytes) -> Any:
    match parsed(body):
        case {"ok": True, "result": result} if status == 200:
            return result
        case {"ok": False, **rest}:
            description = " ".join(str(rest.get("description", "")).split())[:200]
            wish = _wish(rest.get("parameters"))
            return Fault(f"{status} {description}{_HINTS.get(status, '')}", wish, refused=status == 400)
    return Fault(f"HTTP {status} without an answer in JSON{_HINTS.get(status, '')}")


def _wish(parameters: object) -> float | None:
    match parameters:
        case {"retry_after": bool()}:
            return None
        case {"retry_after": (int() | float()) as seconds} if seconds > 0:
            return float(seconds)
    return None
