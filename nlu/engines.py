"""The engines of a release as clients meet them: Rasa while it is well, the in-process one otherwise, at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge_base.schema import Pack
from nlu import engine_cache
from nlu.apart import fit_apart
from nlu.draft_engines import DraftEngines
from nlu.matcher import Matcher
from nlu.rasa_home import Rasa
from nlu.reading import Begun, Ranking
from nlu.replay_apart import Told, read_twice
from nlu.understanding import Understanding

MOST_WAITING = 64
"""Batches that wait for a comparison; more are left out rather than kept in memory."""

GIVING_WAY = 10
"""Niceness of the process that learns a draft."""

_log = logging.getLogger(__name__)


class Mode(StrEnum):
    OFF = "off"
    ON = "on"
    SHADOW = "shadow"
    """The in-process engine answers; Rasa is asked afterwards, and both are compared."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    live: Live
    begun: Begun
    given: Sequence[Understanding]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Live:
    """The engine of one release: immutable, so that a release and its engine are swapped as one."""

    matcher: Matcher
    version: str
    """Of the pack it was trained on."""
    rasa: Rasa | None = None
    shadows: deque[_Comparison] | None = None
    """Where batches wait for a comparison, in shadow mode."""

    @property
    def name(self) -> str:
        return self.matcher.name

    def understand(self, text: str) -> Understanding:
        """Read one message in this process, at once."""
        return self.matcher.understand(text)

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        """Read several in this process, at once."""
        return self.matcher.understand_all(texts)

    async def hear(self, texts: Sequence[str], until: float) -> list[Understanding]:
        """Read what clients wrote. Rasa may take ``until`` (the loop's time); never raises.

        A message is read wholly by one engine, whose name it bears.
        """
        begun = self.matcher.reader.begin(texts)
        if self.rasa is None or self.shadows is not None:
            given = self._here(begun)
            if self.shadows is not None and begun.unjudged and len(self.shadows) < MOST_WAITING:
                self.shadows.append(_Comparison(self, begun, given))
            return given
        ranked = await self.rasa.rank(begun.unjudged, self.version, self.matcher.reader.slugs, until)
        return self.read(begun, ranked) if ranked else self._here(begun)

    def read(self, begun: Begun, ranked: Mapping[str, Ranking]) -> list[Understanding]:
        """Messages that Rasa ranked wholly by its rankings, the others in this process."""
        told: dict[int, Understanding] = {}
        numbers = range(len(begun.messages))
        by_rasa = [n for n in numbers if begun.needs(n) and all(text in ranked for text in begun.needs(n))]
        here = [n for n in numbers if n not in set(by_rasa)]
        if by_rasa:
            part = begun.only(by_rasa)
            rankings = [ranked[text] for text in part.unjudged]
            told.update(zip(by_rasa, self.matcher.reader.finish(part, rankings, Rasa.name), strict=True))
        told.update(zip(here, self._here(begun.only(here)), strict=True))
        return [told[n] for n in numbers]

    def _here(self, begun: Begun) -> list[Understanding]:
        return self.matcher.reader.finish(begun, self.matcher.rank(begun.unjudged), self.matcher.name)


class Engines:
    """Makes the engines of releases, and keeps one worker's Rasa."""

    def __init__(self, folder: Path, rasa: Rasa | None = None, mode: Mode = Mode.OFF) -> None:
        self._folder = folder
        self.drafts: DraftEngines[Live] = DraftEngines(self._fit_draft)
        self.rasa = rasa if mode is not Mode.OFF else None
        self.shadows: deque[_Comparison] | None = deque() if self.rasa and mode is Mode.SHADOW else None

    def fit(self, pack: Pack) -> Live:
        """The engine of a pack, fitted in a process of its own if need be; takes seconds."""
        former, wanted = (
            engine_cache.cache_file(at, pack.version, encoder=True) for at in (self._drafts, self._folder)
        )
        engine_cache.adopt(former, wanted)
        return Live(fit_apart(pack, self._folder), pack.version, self.rasa, self.shadows)

    def _fit_draft(self, pack: Pack) -> Live:
        """The in-process engine alone: Rasa knows what clients get. It gives way to those who serve them."""
        sentences = self._folder / "sentences"
        return Live(fit_apart(pack, self._drafts, sentences=sentences, niceness=GIVING_WAY), pack.version)

    @property
    def _drafts(self) -> Path:
        return self._folder / "drafts"

    def replay(self, live: Pack, draft: Pack, texts: Sequence[str]) -> AsyncGenerator[list[tuple[Told, Told]]]:
        """Texts read by the engines of what clients get and of a draft release, chunk by chunk, in a process apart.

        Raises ReplayFailed.
        """
        return read_twice(self._folder, self._drafts, live, draft, texts, GIVING_WAY)

    def lend(self, former: object, pack: Pack) -> Live | None:
        """An engine for a pack before its own is fitted, from one that serves now; None where that is not of here."""
        if not isinstance(former, Live):
            return None
        return Live(former.matcher.lent_to(pack), pack.version, self.rasa, self.shadows)

    async def compare(
        self, now: Callable[[], float], count: Callable[[Understanding, Understanding | None], None]
    ) -> None:
        """Put what waits to Rasa too, one batch after another; ``count`` is told what either understood.

        None stands for what Rasa did not tell in time. ``now``: the loop's time.
        """
        while self.shadows and self.rasa is not None:
            one = self.shadows.popleft()
            slugs = one.live.matcher.reader.slugs
            ranked = await self.rasa.rank(one.begun.unjudged, one.live.version, slugs, now() + self.rasa.deadline)
            numbers = [n for n in range(len(one.given)) if one.begun.needs(n)]
            for n, second in zip(numbers, one.live.read(one.begun.only(numbers), ranked), strict=True):
                count(one.given[n], second if second.engine == Rasa.name else None)

    async def close(self) -> None:
        self.drafts.close()
        if self.rasa is not None:
            await self.rasa.client.close()
