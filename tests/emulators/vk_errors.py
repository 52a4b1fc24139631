"""Errors of the VK API: HTTP 200 with an `error` object, in VK's own words."""

from __future__ import annotations

from typing import Any, Final

import orjson

from tests.emulators.bodies import Params
from tests.emulators.faults import Fault
from tests.emulators.wire import Reply

_TEXTS: Final = {
    3: "Unknown method passed",
    6: "Too many requests per second",
    10: "Internal server error",
    14: "Captcha needed",
    100: "One of the parameters specified was missing or invalid",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    911: "Keyboard format is invalid",
    914: "Message is too long",
    917: "You don't have access to this chat",
    936: "Contact not found",
    950: "Can't send message, reply timed out",
    2000: "Servers number limit is reached",
    985: "Cannot write to notifications only groups",
}
_SECRET: Final = frozenset({"access_token"})


class VkError(Exception):
    """A refused call: the code and the text, which may say more than the code's own words."""

    def __init__(self, code: int, detail: str = "") -> None:
        known = _TEXTS.get(code, "")
        super().__init__(f"{known}: {detail}" if known and detail else known or detail)
        self.code = code

    def reply(self, method: str, params: Params, **more: Any) -> Reply:
        """The error over the wire, with the parameters repeated but the token left out."""
        shown = {"method": method, "oauth": "1", **params}
        body: dict[str, Any] = {
            "error_code": self.code,
            "error_msg": str(self),
            "request_params": [{"key": key, "value": str(value)} for key, value in shown.items() if key not in _SECRET],
            **more,
        }
        return Reply(orjson.dumps({"error": body}))


def invalid(detail: str) -> VkError:
    """Error 100 about a parameter."""
    return VkError(100, detail)


def fault_reply(fault: Fault, url: str) -> Reply:
    """VK's wording of an injected fault; a bare captcha has no picture, as the newer kind."""
    match fault.kind:
        case "too_many":
            return VkError(6).reply("", {})
        case "captcha":
            more: dict[str, Any] = {"redirect_uri": f"{url}/captcha"}
            if not fault.bare:
                more.update(captcha_sid="239633676097", captcha_img=f"{url}/captcha.jpg")
            return VkError(14).reply("", {}, **more)
        case "error":
            known = fault.code in _TEXTS
            return VkError(fault.code, "" if known else fault.text).reply("", {})
    body = {"error": {"error_code": 10, "error_msg": "Internal server error"}}
    return Reply(orjson.dumps(body), 500)
