"""The engines that can be evaluated: how each is trained on a pack, and asked afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.schema import Pack
from nlu.evaluate import resident_mb
from nlu.examples import examples
from nlu.familiar import familiar_with
from nlu.reading import Ranking, Reader
from nlu.training import write_pack
from nlu.understanding import Engine, Understanding

ROOT = Path(__file__).parent.parent


class NoEngine(RuntimeError):
    """The engine can't be had here, or broke down; the message says what to do."""


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
    started = time.perf_counter()
    write_pack(pack, folder / "project")
    command = [sys.executable, "-m", "scripts.rasa_tools.evaluation", str(folder / "project"), str(folder / "models")]
    # Another program, for Rasa's tools are no part of this one; it serves until its input ends.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline() or f'{{"error": "{_NO_TOOLS}"}}')
            if "error" in told:
                raise NoEngine(told["error"])
            seconds = time.perf_counter() - started
            yield Trained(_OverHttp(pack, told["url"]), seconds, 0.0, lambda: resident_mb(told["process"]))
        finally:
            server.stdin.close()


_NO_TOOLS = "Rasa's tools ended without a result, see above. They are run from the project's folder (scripts/rasa)."


class _OverHttp:
    """Rasa's rankings, read by the zones and samples of the pack."""

    name = "rasa"

    def __init__(self, pack: Pack, url: str) -> None:
        self._reader = Reader(pack, familiar_with(examples(pack)))
        self._url = url

    def understand(self, text: str) -> Understanding:
        return self.understand_all([text])[0]

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        begun = self._reader.begin(texts)
        return self._reader.finish(begun, [self._rank(text) for text in begun.unjudged], self.name)

    def _rank(self, text: str) -> Ranking:
        # Rasa takes a text that begins with a slash for the name of an intent; the bot never sends it one.
        body = json.dumps({"text": text.lstrip("/ ")}).encode()
        request = urllib.request.Request(self._url, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                told = json.load(response)
        except (OSError, ValueError) as error:
            raise NoEngine(
                f"Rasa broke down under the questions ({error}). Is there memory enough? Try again."
            ) from None
        return [(one["name"], float(one["confidence"])) for one in told["intent_ranking"]]


Home = Callable[..., AbstractContextManager[Trained]]
ENGINES: dict[str, Home] = {"matcher": matcher, "rasa": rasa}
