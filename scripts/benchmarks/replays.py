"""A replay under measurement: from the press at the desk until 10,000 past questions were read twice."""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from knowledge_base.load import load_pack
from scripts.benchmarks.large_pack import MINISTRY
from scripts.benchmarks.moderators import moderators
from scripts.benchmarks.otklik import started
from scripts.benchmarks.processes import BenchError
from scripts.benchmarks.report import Bar

QUESTIONS, QUICK = 10_000, 1_000
SECONDS = 60.0
PATIENCE = 600.0
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
TYPO_SHARE = 0.8

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    questions: int
    first: float
    """Seconds, the draft's engine being learned among them."""
    again: float
    """Of the same drafts once more: their engine is there."""
    changed: int


async def measure(*, quick: bool, tell: Tell) -> Replayed:
    """One worker on the demonstration pack, with past questions that nobody has asked. Raises BenchError."""
    count = QUICK if quick else QUESTIONS
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as home:
        tell("replay: the first start")
        with started(Path(home) / "var", None, settings={}, patience=PATIENCE) as worker:
            cookie = await _prepared(worker.url, _asked(count))
            site = f"http://127.0.0.1:{worker.environment['OTKLIK_PORT']}/desk/replays"
            async with aiohttp.ClientSession(cookies={"desk": cookie}) as desk:
                tell(f"replay: {count} questions")
                first, _ = await _replay(desk, site)
                tell("replay: once more")
                again, changed = await _replay(desk, site)
    return Replayed(count, first, again, changed)


def _asked(count: int, seed: int = 5) -> list[str]:
    """Samples and test questions of the pack, most of them mistyped; hardly one twice."""
    pack, chance = load_pack(MINISTRY, frozenset()), random.Random(seed)
    known = [text for texts in pack.questions.values() for text in texts]
    known += [text for one in pack.templates.values() for text in one.samples.get("ru", ())]
    return [_mistyped(chance.choice(known), chance) for _ in range(count)]


def _mistyped(text: str, chance: random.Random) -> str:
    signs = list(text)
    while chance.random() < TYPO_SHARE and len(signs) > 2:
        at = chance.randrange(len(signs) - 1)
        match chance.randrange(3):
            case 0:
                signs[at], signs[at + 1] = signs[at + 1], signs[at]
            case 1:
                del signs[at]
            case _:
                signs.insert(at, chance.choice(LETTERS))
    return "".join(signs)


async def _prepared(url: str, texts: list[str]) -> str:
    """Questions, a draft in review and a moderator who is signed in with the cookie that is returned."""
    rows = json.dumps([{"id": number, "text": text} for number, text in enumerate(texts, start=1)])
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_QUESTIONS, rows)
        token, _ = await moderators(connection, "до скольки сидит бухгалтер", approved=False)
    finally:
        await connection.close()
    return token


_QUESTIONS = """
    INSERT INTO question (id, at, text, outcome, release, asker)
    SELECT id, now(), text, 'unknown', 1, int8send(id % 4000)
    FROM json_to_recordset($1::json) AS q(id bigint, text text)
"""


async def _replay(desk: aiohttp.ClientSession, site: str) -> tuple[float, int]:
    """Seconds from the press until its result stands there, and how many questions change."""
    async with desk.get(site) as answer:
        page = await answer.text()
    fields = {name: _hidden(page, name) for name in ("form", "action")}
    began = time.perf_counter()
    form = {**fields, "days": "0"}
    async with desk.post(site, data=form, allow_redirects=False) as answer:
        if answer.status != 303:
            raise BenchError(f"the replay was refused: {answer.status}")
        number = answer.headers["Location"].rpartition("/")[2]
    while True:
        async with desk.get(f"{site}/{number}/progress") as answer:
            found: dict[str, Any] = await answer.json()
        passed = time.perf_counter() - began
        if not found["running"]:
            break
        if passed > PATIENCE:
            raise BenchError("the replay does not end")
        await asyncio.sleep(0.2)
    async with desk.get(f"{site}/{number}/changes.csv") as answer:
        if answer.status != 200 or found["done"] < found["total"] or not found["total"]:
            raise BenchError("the replay failed")
        return passed, (await answer.text()).count("\n") - 1


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page[page.index('action="/desk/replays"') :])
    if found is None:
        raise BenchError("the page of replays has no form")
    return found[1]


def bars(one: Replayed) -> list[Bar]:
    return [Bar(f"replay of {one.questions} questions, learning included, s", one.first, SECONDS)]


def as_object(one: Replayed) -> dict[str, Any]:
    """For programs."""
    return {
        "bars": [{"name": bar.name, "value": bar.value, "limit": bar.limit, "met": bar.met} for bar in bars(one)],
        "questions": one.questions, "changed": one.changed,
        "seconds": {"with learning": round(one.first, 1), "again": round(one.again, 1)},
    }  # fmt: skip


def as_table(one: Replayed) -> str:
    """For people."""
    (bar,) = bars(one)
    told = f"{bar.name:44}{bar.value:12.1f}{f'<= {bar.limit:g}':>12}   {'pass' if bar.met else 'MISS'}"
    return f"{told}\nreplay of the same drafts once more: {one.again:.1f} s, {one.changed} questions change"
