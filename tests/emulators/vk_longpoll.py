"""The Bots Long Poll server: a log of events, read from any `ts` the caller names."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from itertools import islice
from typing import Any, Final

from tests.emulators.bodies import Params
from tests.emulators.faults import Faults
from tests.emulators.wire import held

Event = dict[str, Any]

EVENTS_VERSION: Final = "5.199"
MAX_BATCH: Final = 100
MAX_WAIT: Final = 90
FAST_EVENTS: Final = 20_000

# Each of them breaks an SDK that trusts the shape of an event.
MALFORMED: Final[tuple[Event, ...]] = (
    {"type": "message_new", "object": {"message": {"peer_id": "not a number", "text": 5}}},
    {"type": "message_new", "object": {}},
    {"object": {"message": {"peer_id": 1}}},
    {"type": "message_event", "object": ["a", "list"]},
)


class EventLog:
    """Events since the start or the last `forget_history()`; reading does not remove them.

    Whoever asks again with an old `ts` gets the same events again, as on the real server.
    """

    def __init__(self, group_id: int, first_ts: int, faults: Faults, fast: bool) -> None:
        self._group_id = group_id
        self.faults = faults
        self._events: deque[Event] = deque(maxlen=FAST_EVENTS if fast else None)
        self._end = first_ts
        self._key = secrets.token_hex(20)
        self._lost: set[str] = set()
        self._waiting: set[asyncio.Future[None]] = set()
        self._read = first_ts

    @property
    def key(self) -> str:
        """The key that is valid now."""
        return self._key

    @property
    def ts(self) -> int:
        """The number behind the last event."""
        return self._end

    @property
    def first_ts(self) -> int:
        """The oldest number that can still be asked for."""
        return self._end - len(self._events)

    @property
    def polled(self) -> bool:
        """Whether someone is waiting for events."""
        return bool(self._waiting)

    @property
    def read(self) -> bool:
        """Whether someone asked for what comes after the last event."""
        return self._read == self._end

    def push(self, kind: str, body: Event) -> str:
        """Log an event of this kind and return its event_id."""
        event = self.made(kind, body)
        self.push_raw(event)
        return str(event["event_id"])

    def made(self, kind: str, body: Event) -> Event:
        """An event of this kind, not logged yet."""
        return {
            "group_id": self._group_id, "type": kind, "event_id": secrets.token_hex(20), "v": EVENTS_VERSION,
            "object": body,
        }  # fmt: skip

    def push_raw(self, event: Event) -> None:
        """Log an event as it is."""
        self._events.append(event)
        self._end += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def expire_key(self) -> None:
        """The key ends: the next question gets `failed: 2`; `ts` stays good."""
        self._key = secrets.token_hex(20)

    def lose(self) -> None:
        """The session is lost: the next question gets `failed: 3`, a new key and `ts` are needed."""
        self._lost.add(self._key)
        self.expire_key()

    def forget_history(self) -> None:
        """Events so far are gone: whoever has not read them gets `failed: 1` and the newest `ts`."""
        self._events.clear()

    async def check(self, params: Params, gone: asyncio.Event) -> Event:
        """Answer one a_check: events after `ts`, waiting up to `wait` seconds for the first."""
        failure = self._failure(params)
        if failure is not None:
            return failure
        ts = self._read = int(params["ts"])
        if ts == self._end:
            await self._wait(min(_number(params.get("wait"), 25), MAX_WAIT), gone)
            if gone.is_set() or ts < self.first_ts:
                return {"failed": 1, "ts": str(self.first_ts)}
        return self._batch(ts)

    def _failure(self, params: Params) -> Event | None:
        if params.get("key") in self._lost:
            return {"failed": 3}
        if params.get("key") != self._key:
            return {"failed": 2}
        ts = _number(params.get("ts"), -1)
        if not self.first_ts <= ts <= self._end:
            return {"failed": 1, "ts": str(self.first_ts)}
        return None

    async def _wait(self, timeout: float, gone: asyncio.Event) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await held(future, gone, timeout)
        finally:
            self._waiting.discard(future)

    def _batch(self, ts: int) -> Event:
        start = ts - self.first_ts
        events = list(islice(self._events, start, start + MAX_BATCH))
        for event in tuple(events):
            self._duplicate(event, ts, events)
        if events and self._reaches_end(ts, events) and self.faults.pick_update("malformed"):
            self._add(self._malformed(), events)
        answer_ts = ts + len(events)
        if len(events) > 1 and self.faults.pick_update("reorder"):
            self.faults.random.shuffle(events)
        return {"ts": str(answer_ts), "updates": events}

    def _reaches_end(self, ts: int, events: list[Event]) -> bool:
        return ts + len(events) == self._end

    def _duplicate(self, event: Event, ts: int, events: list[Event]) -> None:
        fault = self.faults.pick_update("duplicate")
        if fault is None:
            return
        later = fault.later if fault.later is not None else self.faults.random.random() < 0.5
        if later or not self._reaches_end(ts, events):
            self.push_raw(event)
        else:
            self._add(event, events)

    def _add(self, event: Event, events: list[Event]) -> None:
        self.push_raw(event)
        events.append(event)

    def _malformed(self) -> Event:
        ids = {"group_id": self._group_id, "event_id": secrets.token_hex(20), "v": EVENTS_VERSION}
        return {**ids, **self.faults.random.choice(MALFORMED)}


def _number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
