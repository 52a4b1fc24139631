"""Engines of drafts: one after another, the last ones kept, a failure not for ever."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu import engine_cache
from nlu.draft_engines import KEPT, MOST_WAITING, DraftEngines, TooManyDrafts
from nlu.engines import Engines

pytestmark = pytest.mark.asyncio


def _version(pack: Pack, name: str) -> Pack:
    return pack.model_copy(update={"version": name})


async def test_each_is_fitted_once_and_only_the_last_are_kept(tiny_pack: Pack) -> None:
    fitted: list[str] = []

    def fit(pack: Pack) -> str:
        fitted.append(pack.version)
        return pack.version

    engines = DraftEngines(fit)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert await engines.of(_version(tiny_pack, name)) == name
    assert fitted == ["a", "b", "c", "b"]
    assert KEPT == 2
    engines.close()


async def test_one_at_a_time_and_not_too_many_wait(tiny_pack: Pack) -> None:
    go, at_once, most = threading.Event(), [0], [0]

    def fit(pack: Pack) -> str:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        go.wait(10)
        at_once[0] -= 1
        return pack.version

    engines = DraftEngines(fit)
    waiting = [engines.of(_version(tiny_pack, str(number))) for number in range(MOST_WAITING)]
    with pytest.raises(TooManyDrafts):
        engines.of(_version(tiny_pack, "one too many"))
    assert engines.of(_version(tiny_pack, "0")) is waiting[0]
    go.set()
    assert await asyncio.gather(*waiting) == ["0", "1", "2", "3"]
    assert most == [1]
    engines.close()


async def test_what_failed_is_tried_again(tiny_pack: Pack) -> None:
    failures = [MemoryError("full")]

    def fit(pack: Pack) -> str:
        if failures:
            raise failures.pop()
        return "fitted"

    engines = DraftEngines(fit)
    with pytest.raises(MemoryError):
        await engines.of(tiny_pack)
    assert await engines.of(tiny_pack) == "fitted"
    engines.close()


async def test_the_engine_of_a_draft_serves_its_release(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Learned for the draft, it is not learned again when that becomes the release."""
    monkeypatch.setenv("OTKLIK_ENCODER", "none")
    engines = Engines(tmp_path)
    drafted = await engines.drafts.of(tiny_pack)
    assert drafted.understand("часы работы").slug == "working-hours"
    kept = engine_cache.cache_file(tmp_path / "drafts", tiny_pack.version, encoder=True)
    written = kept.stat().st_mtime_ns
    assert engines.fit(tiny_pack).understand("часы работы").slug == "working-hours"
    assert not kept.exists()
    assert engine_cache.cache_file(tmp_path, tiny_pack.version, encoder=True).stat().st_mtime_ns == written
    await engines.close()
