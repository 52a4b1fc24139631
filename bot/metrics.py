"""What a worker counts and measures, for Prometheus. Names and numbers only: nothing of a person.

A label takes a bounded number of values: what comes after the first hundred is counted as ``other``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector

MOST_VALUES = 100
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

CONTENT_TYPE = CONTENT_TYPE_LATEST
registry = CollectorRegistry()
ProcessCollector(registry=registry)

_updates = Counter(
    "otklik_updates", "Updates handled and other events, by what became of them.",
    ("channel", "kind", "outcome"), registry=registry,
)  # fmt: skip
_handling = Histogram(
    "otklik_handling_seconds", "From an update's arrival to its committed decision.", ("channel",),
    buckets=SLOW, registry=registry,
)  # fmt: skip
_replying = Histogram(
    "otklik_reply_seconds", "From a committed decision to the messenger's confirmation of the call.", ("channel",),
    buckets=SLOW, registry=registry,
)  # fmt: skip
_deliveries = Counter(
    "otklik_deliveries", "Calls to messengers by result; a repeated call counts each time.", ("channel", "result"),
    registry=registry,
)  # fmt: skip
_understood = Counter(
    "otklik_understood", "Messages understood, by engine and outcome.", ("engine", "outcome"), registry=registry
)
_understanding = Histogram(
    "otklik_understanding_seconds", "Time of one batch of messages in the engine.", ("engine",),
    buckets=QUICK, registry=registry,
)  # fmt: skip
_rasa = Histogram(
    "otklik_rasa_seconds", "Waits of batches of messages for Rasa, by what became of them.", ("result",),
    buckets=QUICK, registry=registry,
)  # fmt: skip
_rasa_serves = Gauge("otklik_rasa_serves", "1 while Rasa is asked, 0 while it is left alone.", registry=registry)
_compared = Counter(
    "otklik_compared", "Shadow mode: messages put to both engines, by whether they agree.", ("result",),
    registry=registry,
)  # fmt: skip
_release = Gauge("otklik_release", "The release of the content that serves.", registry=registry)
_learned = Gauge("otklik_release_learned", "The release whose engine serves.", registry=registry)
_pump_errors = Counter("otklik_pump_errors", "Failures of a worker's loops and ticks.", ("pump",), registry=registry)
_ingress = Counter("otklik_ingress_events", "What befell the ways in: polls, failures.", ("event",), registry=registry)
_sign_ins_failed = Counter(
    "otklik_sign_ins_failed", "Failed attempts to sign in to the console.", ("reason",), registry=registry
)
_numbers = Gauge(
    "otklik_rows", "Rows of the database by what they wait for or what went wrong with them.", ("what", "channel"),
    registry=registry,
)  # fmt: skip
_ages = Gauge("otklik_oldest_seconds", "Age of the oldest row that waits.", ("queue", "channel"), registry=registry)

_seen: dict[str, set[str]] = {}


def _bounded(label: str, value: str) -> str:
    known = _seen.setdefault(label, set())
    if value in known:
        return value
    if len(known) >= MOST_VALUES:
        return "other"
    known.add(value)
    return value


def handled(channel: str, kind: str, outcome: str) -> None:
    """An event's turn was taken, or an update was settled without one."""
    _updates.labels(channel, _bounded("kind", kind), _bounded("outcome", outcome)).inc()


def handling(channel: str, seconds: float) -> None:
    _handling.labels(channel).observe(max(0.0, seconds))


def replied(channel: str, seconds: float) -> None:
    _replying.labels(channel).observe(max(0.0, seconds))


def delivered(channel: str, result: str) -> None:
    """A call was made: ``sent``, ``retry``, ``unreachable``, ``refused``, ``unknown`` or ``failed``."""
    _deliveries.labels(channel, result).inc()


def understood(found: Sequence[tuple[str, str]], seconds: float) -> None:
    """A batch of messages was understood: the engine and the outcome of each; ``seconds`` for all of them."""
    for engine in {engine for engine, _ in found}:
        _understanding.labels(_bounded("engine", engine)).observe(seconds)
    for engine, outcome in found:
        _understood.labels(_bounded("engine", engine), outcome).inc()


def rasa_asked(result: str, seconds: float) -> None:
    """A batch was put to Rasa: ``answered``, or what was wrong."""
    _rasa.labels(_bounded("rasa", result)).observe(seconds)


def rasa_seen(*, serves: bool) -> None:
    """Whether Rasa is asked now."""
    _rasa_serves.set(serves)


def compared(result: str) -> None:
    """Shadow mode: the engines ``agree``, ``differ``, or Rasa was ``silent``."""
    _compared.labels(result).inc()


def released(number: int, *, learned: bool = True) -> None:
    """The release of the content that serves; ``learned``: by an engine of its own, not a lent one."""
    _release.set(number)
    if learned:
        _learned.set(number)


def pump_failed(pump: str) -> None:
    _pump_errors.labels(_bounded("pump", pump)).inc()


def ingress(event: str) -> None:
    _ingress.labels(_bounded("event", event)).inc()


def sign_in_failed(reason: str) -> None:
    _sign_ins_failed.labels(_bounded("reason", reason)).inc()


def exposition(numbers: Mapping[tuple[str, str], float], ages: Mapping[tuple[str, str], float]) -> bytes:
    """Everything in Prometheus' text format, with what the database was just asked for."""
    for gauge, found in ((_numbers, numbers), (_ages, ages)):
        gauge.clear()
        for labels, value in found.items():
            gauge.labels(*labels).set(value)
    return generate_latest(registry)
