"""vk_api with its blocking habits taken out: time limits, no sleeping, no retries of its own."""

from __future__ import annotations

from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import jconfig  # type: ignore[import-untyped]
import requests
import vk_api  # type: ignore[import-untyped]
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError
from vk_api.exceptions import Captcha, VkApiError  # type: ignore[import-untyped]

from bot.domain.errors import PerhapsSent, Refused, RetryLater, SendFailed, Unreachable

VERSION: Final = "5.199"
SECONDS: Final = (10.0, 10.0)
"""To connect, and between bytes of an answer."""
AFTER_FAULT_OF_OURS: Final = 60.0

Failure: Final = (VkApiError, requests.RequestException, KeyError, TypeError, ValueError, AttributeError)
"""What a call through vk_api raises: the last four when the answer has another shape than it expects."""


class Misconfigured(RetryLater):
    """Only the operator can repair this; it is tried again until then."""


class Api(vk_api.VkApi):  # type: ignore[misc]
    """One community's API for one thread: vk_api holds a lock over each call.

    ``base`` replaces VK's own address. Raises one of ``Failure``, which ``meaning`` explains.
    """

    # The SDK sleeps until RPS_DELAY after the last reply, by a clock that may be set back.
    RPS_DELAY = float("-inf")

    def __init__(self, token: str, base: str | None) -> None:
        super().__init__(token=token, api_version=VERSION, session=session(base), config=jconfig.MemoryConfig)

    def too_many_rps_handler(self, error: Exception) -> NoReturn:
        """Leave waiting to the deliverer: the SDK would sleep and try for ever."""
        raise error


def session(base: str | None) -> requests.Session:
    """A session with time limits, that sends what is meant for VK's API to ``base`` if given."""
    made = requests.Session()
    # A server of one's own is never behind the proxy of the environment.
    made.trust_env = base is None
    for prefix in ("https://", "http://"):
        made.mount(prefix, _Adapter())
    for host in ("https://api.vk.com/", "https://api.vk.ru/"):  # the SDK's versions differ in it
        made.mount(host, _Adapter(base))
    return made


class _Adapter(HTTPAdapter):
    """Adds what the SDK lacks: limits in time and another address."""

    def __init__(self, base: str | None = None) -> None:
        super().__init__()
        self._base = base.rstrip("/") if base else None

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send within ``SECONDS`` unless told otherwise."""
        if options.get("timeout") is None:
            options["timeout"] = SECONDS
        if self._base is not None:
            parts = urlsplit(request.url or "")
            request.url = f"{self._base}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **options)


def meaning(error: Exception) -> SendFailed:
    """Which of our errors a failed call is.

    A call that may have reached VK is PerhapsSent: its ``random_id`` makes a repeat harmless for an hour.
    """
    match error:
        case Captcha():
            return _by_code(14, "")
        case KeyError(args=("captcha_sid" | "captcha_img",)):  # the SDK reads what VK has not sent
            return _by_code(14, "")
        case vk_api.ApiError():
            text = " ".join(str(error.error.get("error_msg", "")).split())
            return _by_code(_number(error.code), text[:200])
        case vk_api.ApiHttpError():
            return PerhapsSent(f"HTTP {error.response.status_code} from VK")
        case requests.RequestException():
            # Its text holds the address, and that the key.
            text = f"no answer from VK ({type(error).__name__})"
            return RetryLater(text) if _never_reached(error) else PerhapsSent(text)
    return PerhapsSent(f"an answer of VK that can't be read ({type(error).__name__})")


def _never_reached(error: requests.RequestException) -> bool:
    """Whether there was no connection over which anything could have been asked."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    return isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


_WAIT: Final[dict[int, float | None]] = {
    6: 1.0,  # too many requests a second
    9: 60.0,  # flood control
    14: 300.0,  # captcha
    17: 300.0,  # validation of the account
    29: 600.0,  # a method's limit a day
    43: None,  # a section is switched off for a time
}
_FAULT_OF_VK: Final = frozenset({1, 10})
"""Unknown error, internal server error: either can come after the work was done."""
_REPAIR: Final = {
    5: "is OTKLIK_VK_TOKEN right?",
    7: "the token needs the right to the community's messages",
    15: "the token needs its rights, and the community its messages and Long Poll, switched on",
    27: "is OTKLIK_VK_TOKEN right?",
    28: "is OTKLIK_VK_TOKEN right?",
    912: "switch on the bot abilities in the community's settings",
}
_GONE: Final = frozenset({18, 113, 901, 902})


def _by_code(code: int, text: str) -> SendFailed:
    said = f"VK error {code}: {text}" if text else f"VK error {code}"
    if code in _FAULT_OF_VK:
        return PerhapsSent(said)
    if code in _WAIT:
        return RetryLater(said, _WAIT[code])
    if code in _REPAIR:
        return Misconfigured(f"{said} ({_REPAIR[code]})", AFTER_FAULT_OF_OURS)
    if code in _GONE:
        return Unreachable(said)
    return Refused(said)


def _number(code: object) -> int:
    return code if isinstance(code, int) else 0
