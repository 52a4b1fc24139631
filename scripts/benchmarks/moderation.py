"""The moderator's desk under measurement: the list and its search, and a release until two workers serve it."""

from __future__ import annotations

import asyncio
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from scripts.benchmarks import large_pack
from scripts.benchmarks.moderators import moderators
from scripts.benchmarks.otklik import Instance, second_worker, started
from scripts.benchmarks.processes import BenchError, peak_mb
from scripts.benchmarks.report import Bar

SIZES, QUICK = (500, 5_000), (200,)
LOOKS = 40
LIST_MS = 200.0
RELEASE_SECONDS = {200: 10.0, 500: 10.0, 5_000: 90.0}
PATIENCE = 1_800.0
"""Seconds that the first start may take: it learns everything."""
_METRICS = secrets.token_urlsafe(24)
_TOLD = re.compile(r"^(otklik_release(?:_learned)?) (\S+)", re.MULTILINE)

Tell = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """Of a pack of ``answers`` answers; seconds, but ``looks`` in milliseconds by page."""

    answers: int
    first_start: float = 0.0
    looks: dict[str, list[float]] = field(default_factory=dict)
    pressed: float = 0.0
    """Until the desk has answered the press."""
    served: float = 0.0
    """Until both workers say the new texts."""
    learned: float = 0.0
    """Until both read with the new release's own engine."""
    rss_mb: float = 0.0

    @property
    def p95(self) -> Mapping[str, float]:
        return {page: statistics.quantiles(found, n=20)[-1] for page, found in self.looks.items()}


async def measure(*, quick: bool, tell: Tell) -> list[Measured]:
    """Each size in turn, with a database of its own. Raises BenchError."""
    return [await _measured(size, tell) for size in (QUICK if quick else SIZES)]


async def _measured(answers: int, tell: Tell) -> Measured:
    found = Measured(answers)
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as home, ExitStack() as stack:
        pack = Path(home) / "pack"
        large_pack.write(pack, answers)
        settings = {"OTKLIK_PACK": str(pack), "OTKLIK_METRICS_TOKEN": _METRICS}
        tell(f"{answers} answers: the first start")
        first = stack.enter_context(started(Path(home) / "var", None, settings=settings, patience=PATIENCE))
        found.first_start = first.program.ready_after
        _, port = stack.enter_context(second_worker(first, PATIENCE))
        sites = [f"http://127.0.0.1:{one}" for one in (first.environment["OTKLIK_PORT"], port)]
        cookie, draft = await _moderators(first)
        async with aiohttp.ClientSession(cookies={"desk": cookie}) as desk:
            for page in ("", "?q=субсидия+трактор", "?q=теплиц", "?sort=date"):
                tell(f"{answers} answers: the list {page}")
                found.looks[page or "list"] = await _looks(desk, f"{sites[0]}/desk/templates{page}")
            tell(f"{answers} answers: a release")
            await _release(desk, sites, draft, found)
        found.rss_mb = peak_mb(first.bot)
    return found


async def _moderators(instance: Instance) -> tuple[str, int]:
    """One is signed in, with the cookie that is returned; the draft that both wrote and approved waits."""
    connection = await asyncpg.connect(instance.url)
    try:
        return await moderators(connection, "шуршунчики фырчат когда", approved=True)
    finally:
        await connection.close()


async def _looks(desk: aiohttp.ClientSession, url: str) -> list[float]:
    taken = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        async with desk.get(url) as answer:
            body = await answer.text()
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200 or "/desk/templates/" not in body:
            raise BenchError(f"{url} answered {answer.status}")
    return taken


async def _release(desk: aiohttp.ClientSession, sites: Sequence[str], draft: int, found: Measured) -> None:
    async with desk.get(f"{sites[0]}/desk/releases") as answer:
        page = await answer.text()
    fields = {name: _hidden(page, name) for name in ("form", "action")}
    began = time.perf_counter()
    form = {**fields, "draft": str(draft), "reason": "measured"}
    async with desk.post(f"{sites[0]}/desk/releases", data=form, allow_redirects=False) as answer:
        if answer.status != 303:
            raise BenchError(f"the release was refused: {answer.status}")
    found.pressed = time.perf_counter() - began
    while not found.learned:
        numbers = [await _numbers(desk, site) for site in sites]
        passed = time.perf_counter() - began
        if not found.served and all(one["otklik_release"] >= 2 for one in numbers):
            found.served = passed
        if all(one["otklik_release_learned"] >= 2 for one in numbers):
            found.learned = passed
        if passed > PATIENCE:
            raise BenchError("the release is not served")
        await asyncio.sleep(0.2)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page[page.index('action="/desk/releases"') :])
    if found is None:
        raise BenchError("the page of releases has no form")
    return found[1]


async def _numbers(desk: aiohttp.ClientSession, site: str) -> dict[str, float]:
    async with desk.get(f"{site}/metrics", headers={"Authorization": f"Bearer {_METRICS}"}) as answer:
        return {name: float(value) for name, value in _TOLD.findall(await answer.text())}


def bars(results: Sequence[Measured]) -> list[Bar]:
    """Every requirement with what was measured."""
    found = []
    for one in results:
        found += [Bar(f"{one.answers}: {page}, p95 ms", value, LIST_MS) for page, value in one.p95.items()]
        limit = RELEASE_SECONDS[one.answers]
        found.append(Bar(f"{one.answers}: release live on two workers, s", one.learned, limit))
    return found


def as_object(results: Sequence[Measured]) -> dict[str, Any]:
    """For programs."""
    sizes = [
        {
            "answers": one.answers,
            "samples": (one.answers - 72) * large_pack.SAMPLES,
            "list_p95_ms": {page: round(value, 1) for page, value in one.p95.items()},
            "release_seconds": {"pressed": one.pressed, "texts": one.served, "engine": one.learned},
            "first_start_seconds": one.first_start,
            "peak_mb": one.rss_mb,
        }
        for one in results
    ]
    told = [{"name": bar.name, "value": bar.value, "limit": bar.limit, "met": bar.met} for bar in bars(results)]
    return {"bench": "moderation", "sizes": sizes, "bars": told}


def as_table(results: Sequence[Measured]) -> str:
    """For people."""
    lines = [f"{'bar':44}{'measured':>12}{'limit':>12}"]
    lines += [
        f"{bar.name:44}{bar.value:12.1f}{f'<= {bar.limit:g}':>12}   {'pass' if bar.met else 'MISS'}"
        for bar in bars(results)
    ]
    for one in results:
        told = f"the press {one.pressed:.1f} s, texts on both {one.served:.1f} s, first start {one.first_start:.0f} s"
        lines.append(f"{one.answers} answers: {told}, memory of a worker at its peak {one.rss_mb:.0f} MB")
    return "\n".join(lines)
