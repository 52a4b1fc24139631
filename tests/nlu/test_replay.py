"""Past questions are read twice in a process apart; what was fitted comes from its folders."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.matcher import Matcher
from nlu.replay import compared, told
from nlu.replay_apart import ReplayFailed, Told, read_twice

KNOWN, UNKNOWN = "когда вы работаете", "до скольки сидит бухгалтерия в сельсовете"


def with_sample(pack: Pack, version: str) -> Pack:
    one = pack.templates["working-hours"]
    more = one.model_copy(update={"samples": {**one.samples, "ru": (*one.samples["ru"], UNKNOWN)}})
    return pack.model_copy(update={"version": version, "templates": {**pack.templates, "working-hours": more}})


def test_two_engines_that_share_an_encoder_read_as_they_do_alone(ministry: Matcher, ministry_pack: Pack) -> None:
    other = ministry.lent_to(with_sample(ministry_pack, "draft"))
    assert other is not None
    texts = [KNOWN, UNKNOWN, "", "где мой трактор и как получить агростартап?", UNKNOWN]
    (chunk,) = compared(ministry, other, texts)
    assert chunk == [(told(ministry.understand(text)), told(other.understand(text))) for text in texts]
    assert chunk[1][1] == ("answer", ["working-hours"], 1.0)


async def _read(folder: Path, live: Pack, draft: Pack, texts: list[str]) -> list[tuple[Told, Told]]:
    async with aclosing(read_twice(folder, folder / "drafts", live, draft, texts, 0)) as chunks:
        return [one async for chunk in chunks for one in chunk]


async def test_a_process_reads_them(tmp_path: Path, tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_ENCODER", "none")
    readings = await _read(tmp_path, tiny_pack, with_sample(tiny_pack, "draft"), [KNOWN, UNKNOWN] * 150)
    assert len(readings) == 300
    (known, same), (before, after) = readings[:2]
    assert known[:2] == same[:2] == ("answer", ["working-hours"])
    assert after[:2] == ("answer", ["working-hours"]) != before[:2]


async def test_a_process_that_fails_says_why(tmp_path: Path, tiny_pack: Pack) -> None:
    broken = tiny_pack.model_copy(update={"templates": {"x": 1}})
    with pytest.warns(UserWarning), pytest.raises(ReplayFailed):
        await _read(tmp_path, broken, broken, [KNOWN])
