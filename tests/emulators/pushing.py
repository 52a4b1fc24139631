"""Pushes to a webhook over real HTTP: in order a lane, several lanes at once, again until it is taken.

A lane is a chat, as on the real Telegram: what is behind a refused update waits for it. On purpose, by
`Faults.next` of the messenger: `duplicate` (pushed twice, also after it was taken), `reorder` (the lane's next
one first), `forged` (first with a wrong secret), `malformed` (a body that is no update comes before).
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import orjson

from tests.emulators.faults import Faults

FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Push:
    """One delivery: the request, the forged one, and what makes an answer a success."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    forged: tuple[bytes, Mapping[str, str]] | None = None
    taken: Callable[[int, bytes], bool] = lambda status, body: 200 <= status < 300
    done: Callable[[], None] = lambda: None


class Pusher:
    """Delivers to one address until it is closed. `answers` counts statuses, `failure` is the last one."""

    def __init__(self, url: str, connections: int, faults: Faults, on_failure: Callable[[str], None]) -> None:
        self.url = url
        self.answers: Counter[int] = Counter()
        self.forged_answers: Counter[int] = Counter()
        self.bodies: set[bytes] = set()
        """What was answered, for a look at what it reveals."""
        self._faults, self._on_failure = faults, on_failure
        self._lanes: dict[str, deque[Push]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(connections)
        self._session: aiohttp.ClientSession | None = None
        self._open = asyncio.Event()
        self._open.set()

    @property
    def idle(self) -> bool:
        """Whether everything was taken."""
        return not self._lanes

    def put(self, lane: str, push: Push) -> None:
        """Deliver this after what waits in its lane."""
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(push)
            return
        self._lanes[lane] = deque([push])
        task = asyncio.ensure_future(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def hold(self, held: bool) -> None:
        """Keep everything for later, or go on."""
        if held:
            self._open.clear()
        else:
            self._open.set()

    def close(self) -> None:
        """Deliver no more."""
        for task in self._tasks:
            task.cancel()
        session, self._session = self._session, None
        if session is not None:
            self._closing = asyncio.ensure_future(session.close())

    async def _run(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting:
            if len(waiting) > 1 and self._faults.pick_update("reorder"):
                waiting.rotate(-1)
            await self._deliver(waiting[0])
            push = waiting.popleft()
            push.done()
            if self._faults.pick_update("duplicate"):
                waiting.append(push)
        del self._lanes[lane]

    async def _deliver(self, push: Push) -> None:
        pause = FIRST_PAUSE
        if push.forged is not None and self._faults.pick_update("forged"):
            self.forged_answers[(await self._post(*push.forged))[0]] += 1
        if self._faults.pick_update("malformed"):
            await self._post(b'{"update_id": 1, "mess', push.headers)
        while True:
            await self._open.wait()
            status, body = await self._post(push.body, push.headers)
            if push.taken(status, body):
                return
            self._on_failure(f"Wrong response from the webhook: {status}" if status else "Connection refused")
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status (0: no connection) and body of the answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        try:
            async with self._room, self._session.post(
                self.url, data=body, headers={"Content-Type": "application/json", **headers},
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as response:  # fmt: skip
                answer = await response.read()
                self.answers[response.status] += 1
                if len(self.bodies) < 1000:
                    self.bodies.add(answer)
                return response.status, answer
        except (aiohttp.ClientError, OSError, TimeoutError):
            self.answers[0] += 1
            return 0, b""


def as_json(value: Any) -> bytes:
    """JSON text, of lone surrogates and huge numbers too."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def lane_of(value: Any) -> str:
    """The chat or peer that an update speaks of, whatever its shape."""
    if isinstance(value, dict):
        for name in ("chat", "peer_id", "user_id"):
            found = value.get(name)
            if found is not None:
                return str(found.get("id") if isinstance(found, dict) else found)
        for one in value.values():
            found = lane_of(one)
            if found:
                return found
    return ""
