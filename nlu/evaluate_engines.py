"""The engines that can be evaluated: how each is trained on a pack, and asked afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.schema import Pack
from nlu.evaluate import resident_mb
from nlu.understanding import Engine


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
    """Rasa, trained on the same pack in ``folder`` and asked over HTTP."""
    raise NotSetUp("Rasa is not set up here. Run: scripts/rasa setup")
    yield  # pragma: no cover


Home = Callable[..., AbstractContextManager[Trained]]
ENGINES: dict[str, Home] = {"matcher": matcher, "rasa": rasa}
