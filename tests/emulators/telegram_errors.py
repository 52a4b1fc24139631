"""Refusals of the Bot API server, in its own words."""

from __future__ import annotations

from typing import Any, Final

import orjson

from tests.emulators.faults import Fault
from tests.emulators.wire import Reply


class Refused(Exception):
    """An answer with `"ok": false`: HTTP status, description, optional response parameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters

    def reply(self) -> Reply:
        """The refusal as it goes over the wire."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": str(self)}
        if self.parameters:
            body["parameters"] = self.parameters
        return Reply(orjson.dumps(body), self.code)


class BadRequest(Refused):
    """400: the call itself is wrong."""

    def __init__(self, reason: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(400, f"Bad Request: {reason}", parameters)


class Forbidden(Refused):
    """403: the bot may not write there."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class Conflict(Refused):
    """409: two pollers, or a webhook together with polling."""

    def __init__(self, reason: str) -> None:
        super().__init__(409, f"Conflict: {reason}")


NOT_FOUND: Final = Refused(404, "Not Found")
UNAUTHORIZED: Final = Refused(401, "Unauthorized")


def fault_reply(fault: Fault) -> Reply:
    """The server's wording of an injected fault."""
    if fault.kind == "too_many":
        seconds = fault.retry_after
        description = f"Too Many Requests: retry after {seconds}"
        return Refused(429, description, {"retry_after": seconds}).reply()
    if fault.kind == "error":
        code = fault.code if 400 <= fault.code < 600 else 400
        return Refused(code, fault.text).reply()
    return Refused(500, "Internal Server Error").reply()
