"""The ledger: what was pushed, what the database says became of it, and what clients really got.

The three are compared afterwards. A reply belongs to the message that was saved at the same instant in the
same conversation; a call belongs to the delivered message whose id the messenger gave back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.messages import Channel
from tests.emulators.ledger import Sent
from tests.faults.deployment import Deployment
from tests.faults.visitors import Shown

UNKNOWN = "unknown outcome"
"""So begins the cause of a call that may have been made more than once."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A client's message: ``client`` is the address in the channel, ``key`` what the channel calls the message."""

    channel: Channel
    client: str
    key: str
    text: str
    at: float
    """By the monotonic clock."""

    @property
    def conversation(self) -> str:
        return f"{self.channel.value}:{self.client}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the inbox and, if it was handled as a client's message, of ``message``."""

    id: int
    channel: Channel
    key: str
    conversation: str
    state: str
    outcome: str
    heard: int | None
    """Id of the message."""
    text: str | None
    address: int | None
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A row of the outbox."""

    id: int
    channel: Channel
    conversation: str
    state: str
    attempts: int
    text: str
    delivered_as: str | None
    """The messenger's id of the message."""
    cause: str
    address: int
    at: dt.datetime


T = TypeVar("T", Pushed, Row, Reply)


@dataclass(slots=True)
class Findings:
    """What is wrong, each line beginning with its kind, and what is worth knowing."""

    problems: list[str] = field(default_factory=list)
    unknown: int = 0
    """Calls on Telegram with an attempt whose outcome nobody knows."""
    twice: int = 0
    """Messages on Telegram beyond the one that was wanted."""
    swapped: int = 0
    """Neighbours that VK handed over in another order than they were written in."""

    def add(self, kind: str, what: object) -> None:
        self.problems.append(f"{kind}: {what}")

    def kinds(self) -> Counter[str]:
        return Counter(problem.partition(":")[0] for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join([f"{dict(self.kinds())}", *self.problems[:40]])


_ROWS = """
    SELECT i.id, i.channel, i.external_id, i.conversation, i.state, i.outcome, m.id AS heard, m.text,
           m.address_id, m.at
    FROM inbox i LEFT JOIN message m ON m.inbox_id = i.id ORDER BY i.id
"""
_REPLIES = """
    SELECT o.id, o.channel, o.conversation, o.state, o.attempts, o.body, o.result, o.cause, o.address_id, o.created_at
    FROM outbox o WHERE o.thread_of IS NULL AND o.conversation NOT LIKE 'staff:%' ORDER BY o.id
"""


async def read(deployment: Deployment) -> tuple[Sequence[Row], Sequence[Reply]]:
    """The database's side."""
    rows = [
        Row(r["id"], Channel(r["channel"]), r["external_id"], r["conversation"], r["state"], r["outcome"] or "",
            r["heard"], r["text"], r["address_id"], r["at"])
        for r in await deployment.rows(_ROWS)
    ]
    replies = [
        Reply(r["id"], Channel(r["channel"]), r["conversation"], r["state"], r["attempts"],
              json.loads(r["body"])["text"], json.loads(r["result"] or "{}").get("message"), r["cause"] or "",
              r["address_id"], r["created_at"])
        for r in await deployment.rows(_REPLIES)
    ]
    return rows, replies


async def audit(
    deployment: Deployment, pushed: Sequence[Pushed], shown: Mapping[str, Sequence[Shown]] | None = None, *,
    strangers: int = 0,
) -> Findings:
    """Compares everything. ``shown``: what each visitor saw; ``strangers``: updates nobody pushed (malformed ones)."""
    rows, replies = await read(deployment)
    findings = Findings()
    _handled(findings, pushed, rows, strangers)
    _answered(findings, rows, replies)
    _in_order(findings, pushed, rows, replies)
    for client, seen_by in (shown or {}).items():
        own = [one.text for one in pushed if one.channel is Channel.PAGE and one.client == client]
        if own != [one.text for one in seen_by if one.own]:
            findings.add("shown wrongly", f"{client} wrote {own}, sees {seen_by}")
    for conversation, wanted in _by_conversation(replies).items():
        channel, _, client = conversation.partition(":")
        match Channel(channel):
            case Channel.TELEGRAM:
                _delivered_on_telegram(findings, conversation, wanted, deployment.telegram.messages(int(client)))
            case Channel.VK:
                got = [(str(sent.message_id), sent.text) for sent in deployment.vk.messages(int(client))]
                _same(findings, conversation, [(r.delivered_as or "", r.text) for r in wanted], got)
            case Channel.PAGE:
                seen = [(str(one.id), one.text) for one in (shown or {}).get(client, ()) if not one.own]
                _same(findings, conversation, [(str(r.id), r.text) for r in wanted], seen)
    findings.unknown = sum(r.channel is Channel.TELEGRAM and r.cause.startswith(UNKNOWN) for r in replies)
    return findings


def _handled(findings: Findings, pushed: Sequence[Pushed], rows: Sequence[Row], strangers: int) -> None:
    """Every message was stored, and handled exactly once; nothing else was."""
    by_key: dict[tuple[Channel, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row.channel, row.key].append(row)
    for one in pushed:
        found = by_key.pop((one.channel, one.key), [])
        if not found:
            findings.add("lost", one)
        elif len(found) > 1:
            findings.add("handled twice", found)
        elif found[0].state != "done" or found[0].heard is None:
            findings.add("not handled", found[0])
        elif found[0].text not in (one.text, None) or found[0].outcome == "flood":
            findings.add("handled wrongly", (one, found[0]))
    others = [row for found in by_key.values() for row in found]
    for row in others:
        if not (row.state == "aside" and row.outcome == "malformed") and not row.outcome.startswith("ignored."):
            findings.add("not set aside", row)
    if len(others) != strangers:
        findings.add("miscounted", f"{len(others)} updates that nobody pushed, {strangers} were malformed")


def _answered(findings: Findings, rows: Sequence[Row], replies: Sequence[Reply]) -> None:
    """Every handled message has replies, and each of them was delivered."""
    answered = {(reply.address, reply.at) for reply in replies}
    for row in rows:
        if row.heard is not None and (row.address, row.at) not in answered:
            findings.add("unanswered", row)
    for reply in replies:
        if reply.state != "sent":
            findings.add("not delivered", reply)


def _in_order(
    findings: Findings, pushed: Sequence[Pushed], rows: Sequence[Row], replies: Sequence[Reply]
) -> None:
    """Messages are handled in the order of coming, and answered in the order of handling."""
    written = _by_conversation(pushed)
    said = _by_conversation(replies)
    for conversation, found in _by_conversation(row for row in rows if row.heard is not None).items():
        handled = sorted(found, key=lambda row: row.heard or 0)
        if handled != found:
            findings.add("out of order", f"{conversation}: {handled}")
        keys = [one.key for one in written.get(conversation, ()) if one.key in {row.key for row in found}]
        swapped = sum(a != b for a, b in zip(keys, [row.key for row in handled], strict=True))
        if swapped and handled[0].channel is not Channel.VK:
            findings.add("out of order", f"{conversation}: written {keys}, handled {handled}")
        findings.swapped += swapped
        turns = {row.at: place for place, row in enumerate(handled)}
        places = [turns[reply.at] for reply in said.get(conversation, ()) if reply.at in turns]
        if places != sorted(places):
            findings.add("out of order", f"{conversation}: replies to {places}")


def _delivered_on_telegram(
    findings: Findings, conversation: str, wanted: Sequence[Reply], got: Iterable[Sent]
) -> None:
    """Each reply in its place; a repeat only right before it, and only where an outcome was unknown."""
    left = list(wanted)
    for sent in got:
        text = sent.text.strip()
        if left and left[0].delivered_as == str(sent.message_id):
            if text != left[0].text.strip():
                findings.add("garbled", (conversation, left[0], text))
            left.pop(0)
        elif left and text == left[0].text.strip():
            findings.twice += 1
            if not left[0].cause.startswith(UNKNOWN) or left[0].attempts < 2:
                findings.add("duplicated", (conversation, left[0]))
        else:
            findings.add("duplicated", (conversation, sent.message_id, text[:60]))
    for reply in left:
        findings.add("not delivered", (conversation, reply))


def _same(
    findings: Findings, conversation: str, wanted: Sequence[tuple[str, str]], got: Sequence[tuple[str, str]]
) -> None:
    """Exactly the replies, once each and in their order."""
    if [(key, text.strip()) for key, text in wanted] == [(key, text.strip()) for key, text in got]:
        return
    have, want = Counter(key for key, _ in got), Counter(key for key, _ in wanted)
    for key in have - want:
        findings.add("duplicated", f"{conversation}: {key}")
    for key in want - have:
        findings.add("not delivered", f"{conversation}: {key}")
    if have == want:
        findings.add("out of order", f"{conversation}: {wanted} came as {got}")


def _by_conversation(found: Iterable[T]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for one in found:
        groups[one.conversation].append(one)
    return groups
