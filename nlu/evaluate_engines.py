"""The engines that can be evaluated: how each is trained on a pack, and asked afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.schema import Pack
from nlu.evaluate import resident_mb
from nlu.examples import examples
from nlu.familiar import familiar_with
from nlu.reading import Ranking, Reader
from nlu.understanding import Engine, Understanding


class NotSetUp(RuntimeError):
    """The engine can't be had here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Trained:
    """An engine, ready to be asked, and what it took."""

    engine: Engine
    seconds: float
    """Wall time of the training, loading of the libraries included."""
    cpu_seconds: float
    """Of this process."""
    rss_mb: Callable[[], float]
    """Memory that the engine's process holds now."""


@contextmanager
def matcher(pack: Pack, folder: Path) -> Iterator[Trained]:
    """The in-process engine, fitted anew: a kept one would say nothing of the time it takes."""
    from nlu.matcher import Matcher

    started, spent = time.perf_counter(), time.process_time()
    engine = Matcher.fit(pack)
    yield Trained(engine, time.perf_counter() - started, time.process_time() - spent, resident_mb)


@contextmanager
def rasa(pack: Pack, folder: Path) -> Iterator[Trained]:
    """Rasa, trained on the same pack in ``folder`` and asked over HTTP; what it ranks is read as by the bot."""
    try:
        from scripts.rasa_tools.environment import installed
        from scripts.rasa_tools.model import RasaFailed, train_pack
        from scripts.rasa_tools.server import RasaServer
    except ImportError:
        raise NotSetUp("Rasa is trained from a checkout of the project, with its scripts/ folder.") from None
    if installed() is None:
        raise NotSetUp("Rasa is not set up here. Run: scripts/rasa setup")
    started = time.perf_counter()
    try:
        model = train_pack(pack, folder)
        seconds = time.perf_counter() - started
        with RasaServer(model) as server:
            number = server.process.pid if server.process else 0
            yield Trained(_OverHttp(pack, server.parse), seconds, 0.0, lambda: resident_mb(number))
    except RasaFailed as error:
        raise NotSetUp(f"Rasa failed: {error}") from None


class _OverHttp:
    """Rasa's rankings, read by the zones and samples of the pack."""

    name = "rasa"

    def __init__(self, pack: Pack, parse: Callable[[str], dict[str, Any]]) -> None:
        self._reader = Reader(pack, familiar_with(examples(pack)))
        self._parse = parse

    def understand(self, text: str) -> Understanding:
        return self.understand_all([text])[0]

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        begun = self._reader.begin(texts)
        return self._reader.finish(begun, [self._rank(text) for text in begun.unjudged], self.name)

    def _rank(self, text: str) -> Ranking:
        return [(one["name"], float(one["confidence"])) for one in self._parse(text)["intent_ranking"]]


Home = Callable[..., AbstractContextManager[Trained]]
ENGINES: dict[str, Home] = {"matcher": matcher, "rasa": rasa}
