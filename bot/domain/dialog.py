"""The state of one conversation: a stack of activities and what is remembered between messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, TypeAlias


class FormMode(StrEnum):
    ASK = "ask"
    REVIEW = "review"
    """The summary is shown, waiting for "send"."""
    PICK = "pick"
    """The client chooses what to correct."""
    DROP = "drop"
    """Asked whether to throw the draft away."""
    PAUSED = "paused"
    HEARD = "heard"
    """A spoken value is shown, waiting for the client to say that it is right."""


@dataclass(frozen=True, slots=True)
class Form:
    """A service being filled in."""

    service: str
    token: str
    """Names this filling-in: the same one pressed twice makes one request."""
    step: str
    """Name of the field being asked."""
    values: Mapping[str, str] = field(default_factory=dict)
    """By field name; a personal field holds the reference of its value."""
    mode: FormMode = FormMode.ASK
    resume: FormMode = FormMode.ASK
    """Where a paused form, or one about to be dropped, goes on."""
    fixing: bool = False
    """One field is being corrected: back to the summary after it."""
    heard: str = ""
    """A spoken value of the step; of a personal field its reference."""
    type: Literal["form"] = "form"


@dataclass(frozen=True, slots=True)
class Comment:
    """Words about a score are awaited."""

    episode: int
    low: bool = True
    """After a low score a person takes over."""
    type: Literal["comment"] = "comment"


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer did not help; what was missing?"""

    episode: int
    type: Literal["missing"] = "missing"


Activity: TypeAlias = Form | Comment | Missing


class Owes(StrEnum):
    """Who owes an answer while a term stands still."""

    CLIENT = "client"
    BODY = "body"
    """Another body."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody else owed an answer; no ``end``: he still does."""

    start: dt.datetime
    end: dt.datetime | None = None
    owed_by: Owes = Owes.CLIENT


@dataclass(frozen=True, slots=True)
class Wait:
    """Another body was asked and has not answered."""

    body: str
    """Slug of the pack, or a name."""
    due_at: dt.datetime
    by: int
    name: str
    """Of whoever asked it."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case of this conversation that isn't closed."""

    id: int
    reason: str
    due_at: dt.datetime
    """Deadline of the running term, or of the last one."""
    request: int | None = None
    waiting: bool = True
    """A response term is running: a person owes an answer."""
    answered: bool = False
    """A person has answered at least once."""
    taken_by: int | None = None
    told_due: dt.datetime | None = None
    """The deadline named when the client was last told that his words were passed on; none: not told yet."""
    team: str = ""
    """Answers for it."""
    policy: str = ""
    since: dt.datetime | None = None
    """When the term that runs, or the last one, began."""
    first: bool = True
    """It is the term of the first answer."""
    pauses: tuple[Pause, ...] = ()
    """Of that term."""
    waits: tuple[Wait, ...] = ()
    """For other bodies, in the order of asking."""
    late: bool = False
    """The deadline of the running term has passed, and staff were told."""

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def owed_by(self) -> Owes | None:
        """For whom the term stands still."""
        return self.pauses[-1].owed_by if self.paused else None


@dataclass(frozen=True, slots=True)
class Offered:
    """A button last shown: typing its label does the same."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Dialog:
    language: str
    screen: str = ""
    """Language of the client's screen when he last wrote, where the channel tells it."""
    greeted: bool = False
    stack: tuple[Activity, ...] = ()
    offered: tuple[Offered, ...] = ()
    misses: int = 0
    """Questions in a row that got no answer."""
    question: str = ""
    """The client's last question, handed to staff with a case."""
    about: str = ""
    """Slug of the last answer: a person called after it is one of its team."""
    cases: tuple[OpenCase, ...] = ()
    led: bool = False
    """A person leads: the assistant is silent."""
    named: str = ""
    """The team that the client was last told he talks to."""
    titled: str = ""
    """How things stand by the name of the topic in the staff group."""
    scores_declined: bool = False
    heard: str = ""
    """Id of the client's last message, while nothing else was done since."""
    filled: str = ""
    """The field of the form that this message filled."""
    album: str = ""
    """The album of the last message: what else comes of it gets no reply of its own."""
    loose: int = 0
    """Files sent that belong to nothing yet."""
    flood_level: float = 0.0
    flood_at: dt.datetime | None = None
    held: int = 0
    """Messages of a flood that the person who leads has not been shown."""
    held_text: str = ""
    """The last of them."""

    @property
    def form(self) -> Form | None:
        """The form on top of the stack, unless paused."""
        top = self.stack[-1] if self.stack else None
        return top if isinstance(top, Form) and top.mode is not FormMode.PAUSED else None

    @property
    def handed_over(self) -> OpenCase | None:
        """The open case in which the client talks to a person."""
        return next((case for case in self.cases if case.request is None), None)

    def case(self, case_id: int) -> OpenCase | None:
        return next((case for case in self.cases if case.id == case_id), None)

    def with_case(self, changed: OpenCase) -> Dialog:
        """The same dialog with one case added or replaced."""
        if self.case(changed.id) is None:
            return replace(self, cases=(*self.cases, changed))
        return replace(self, cases=tuple(changed if c.id == changed.id else c for c in self.cases))

    def without_case(self, case_id: int) -> Dialog:
        return replace(self, cases=tuple(case for case in self.cases if case.id != case_id))

    def push(self, activity: Activity) -> Dialog:
        return replace(self, stack=(*self.stack, activity))

    def pop(self) -> Dialog:
        return replace(self, stack=self.stack[:-1])

    def top(self, activity: Activity) -> Dialog:
        """The same stack with another activity on top."""
        return replace(self, stack=(*self.stack[:-1], activity))

    def settled(self) -> Dialog:
        """Without waiting for words about a score: the client went on."""
        return replace(self, stack=tuple(a for a in self.stack if isinstance(a, Form)))
