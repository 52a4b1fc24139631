"""A stand-in for the house behind the client's page: memory for a database, a script for a mind.

``python -m tests.channels.page_stub WORDS.yml [PORT]`` serves it for a look by hand; the file maps
``page.*`` keys to words by language.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import uvicorn
import yaml
from fastapi import FastAPI

from bot.channels.page.receive import parse
from bot.channels.page.routes import PagePorts, router
from bot.channels.page.words import KEYS, PREFIX
from bot.domain.messages import FileRef, Incoming, Kind, Mark, Opened, Received, Rendered, RenderedButton, Style
from bot.domain.public_views import Answers

SECRET = "a secret for tests only"


class _Change:
    def __init__(self, house: House, seen: int) -> None:
        self._house, self._seen = house, seen

    async def wait(self, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout), self._house.grown:
                await self._house.grown.wait_for(lambda: self._house.total > self._seen)
        except TimeoutError:
            return False
        self._seen = self._house.total
        return True


@dataclass
class House:
    """Conversations by visitor, and knobs to break things."""

    answer: Callable[[Incoming], list[Rendered]] = lambda incoming: []
    words: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"ru": {}})
    rows: dict[str, list[Opened]] = field(default_factory=dict)
    stored: list[Received] = field(default_factory=list)
    attempts: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    down: bool = False
    echo: bool = True
    total: int = 0
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    clock: dt.datetime | None = None

    def clear(self) -> None:
        """As new, for those who serve it already."""
        fresh = House()
        for each in fields(House):
            setattr(self, each.name, getattr(fresh, each.name))

    files: dict[tuple[str, int], tuple[FileRef, bytes]] = field(default_factory=dict)

    async def keep(self, data: bytes) -> str | None:
        return None if data.startswith(b"MZ") else str(len(data))

    async def file(self, visitor: str, message: int) -> tuple[FileRef, bytes] | None:
        return self.files.get((visitor, message))

    def ports(self, secure: bool = False) -> PagePorts:
        return PagePorts(
            store=self.store,
            history=self.history,
            changed=self.changed,
            file=self.file,
            keep=self.keep,
            acknowledge=self.acknowledge,
            texts=self.texts,
            title=lambda language: self.texts(language)["page.title"],
            answers=lambda language, topic, words: Answers((), (), 0, None),
            secret=SECRET,
            secure=secure,
        )

    def texts(self, language: str) -> Mapping[str, str]:
        chosen = language if language in self.words else next(iter(self.words))
        defaults = {PREFIX + key: key for key in KEYS}
        own = {"page.lang": chosen, "page.other_language_code": "", "page.title": "Agency"}
        return {**defaults, **own, **self.words[chosen]}

    async def store(self, rows: Sequence[Received]) -> None:
        self.attempts += len(rows)
        if self.down:
            raise ConnectionError("the database is away")
        for row in rows:
            if any(known.external_id == row.external_id for known in self.stored):
                continue
            self.stored.append(row)
            await self._turn(row)

    async def _turn(self, row: Received) -> None:
        incoming = parse(row.payload)
        assert isinstance(incoming, Incoming)
        if self.echo:
            shown = incoming.text or incoming.kind.value
            await self.say(incoming.external_id, Rendered(shown), key=str(row.payload["id"]))
        for rendered in self.answer(incoming):
            await self.say(incoming.external_id, rendered)

    async def say(self, visitor: str, rendered: Rendered, key: str = "", at: dt.datetime | None = None) -> Opened:
        self.total += 1
        moment = at or self.clock or dt.datetime.now(dt.UTC)
        opened = Opened(self.total, moment, rendered, own=bool(key), key=key)
        self.rows.setdefault(visitor, []).append(opened)
        async with self.grown:
            self.grown.notify_all()
        return opened

    async def history(self, visitor: str, after: int, limit: int) -> list[Opened]:
        if self.down:
            raise ConnectionError("the database is away")
        rows = [row for row in self.rows.get(visitor, []) if row.id > after]
        return rows[:limit] if after else rows[-limit:]

    @asynccontextmanager
    async def changed(self, visitor: str) -> AsyncIterator[_Change]:
        yield _Change(self, self.total)

    async def acknowledge(self, visitor: str, upto: int) -> None:
        self.acknowledged[visitor] = max(upto, self.acknowledged.get(visitor, 0))

    @property
    def texts_stored(self) -> list[str]:
        return [str(row.payload["text"]) for row in self.stored if row.payload["kind"] != "start"]


@dataclass
class Served:
    """A running server: its address, and a way to end it as a power cut would."""

    url: str
    port: int
    server: uvicorn.Server
    task: asyncio.Task[None]

    async def stop(self) -> None:
        for listening in self.server.servers:
            listening.close()
        for connection in list(self.server.server_state.connections):
            connection.transport.abort()
        for ended in (*self.server.server_state.tasks, self.task):
            ended.cancel()
        await asyncio.wait({*self.server.server_state.tasks, self.task}, timeout=5)


async def serve(ports: PagePorts, port: int = 0) -> Served:
    """Start uvicorn in this loop; port 0: any free one."""
    app = FastAPI(openapi_url=None)
    app.include_router(router(ports))
    config = uvicorn.Config(
        app, port=port, log_level="critical", lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    bound = server.servers[0].sockets[0].getsockname()[1]
    return Served(f"http://127.0.0.1:{bound}", bound, server, task)


def demo_words(path: Path) -> dict[str, dict[str, str]]:
    """Russian and English words for a look by hand."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    titles = {
        "ru": "Министерство сельского хозяйства Приозёрной области",
        "en": "Ministry of Agriculture of Priozersk Region",
    }
    return {
        code: {"page.title": titles[code], **{key: value[code] for key, value in listed.items()}}
        for code in ("ru", "en")
    }


