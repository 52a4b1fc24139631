"""Limits for one visitor, kept in memory: each worker guards itself."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Flood:
    """A token bucket a visitor. The longest silent are forgotten, so memory stays bounded."""

    def __init__(self, rate: float, burst: int, most: int = 10_000) -> None:
        self._rate, self._burst, self._most = rate, float(burst), most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, visitor: str, now: float) -> float:
        """0: go on; else the seconds to wait. ``now`` in seconds of a steady clock."""
        bucket = self._buckets.setdefault(visitor, _Bucket(self._burst, now))
        self._buckets.move_to_end(visitor)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self._rate


@dataclass(slots=True, eq=False)
class Ticket:
    """One open stream."""

    evicted: bool = False


@dataclass(slots=True)
class Streams:
    """Open streams of each visitor.

    The newest wins: connections that a phone lost linger for minutes, and refusing the newest would
    lock out the very client who is just coming back.
    """

    most: int = 12
    _open: dict[str, list[Ticket]] = field(default_factory=dict)

    def enter(self, visitor: str) -> Ticket:
        tickets = self._open.setdefault(visitor, [])
        ticket = Ticket()
        tickets.append(ticket)
        if len(tickets) > self.most:
            tickets.pop(0).evicted = True
        return ticket

    def leave(self, visitor: str, ticket: Ticket) -> None:
        tickets = self._open.get(visitor, [])
        if ticket in tickets:
            tickets.remove(ticket)
        if not tickets:
            self._open.pop(visitor, None)

    def count(self, visitor: str) -> int:
        return len(self._open.get(visitor, ()))
