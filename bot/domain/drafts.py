"""A draft of an item of the content: from its first word to the release that brings it to clients."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.errors import OtklikError

TEMPLATES = "templates"
GONE = "null"
"""Body of a draft that takes its item away."""
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class State(StrEnum):
    DRAFT = "draft"
    """Being written."""
    REVIEW = "review"
    """A second person is to read it."""
    APPROVED = "approved"
    """A second person found it true; the next release may take it."""
    RELEASED = "released"
    DROPPED = "dropped"


OPEN = (State.DRAFT, State.REVIEW, State.APPROVED)


class Verb(StrEnum):
    """A step of a draft."""

    SAVED = "saved"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    RELEASED = "released"
    DROPPED = "dropped"


AFTER: Mapping[Verb, State] = {
    Verb.SAVED: State.DRAFT,
    Verb.SUBMITTED: State.REVIEW,
    Verb.APPROVED: State.APPROVED,
    Verb.RETURNED: State.DRAFT,
    Verb.RELEASED: State.RELEASED,
    Verb.DROPPED: State.DROPPED,
}
BEFORE: Mapping[Verb, tuple[State, ...]] = {
    Verb.SAVED: OPEN,
    Verb.SUBMITTED: (State.DRAFT,),
    Verb.APPROVED: (State.REVIEW,),
    Verb.RETURNED: (State.REVIEW, State.APPROVED),
    Verb.RELEASED: (State.APPROVED,),
    Verb.DROPPED: OPEN,
}
"""Whoever saves takes an approval back: what was approved is not what stands there now."""


@dataclass(frozen=True, slots=True)
class Live:
    """An item as clients get it."""

    id: int
    """Of its version."""
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    id: int
    kind: str
    slug: str
    body: str
    """JSON of the item as it was typed, which may not be a whole item yet."""
    base: int | None
    """The live version that whoever wrote it last saw."""
    state: State
    step: int
    """Number of its last step: what a form has shown."""
    changed_at: dt.datetime

    @property
    def item(self) -> dict[str, Any]:
        """What was typed; nothing where it takes the item away."""
        item: dict[str, Any] = json.loads(self.body) or {}
        return item

    @property
    def deletes(self) -> bool:
        """Once it is released there is no such item any more."""
        return self.body == GONE


@dataclass(frozen=True, slots=True)
class Step:
    id: int
    verb: Verb
    staff: int
    name: str
    at: dt.datetime
    remark: str
    body: str | None
    replay: int | None = None
    """What whoever approved it had seen."""


class DraftConflict(OtklikError):
    """A colleague has changed this meanwhile."""

    def __init__(self, body: str | None, step: int, base: int | None, name: str) -> None:
        super().__init__()
        self.body = body
        """What stands there now; None: nothing."""
        self.step, self.base = step, base
        """To be carried by the form when it is sent all the same."""
        self.name = name
        """Who wrote it; empty where it was released or imported."""


class OwnDraft(OtklikError):
    """Whoever has edited a draft can't approve it: a second person has to read it."""


class WrongState(OtklikError):
    """This can't be done with a draft in this state."""


class ReasonMissing(OtklikError):
    """A word why is needed."""


class DraftsInTheWay(OtklikError):
    """Drafts are open on items that this would change under them."""

    def __init__(self, slugs: Sequence[str]) -> None:
        self.slugs = tuple(slugs)
        told = ", ".join(self.slugs)
        super().__init__(f"Drafts are open on items that the folder changes: {told}. Release or drop them first.")


class NothingToRelease(OtklikError):
    """There is nothing here to be released."""


class LiveAlready(OtklikError):
    """This is what clients get already."""


class Outdated(OtklikError):
    """What clients get has changed since these drafts were written. Look at both and save again."""

    def __init__(self, slugs: Sequence[str]) -> None:
        super().__init__()
        self.slugs = tuple(slugs)


class LeadsToDraft(OtklikError):
    """A button leads to a new template that is not in this release: release both together."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.pairs = tuple(pairs)
        """Slugs: whose button it is, and where it leads."""


def check_step(draft: Draft, verb: Verb, actor: int, editors: frozenset[int]) -> None:
    """Whether this person may take this step now. Raises WrongState, OwnDraft."""
    if draft.state not in BEFORE[verb]:
        raise WrongState
    if verb is Verb.APPROVED and actor in editors:
        raise OwnDraft


def leads_to(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Slugs of the templates that buttons lead to: a template's, perhaps a half-written one's, and its variants'."""
    buttons = [one for part in (item, *_parts(item, "variants")) for one in _parts(part, "buttons")]
    slugs = (one.get("template") for one in buttons)
    return tuple(dict.fromkeys(slug for slug in slugs if isinstance(slug, str) and slug))


def _parts(item: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
