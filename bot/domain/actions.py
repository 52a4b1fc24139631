"""What a button carries: ``verb:argument:...``, at most 64 bytes, the same in every channel.

A button can be old, pressed twice, or forged by a client of the API: nothing in it is trusted,
each activity checks that the thing named is the client's own and still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class ShowTemplate:
    slug: str


@dataclass(frozen=True, slots=True)
class ShowMore:
    slug: str


@dataclass(frozen=True, slots=True)
class ShowBlanks:
    """The blank forms that go with an answer."""

    slug: str


@dataclass(frozen=True, slots=True)
class SendBlank:
    slug: str


@dataclass(frozen=True, slots=True)
class WithFiles:
    """What was sent lately goes along into a service, or to a person (``human``)."""

    target: str


@dataclass(frozen=True, slots=True)
class StartService:
    slug: str
    afresh: bool = False


@dataclass(frozen=True, slots=True)
class ShowMenu:
    slug: str


@dataclass(frozen=True, slots=True)
class BrowseTopics:
    page: int


@dataclass(frozen=True, slots=True)
class BrowseQuestions:
    topic: str
    page: int


@dataclass(frozen=True, slots=True)
class DoCommand:
    name: str


@dataclass(frozen=True, slots=True)
class SayHelped:
    episode: int
    helped: bool


@dataclass(frozen=True, slots=True)
class GiveScore:
    episode: int
    value: int
    """1 to 5; 0: does not wish to."""


@dataclass(frozen=True, slots=True)
class SkipWords:
    """No comment wished."""

    episode: int


@dataclass(frozen=True, slots=True)
class AddWords:
    """Wishes to say more about a score."""

    episode: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Wishes to be told when a need can be met."""

    slug: str


@dataclass(frozen=True, slots=True)
class PressForm:
    token: str
    step: str
    verb: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ShowRequest:
    id: int


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    id: int


@dataclass(frozen=True, slots=True)
class SetLanguage:
    language: str


What = Literal["segment", "situation"]
"""Of the two things that one can say of oneself."""


@dataclass(frozen=True, slots=True)
class AskAboutMe:
    """To choose who one is."""

    what: What
    page: int


@dataclass(frozen=True, slots=True)
class TellAboutMe:
    what: What
    slug: str


Action: TypeAlias = (
    ShowTemplate
    | ShowMore
    | ShowBlanks
    | SendBlank
    | WithFiles
    | StartService
    | ShowMenu
    | BrowseTopics
    | BrowseQuestions
    | DoCommand
    | SayHelped
    | GiveScore
    | SkipWords
    | AddWords
    | Watch
    | PressForm
    | ShowRequest
    | WithdrawCase
    | SetLanguage
    | AskAboutMe
    | TellAboutMe
)

_MAKERS: dict[str, Callable[..., Action]] = {
    "t": lambda slug: ShowTemplate(slug),
    "m": lambda slug: ShowMore(slug),
    "b": lambda slug: ShowBlanks(slug),
    "bf": lambda slug: SendBlank(slug),
    "wf": lambda target: WithFiles(target),
    "s": lambda slug: StartService(slug),
    "sn": lambda slug: StartService(slug, afresh=True),
    "menu": lambda slug: ShowMenu(slug),
    "at": lambda page: BrowseTopics(_id(page)),
    "aq": lambda topic, page: BrowseQuestions(topic, _id(page)),
    "c": lambda name: DoCommand(name),
    "h": lambda episode, helped: SayHelped(_id(episode), {"1": True, "0": False}[helped]),
    "r": lambda episode, value: GiveScore(_id(episode), _score(value)),
    "rx": lambda episode: SkipWords(_id(episode)),
    "rc": lambda episode: AddWords(_id(episode)),
    "n": lambda slug: Watch(slug),
    "f": lambda token, step, verb, value="": PressForm(token, step, verb, value),
    "q": lambda request: ShowRequest(_id(request)),
    "w": lambda case: WithdrawCase(_id(case)),
    "l": lambda language: SetLanguage(language),
    "pw": lambda what, page: AskAboutMe(_about_me(what), _id(page)),
    "p": lambda what, slug: TellAboutMe(_about_me(what), slug),
}


def parse(text: str) -> Action | None:
    """The action a button carries; None for anything that is not ours."""
    verb, *arguments = text.split(":")
    maker = _MAKERS.get(verb)
    if maker is None or len(text) > 100:
        return None
    try:
        return maker(*arguments)
    except (TypeError, ValueError, KeyError):
        return None


def parse_staff(text: str) -> tuple[str, int] | None:
    """``take``, ``done``, ``hand``, ``open`` or ``ask`` with a case id; None for anything else."""
    match text.split(":"):
        case ["k", ("take" | "done" | "hand" | "open" | "ask") as verb, number] if _is_id(number):
            return verb, int(number)
    return None


def parse_handing(text: str) -> tuple[int, str] | None:
    """A case and the team it is handed on to; None for anything else."""
    match text.split(":"):
        case ["k", "to", number, team] if _is_id(number):
            return int(number), team
    return None


def parse_asking(text: str) -> tuple[int, str] | None:
    """A case and the other body that is asked in it; None for anything else."""
    match text.split(":"):
        case ["k", "of", number, body] if _is_id(number):
            return int(number), body
    return None


def _about_me(text: str) -> What:
    match text:
        case "segment" | "situation":
            return text
    raise ValueError(text)


def _id(text: str) -> int:
    if not _is_id(text):
        raise ValueError(text)
    return int(text)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _score(text: str) -> int:
    if text not in {"0", "1", "2", "3", "4", "5"}:
        raise ValueError(text)
    return int(text)
