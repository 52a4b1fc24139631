"""Reading single parameters of a Bot API call, whatever body they came in."""

from __future__ import annotations

from typing import Any

import orjson

from tests.emulators.bodies import Params
from tests.emulators.telegram_errors import BadRequest


def number(params: Params, name: str, default: int = 0) -> int:
    """An integer parameter; missing or empty gives the default. Raises BadRequest."""
    value = params.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadRequest(f"invalid {name} specified") from None


def flag(params: Params, name: str) -> bool:
    """A boolean parameter; missing gives False."""
    return str(params.get(name, "")).lower() in ("true", "1", "yes")


def decoded(params: Params, name: str) -> Any:
    """A parameter that may come as JSON text; missing gives None. Raises BadRequest."""
    value = params.get(name)
    if not isinstance(value, str) or not value:
        return value or None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise BadRequest(f"can't parse {name} JSON object") from None
