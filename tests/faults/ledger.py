"""The ledger: what was pushed, what the database says became of it, and what clients really got, compared.

A reply belongs to the message that was saved at the same instant in the same conversation; a call belongs to
the delivered message whose id the messenger gave back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.messages import Channel
from bot.storage.outbox import UNKNOWN
from tests.emulators.base import Emulator
from tests.emulators.ledger import Sent
from tests.faults.deployment import Deployment
from tests.faults.records import Pushed, Reply, Row, read_replies, read_rows
from tests.faults.visitors import Shown

T = TypeVar("T", Pushed, Row, Reply)


LOST = frozenset({"lost", "not handled", "handled wrongly", "unanswered", "not delivered", "shown wrongly"})
SILENT = frozenset({"handoff.again"})
"""A person has been called and reads along: nothing more is said."""
DOUBLED = frozenset({"handled twice", "duplicated"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    kind: str
    channel: Channel | None
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


@dataclass(slots=True)
class Findings:
    """What is wrong, and what is worth knowing."""

    problems: list[Problem] = field(default_factory=list)
    unknown: int = 0
    """Calls on Telegram with an attempt whose outcome nobody knows."""
    twice: int = 0
    """Messages on Telegram that came once more."""
    swapped: int = 0
    """Messages that VK handed over in another place than they were written in."""
    phantoms: int = 0
    """Calls that a messenger answered with success and never carried out: nobody can know."""

    def add(self, kind: str, channel: Channel | None, *what: object) -> None:
        """One more problem."""
        self.problems.append(Problem(kind, channel, " ".join(map(str, what))))

    def kinds(self) -> Counter[str]:
        """How many problems there are of each kind."""
        return Counter(problem.kind for problem in self.problems)

    @property
    def lost(self) -> int:
        """Messages or replies that are missing."""
        return sum(problem.kind in LOST for problem in self.problems)

    def doubled(self, channel: Channel) -> int:
        """Messages handled, or replies delivered, once too often; on Telegram for no reason that is known."""
        return sum(problem.kind in DOUBLED and problem.channel is channel for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join([f"{dict(self.kinds())}", *map(str, self.problems[:40])])


async def audit(
    deployment: Deployment,
    pushed: Sequence[Pushed],
    shown: Mapping[str, Sequence[Shown]] | None = None,
    *,
    strangers: int = 0,
) -> Findings:
    """Compares everything.

    ``shown``: what each visitor of the page saw; ``strangers``: how many updates nobody pushed (malformed
    ones, made by the emulators).
    """
    rows, replies = await read_rows(deployment), await read_replies(deployment)
    findings = Findings()
    _handled(findings, pushed, rows, strangers)
    _answered(findings, rows, replies)
    _in_order(findings, pushed, rows, replies)
    replies = _seen(findings, replies, {Channel.TELEGRAM: deployment.telegram, Channel.VK: deployment.vk})
    wanted = _by_conversation(replies)
    for client, seen in (shown or {}).items():
        own = [one.text for one in pushed if one.conversation == f"page:{client}"]
        _shown(findings, client, own, wanted.get(f"page:{client}", []), seen)
    for chat, sent in _chats(deployment.telegram):
        _sent_on_telegram(findings, wanted.get(f"telegram:{chat}", []), sent)
    for chat, sent in _chats(deployment.vk):
        got = [(str(one.message_id), one.text.strip()) for one in sent]
        _same(findings, Channel.VK, f"vk:{chat}", [(r.delivered_as, r.text) for r in wanted.get(f"vk:{chat}", [])], got)
    heard = {f"{name}:{chat}" for name, emulator in (("telegram", deployment.telegram), ("vk", deployment.vk))
             for chat in emulator.ledger.chats()} | {f"page:{client}" for client in shown or {}}  # fmt: skip
    for conversation in wanted.keys() - heard:
        findings.add("not delivered", wanted[conversation][0].channel, conversation, wanted[conversation])
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
            findings.add("lost", one.channel, one)
        elif len(found) > 1:
            findings.add("handled twice", one.channel, found)
        elif found[0].state != "done" or found[0].heard is None:
            findings.add("not handled", one.channel, found[0])
        elif found[0].text not in (one.text, None) or found[0].outcome == "flood":
            findings.add("handled wrongly", one.channel, one, found[0])
    others = [row for found in by_key.values() for row in found]
    for row in others:
        if (row.state, row.outcome) != ("aside", "malformed") and not row.outcome.startswith("ignored."):
            findings.add("not set aside", row.channel, row)
    if len(others) != strangers:
        findings.add("miscounted", None, f"{len(others)} updates that nobody pushed, of {strangers} malformed ones")


def _answered(findings: Findings, rows: Sequence[Row], replies: Sequence[Reply]) -> None:
    """Every handled message has replies, and each of them was delivered."""
    answered = {(reply.address, reply.at) for reply in replies}
    for row in rows:
        silent = row.outcome in SILENT
        if row.heard is not None and not silent and (row.address, row.at) not in answered:
            findings.add("unanswered", row.channel, row)
    for reply in replies:
        if reply.state != "sent":
            findings.add("not delivered", reply.channel, reply)


def _seen(findings: Findings, replies: Sequence[Reply], by_channel: Mapping[Channel, Emulator]) -> Sequence[Reply]:
    """The replies, without those that a messenger said to have delivered and did not."""
    phantoms = {(c, str(number)) for c, emulator in by_channel.items() for number in emulator.ledger.phantoms}
    seen = [reply for reply in replies if (reply.channel, reply.delivered_as) not in phantoms]
    findings.phantoms = len(replies) - len(seen)
    return seen


def _in_order(findings: Findings, pushed: Sequence[Pushed], rows: Sequence[Row], replies: Sequence[Reply]) -> None:
    """Messages are handled in the order of coming, and answered in the order of handling."""
    written, said = _by_conversation(pushed), _by_conversation(replies)
    for conversation, came in _by_conversation(row for row in rows if row.heard is not None).items():
        handled = sorted(came, key=lambda row: row.heard or 0)
        if handled != came:
            findings.add("out of order", came[0].channel, conversation, handled)
        keys = {row.key for row in came}
        wanted = [one.key for one in written.get(conversation, ()) if one.key in keys]
        swapped = sum(key != row.key for key, row in zip(wanted, handled, strict=True))
        findings.swapped += swapped
        # VK's events carry nothing that would tell their order; Telegram's and the page's do.
        if swapped and handled[0].channel is not Channel.VK:
            findings.add("out of order", came[0].channel, conversation, wanted, handled)
        places = {row.at: place for place, row in enumerate(handled)}
        turns = [places[reply.at] for reply in said.get(conversation, ()) if reply.at in places]
        if turns != sorted(turns):
            findings.add("out of order", came[0].channel, conversation, turns)


def _sent_on_telegram(findings: Findings, wanted: Sequence[Reply], sent: Iterable[Sent]) -> None:
    """Each reply in its place; a repeat only right before it, and only where an outcome was unknown."""
    left = list(wanted)
    for one in sent:
        text = one.text.strip()
        if not left or text != left[0].text:
            findings.add("duplicated", Channel.TELEGRAM, one)
        elif left[0].delivered_as == str(one.message_id):
            left.pop(0)
        elif left[0].cause.startswith(UNKNOWN) and left[0].attempts > 1:
            findings.twice += 1
        else:
            findings.add("duplicated", Channel.TELEGRAM, left[0])
    for reply in left:
        findings.add("not delivered", Channel.TELEGRAM, reply)


def _shown(findings: Findings, client: str, own: Sequence[str], wanted: Sequence[Reply], seen: Sequence[Shown]) -> None:
    """A browser shows the visitor's own words and the replies, once each, and never goes back."""
    ids = [one.id for one in seen]
    if ids != sorted(set(ids)):
        findings.add("duplicated", Channel.PAGE, client, ids)
    words = [one.text for one in seen if one.own]
    if len(words) != len(own) or any(text not in (mine, "") for mine, text in zip(own, words, strict=True)):
        findings.add("shown wrongly", Channel.PAGE, client, own, words)
    got = [(str(one.id), one.text.strip()) for one in seen if not one.own]
    _same(findings, Channel.PAGE, f"page:{client}", [(str(reply.id), reply.text) for reply in wanted], got)


def _same(
    findings: Findings,
    channel: Channel,
    conversation: str,
    wanted: Sequence[tuple[str, str]],
    got: Sequence[tuple[str, str]],
) -> None:
    """Exactly the replies, once each and in their order."""
    if wanted == got:
        return
    have, want = Counter(key for key, _ in got), Counter(key for key, _ in wanted)
    for key in (have - want).elements():
        findings.add("duplicated", channel, conversation, key)
    for key in (want - have).elements():
        findings.add("not delivered", channel, conversation, key)
    if have == want:
        findings.add("out of order", channel, conversation, wanted, got)


def _chats(emulator: Emulator) -> Iterable[tuple[int, Sequence[Sent]]]:
    """Clients' chats, which have positive numbers, and what came there."""
    return [(chat, emulator.messages(chat)) for chat in emulator.ledger.chats() if chat > 0]


def _by_conversation(found: Iterable[T]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for one in found:
        groups[one.conversation].append(one)
    return groups
