"""Rasa as the bot's second engine: asked within a deadline, within bounds, and only while it serves this release."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence

from nlu.breaker import Breaker, State
from nlu.rasa_client import RasaClient, RasaFailed, Trouble, askable
from nlu.reading import Ranking

DEADLINE_SECONDS = 0.8
"""All that a batch of messages ever waits for Rasa."""
PARALLEL = 4
"""Questions at a time: Rasa sheds no load, it only becomes slower for all."""
ROOM = 32
"""Questions on the way; beyond that the in-process engine is the quicker one."""
LOOK_SECONDS = 5.0
"""How often it is asked which model it serves, while all is well."""
SMOKE = "проверка связи"
_AT_ONCE = frozenset({Trouble.TIMEOUT, Trouble.DENIED, Trouble.NO_MODEL, Trouble.STRANGE_INTENT})
"""Troubles after which it is left alone at once: they cost clients their time, or do not pass by themselves."""

_log = logging.getLogger(__name__)

Count = Callable[[str, float], None]
"""Is told what became of a batch, and the seconds it waited."""


class Rasa:
    """One Rasa server as one worker sees it. Its troubles never reach a client."""

    name = "rasa"

    def __init__(
        self,
        client: RasaClient,
        *,
        clock: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE_SECONDS,
        count: Count = lambda result, seconds: None,
    ) -> None:
        self.client = client
        self.deadline = deadline
        self.breaker = Breaker(clock)
        self.model = ""
        """The model it serves, as seen last."""
        self._clock = clock
        self._count = count
        self._turns = asyncio.Semaphore(PARALLEL)
        self._on_the_way = 0
        self._looked = float("-inf")

    def serves(self, version: str) -> bool:
        """Whether it may be asked, and its model was trained on the content of this version."""
        return self.breaker.allows and belongs(self.model, version)

    async def rank(
        self, texts: Sequence[str], version: str, known: Collection[str], until: float
    ) -> dict[str, Ranking]:
        """Rankings of as many of the cleaned texts as it gives before ``until`` (the loop's time); perhaps none."""
        if not self.serves(version):
            return {}
        wanted = [text for text in texts if askable(text)][: max(0, ROOM - self._on_the_way)]
        if not wanted:
            return {}
        found: dict[str, Ranking] = {}
        started = self._clock()
        trouble = await self._ask(wanted, known, until, found)
        if trouble is None:
            self.breaker.succeeded()
        else:
            self._failed(trouble)
        self._count(trouble.value if trouble else "answered", self._clock() - started)
        return found

    async def _ask(
        self, wanted: Sequence[str], known: Collection[str], until: float, found: dict[str, Ranking]
    ) -> Trouble | None:
        """Ask all of them; the first trouble ends it."""

        async def ask(text: str) -> None:
            async with self._turns:
                found[text] = await self.client.rank(text, known)

        self._on_the_way += len(wanted)
        try:
            async with asyncio.timeout_at(until), asyncio.TaskGroup() as group:
                for text in wanted:
                    group.create_task(ask(text))
        except TimeoutError:
            return Trouble.TIMEOUT
        except BaseExceptionGroup as failures:
            matching, others = failures.split(RasaFailed)
            if matching is None or others is not None:
                raise
            return _first(matching)
        finally:
            self._on_the_way -= len(wanted)
        return None

    def _failed(self, trouble: Trouble) -> None:
        self.breaker.failed(heavily=trouble in _AT_ONCE)
        if self.breaker.state is State.OPEN:
            _log.warning("Rasa is left alone for a while (%s); the in-process engine answers", trouble.value)

    async def look(self) -> None:
        """See which model it serves, and whether it is well again. To be called about once a second."""
        if self.breaker.looks():
            await self._probe()
        elif self.breaker.allows and self._clock() - self._looked >= LOOK_SECONDS:
            await self._see()

    async def _see(self) -> None:
        self._looked = self._clock()
        try:
            async with asyncio.timeout(self.deadline):
                self.model = await self.client.model()
        except TimeoutError:
            self._failed(Trouble.TIMEOUT)
        except RasaFailed as error:
            self._failed(error.trouble)

    async def _probe(self) -> None:
        """Half-open: it must name its model and rank a text before a client's is put to it."""
        try:
            self.model = await probe(self.client, self.deadline)
        except RasaFailed as error:
            self._count(f"probe_{error.trouble.value}", 0.0)
            self.breaker.reopen()
        except BaseException:
            self.breaker.reopen()
            raise
        else:
            self._looked = self._clock()
            self.breaker.close()
            _log.info("Rasa answers with the model %s", self.model)


def belongs(model: str, version: str) -> bool:
    """Whether a model was trained on the content of this version: its name begins with it."""
    return bool(version) and model.startswith(version)


async def probe(client: RasaClient, seconds: float) -> str:
    """The model's name, once it has ranked a text within ``seconds``. Raises RasaFailed."""
    try:
        async with asyncio.timeout(seconds):
            model = await client.model()
            await client.rank(SMOKE)
            return model
    except TimeoutError as error:
        raise RasaFailed(Trouble.TIMEOUT) from error


def _first(failures: BaseExceptionGroup[RasaFailed]) -> Trouble:
    error = failures.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error.trouble
