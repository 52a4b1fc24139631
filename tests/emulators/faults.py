"""Faults on purpose: what, on which call, how often, with a seed that makes a run repeatable.

Kinds of a call: `delay` (seconds), `drop` (the connection closes without a reply), `hang` (no reply for
`seconds`, 0: until the caller leaves), `too_many` (Telegram 429 with `retry_after`, VK error 6), `error_500`
(JSON), `error_502` (an HTML page), `garbage` (a cut JSON text), `captcha` (VK error 14), `error` (any `code`
`truncated` (half of a body), `phantom` (a success, but nobody ever sees the message), `captcha` (VK error 14),
`error` (any `code` and `text`). With `after=True` a delay, drop, hang, 5xx, garbage, lie or truncation comes
after the call took effect.
Kinds of updates: `duplicate`, `reorder`, `malformed`; they strike when updates are handed over.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.emulators.wire import CUT, Answer, Reply, Request, settled

POLLING: Final = frozenset({"getUpdates", "a_check"})
UPDATE_KINDS: Final = frozenset({"duplicate", "reorder", "malformed", "forged"})
LATE_KINDS: Final = frozenset({"delay", "drop", "hang", "error_500", "error_502", "garbage", "lie", "truncated"})
CALL_KINDS: Final = LATE_KINDS | {"too_many", "captcha", "error", "phantom"}

HTML_502: Final = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    b"</body>\r\n</html>\r\n"
)
LIES: Final = (
    Reply(b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
    Reply(b'{"ok":true}'),
    Reply(b'{"ok":"yes","error":"no"}'),
    Reply(b"[]"),
    Reply(b"null"),
    Reply(b'"ok"'),
    Reply(b""),
    Reply(b"\xff\xfe{}"),
    Reply(HTML_502, content_type="text/html"),
)
"""None of them says that a call took place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `method`: a method name, "" for every call but polling, "*" for every call.

    `seconds` is for delay and hang, `retry_after` for too_many, `code` and `text` for error;
    `later` says whether a duplicate comes in a later batch (None: drawn by lot); a `bare` captcha
    has no picture, which vk_api 11.10 answers with a KeyError.
    """

    kind: str
    method: str = ""
    after: bool = False
    seconds: float = 0.0
    retry_after: int = 1
    code: int = 10
    text: str = "Internal server error"
    later: bool | None = None
    bare: bool = False

    def __post_init__(self) -> None:
        if self.kind not in CALL_KINDS | UPDATE_KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {sorted(CALL_KINDS | UPDATE_KINDS)}")
        if self.after and self.kind not in LATE_KINDS:
            raise ValueError(f"{self.kind} cannot come after the effect")

    def hits(self, method: str) -> bool:
        """Whether this fault may strike a call of this method."""
        if self.method:
            return self.method in ("*", method)
        return method not in POLLING


@dataclass(slots=True)
class _Scripted:
    fault: Fault
    left: int


@dataclass(frozen=True, slots=True)
class _Chance:
    fault: Fault
    probability: float


class Faults:
    """The faults of one emulator. `injected` counts by kind what has really struck."""

    def __init__(self, seed: int = 0, refused: frozenset[str] = frozenset()) -> None:
        self.random = random.Random(seed)
        self.injected: Counter[str] = Counter()
        self._refused = refused
        self._scripted: list[_Scripted] = []
        self._chances: list[_Chance] = []

    def next(self, kind: str, n: int = 1, **options: Any) -> None:
        """Strike the next `n` calls (or updates) that fit; options are the fields of `Fault`."""
        self._scripted.append(_Scripted(self._made(kind, options), n))

    def chance(self, kind: str, probability: float, **options: Any) -> None:
        """Strike every fitting call (or update) with this probability until `clear()`."""
        if not 0 <= probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {probability}")
        self._chances.append(_Chance(self._made(kind, options), probability))

    def clear(self) -> None:
        """No faults any more; the counts stay."""
        self._scripted.clear()
        self._chances.clear()

    @property
    def pending(self) -> int:
        """Scripted faults that have not struck yet."""
        return sum(scripted.left for scripted in self._scripted)

    def configure(self, wanted: Mapping[str, Any]) -> None:
        """Set faults from JSON: {"seed": 7, "next": [{"kind", "n", ...}], "chance": [{"kind", "p", ...}]}."""
        if "seed" in wanted:
            self.random.seed(wanted["seed"])
        for item in wanted.get("next", ()):
            self.next(**item)
        for item in wanted.get("chance", ()):
            options = dict(item)
            self.chance(options.pop("kind"), options.pop("p"), **options)

    def pick(self, method: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        if not self._scripted and not self._chances:
            return None
        return self._drawn(lambda fault: fault.kind in CALL_KINDS and fault.hits(method))

    def pick_update(self, kind: str) -> Fault | None:
        """The update fault of this kind that strikes now, if any."""
        if not self._scripted and not self._chances:
            return None
        return self._drawn(lambda fault: fault.kind == kind)

    def _made(self, kind: str, options: Mapping[str, Any]) -> Fault:
        if kind in self._refused:
            raise ValueError(f"{kind} does not happen on this messenger")
        return Fault(kind, **options)

    def _drawn(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for scripted in self._scripted:
            if fits(scripted.fault):
                scripted.left -= 1
                if not scripted.left:
                    self._scripted.remove(scripted)
                return self._counted(scripted.fault)
        for chance in self._chances:
            if fits(chance.fault) and self.random.random() < chance.probability:
                return self._counted(chance.fault)
        return None

    def _counted(self, fault: Fault) -> Fault:
        self.injected[fault.kind] += 1
        return fault


async def injected(
    fault: Fault,
    request: Request,
    effect: Callable[[], Answer | Awaitable[Answer]],
    reply_for: Callable[[Fault], Reply],
    lot: random.Random,
) -> Answer:
    """Answer one call with a fault; `effect` does the call, `reply_for` words the messenger's own errors."""
    if fault.kind == "delay" and not fault.after:
        await asyncio.sleep(fault.seconds)
        return await settled(effect())
    answer = await settled(effect()) if fault.after else CUT
    match fault.kind:
        case "delay":
            await asyncio.sleep(fault.seconds)
            return answer
        case "drop":
            return CUT
        case "hang":
            await _left(request, fault.seconds)
            return CUT
        case "garbage":
            return Reply(b'{"ok":true,"response":[{"mess')
        case "lie":
            return LIES[lot.randrange(len(LIES))]
        case "truncated":
            return Reply(b'{"ok":true,"result":{"message_id":17},"response":17}', truncated=True)
        case "error_502":
            return Reply(HTML_502, 502, "text/html")
    return reply_for(fault)


async def _left(request: Request, seconds: float) -> None:
    try:
        await asyncio.wait_for(request.gone.wait(), seconds or None)
    except TimeoutError:
        return