def _buttons(*rows: tuple[str, ...]) -> tuple[tuple[RenderedButton, ...], ...]:
    return tuple(tuple(RenderedButton(label, f"a:{label}") for label in row) for row in rows)


GREETING = Rendered(
    "Здравствуйте! Я помощник министерства сельского хозяйства, на связи круглосуточно. Отвечу на вопрос, "
    "приму обращение, покажу, где ваша заявка. Спросите как есть, своими словами.\n\n"
    "Разговор сохраняем, чтобы ответить и ничего не потерять. Подробнее — «Мои данные».",
    rows=_buttons(("Меры поддержки", "Моя заявка"), ("Написать обращение", "Позвать сотрудника")),
)
GRANT = Rendered(
    "Грант «Агростартап» — до 5 млн рублей на новую ферму. Приём заявок: 1–30 апреля.",
    marks=(Mark(0, 19, Style.BOLD),),
    rows=(
        *_buttons(("Подробнее", "Какие документы")),
        (RenderedButton("Подать заявку", link="https://example.invalid/apply"),),
        *_buttons(("Помогло 👍", "Не помогло")),
    ),
)
RECEIPT = Rendered(
    "✅ Обращение ОТ-2026-000123 принято. Ответ пришлём сюда до 21 декабря. Первые вопросы, если появятся, "
    "зададим до 16:40 сегодня. Телефон для справок: +7 (000) 123-45-67.",
    marks=(Mark(12, 14, Style.CODE),),
    rows=_buttons(("Где моё обращение", "Добавить документ")),
)
STATUS = Rendered(
    "ОТ-2026-000123 · Жалоба\n✅ Принято — 21 ноября, 14:40\n✅ Назначен отдел животноводства — 21 ноября\n"
    "⏳ Готовим ответ — до 18 декабря\n▫️ Ответ\nОт вас пока ничего не нужно.",
    marks=(Mark(0, 14, Style.CODE),),
)
SCORE = Rendered(
    "Сотрудник ответил и закрыл вопрос. Насколько вы довольны ответом?", rows=_buttons(("5", "4", "3", "2", "1"))
)


def demo_answer(incoming: Incoming) -> list[Rendered]:
    if incoming.kind is Kind.START:
        return [GREETING]
    said = incoming.text.lower()
    for word, answer in (("обращен", RECEIPT), ("где", STATUS), ("оцен", SCORE)):
        if word in said:
            return [answer]
    return [GRANT]


async def _main(path: Path, port: int) -> None:
    house = House(answer=demo_answer, words=demo_words(path))
    served = await serve(replace(house.ports(), burst=100), port)
    print(served.url, flush=True)
    await served.task


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8099))
