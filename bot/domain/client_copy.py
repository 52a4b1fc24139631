"""Everything that is kept about one client, and how it is told to him in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.profile import Profile
from bot.domain.wording import UnknownText, localized, phrase
from knowledge_base.schema import Pack


@dataclass(frozen=True, slots=True)
class Written:
    at: dt.datetime
    own: bool
    """Written by the client."""
    text: str | None
    """None: it held a personal value, or was erased."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    number: str | None
    service: str
    at: dt.datetime
    values: Mapping[str, str]
    stages: Sequence[tuple[str, dt.datetime]]


@dataclass(frozen=True, slots=True)
class Scored:
    at: dt.datetime
    value: int | None
    about: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    channel: str
    external_id: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class ClientCopy:
    client: int
    contacts: Sequence[Contact]
    personal: Sequence[tuple[str, str]]
    """Kind and value."""
    messages: Sequence[Written]
    requests: Sequence[Asked]
    scores: Sequence[Scored]
    people: Sequence[tuple[dt.datetime, str]]
    """When a person was called, and which team's."""
    awaited: Sequence[str]
    """Answers he wishes to be told of."""
    profile: Profile
    """What he said of himself."""


def in_words(copy: ClientCopy, pack: Pack) -> dict[str, Any]:
    """The copy as a document whose every name is a plain word of the agency's language."""
    words = _Words(pack)
    return {
        words("data.file.agency"): words("agency"),
        words("data.file.contacts"): [
            {
                words("data.file.where"): words(f"channel.{one.channel}"),
                words("data.file.address"): one.external_id,
                words("data.file.since"): words.at(one.since),
            }
            for one in copy.contacts
        ],
        words("data.file.personal"): [
            {words("data.file.kind"): words.either(f"data.kind.{kind}", kind), words("data.file.value"): value}
            for kind, value in copy.personal
        ],
        words("data.file.requests"): [_request(words, one) for one in copy.requests],
        words("data.file.scores"): [
            {
                words("data.file.when"): words.at(one.at),
                words("data.file.about"): words.either(f"template/{one.about}/title", one.about),
                words("data.file.score"): one.value,
                words("data.file.text"): one.words,
            }
            for one in copy.scores
        ],
        words("data.file.people"): [
            {words("data.file.when"): words.at(at), words("data.file.team"): words.either(f"team/{team}", team)}
            for at, team in copy.people
        ],
        words("data.file.awaited"): [words.either(f"template/{slug}/title", slug) for slug in copy.awaited],
        words("data.file.profile"): [
            words.either(f"{kind}/{slug}", slug)
            for kind, slug in (("segment", copy.profile.segment), ("situation", copy.profile.situation))
            if slug
        ],
        words("data.file.messages"): [
            {
                words("data.file.when"): words.at(one.at),
                words("data.file.who"): words("data.file.you" if one.own else "data.file.we"),
                words("data.file.text"): one.text if one.text is not None else words("data.file.no_text"),
            }
            for one in copy.messages
        ],
    }


def _request(words: _Words, one: Asked) -> dict[str, Any]:
    service = f"service/{one.service}"
    return {
        words("data.file.number"): one.number,
        words("data.file.what"): words.either(f"{service}/noun", one.service),
        words("data.file.when"): words.at(one.at),
        words("data.file.fields"): {
            words.either(f"{service}/field/{name}/label", name): words.either(
                f"{service}/field/{name}/choice/{value}", value
            )
            for name, value in one.values.items()
        },
        words("data.file.stages"): [
            {
                words("data.file.when"): words.at(at),
                words("data.file.stage"): words.either(f"{service}/stage/{stage}", stage),
            }
            for stage, at in one.stages
        ],
    }


class _Words:
    """Texts of the pack in the agency's own language, moments in the office's zone."""

    def __init__(self, pack: Pack) -> None:
        self._pack, self._language = pack, pack.agency.default_language
        self._zone = ZoneInfo(pack.agency.timezone)

    def __call__(self, key: str) -> str:
        return phrase(self._pack, key, self._language)

    def either(self, key: str, instead: str) -> str:
        """The text under a key; what the pack no longer has goes by its bare name."""
        try:
            localized(self._pack, key)
        except UnknownText:
            return instead
        return self(key)

    def at(self, moment: dt.datetime) -> str:
        return moment.astimezone(self._zone).isoformat(" ", "seconds")
