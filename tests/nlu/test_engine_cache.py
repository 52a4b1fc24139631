"""A fitted engine is kept; a damaged one is fitted anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.schema import Pack
from nlu import engine_cache
from nlu.matcher import Matcher
from nlu.understanding import Candidate

SAID = ("когда вы работаете", "дорогу замело", "субсидия на литр молока", "погода завтра")


def _read(engine: Matcher) -> list[tuple[Candidate, ...]]:
    return [engine.understand(text).candidates for text in SAID]


def _fit(pack: Pack, folder: Path) -> Matcher:
    return Matcher.fit(pack, folder, encoder=False)


def test_the_second_start_reads_what_the_first_kept(tiny_pack: Pack, tmp_path: Path) -> None:
    first = _read(_fit(tiny_pack, tmp_path))
    (kept,) = tmp_path.glob("*.npz")
    written = kept.stat().st_mtime_ns

    assert _read(_fit(tiny_pack, tmp_path)) == first
    assert kept.stat().st_mtime_ns == written
    assert kept.name.startswith(tiny_pack.version)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "text", "other shape", "folder"])
def test_a_damaged_file_is_fitted_anew(tiny_pack: Pack, tmp_path: Path, damage: str) -> None:
    first = _read(_fit(tiny_pack, tmp_path))
    (kept,) = tmp_path.glob("*.npz")
    raw = bytearray(kept.read_bytes())
    kept.unlink()
    match damage:
        case "cut":
            kept.write_bytes(raw[: len(raw) // 2])
        case "empty":
            kept.write_bytes(b"")
        case "flipped":
            raw[len(raw) // 2] ^= 0xFF
            kept.write_bytes(raw)
        case "text":
            kept.write_text("not an engine")
        case "other shape":
            with kept.open("wb") as file:
                np.savez(file, description=np.frombuffer(b"{}", np.uint8), weights=np.zeros(3))
        case "folder":
            kept.mkdir()

    assert _read(_fit(tiny_pack, tmp_path)) == first


def test_a_folder_that_cannot_be_written_only_costs_time(tiny_pack: Pack, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert _read(_fit(tiny_pack, blocked / "engines"))


def test_few_files_are_kept_and_no_half_written_one(tiny_pack: Pack, tmp_path: Path) -> None:
    for number in range(engine_cache.KEPT + 2):
        _fit(tiny_pack.model_copy(update={"version": f"{number:016x}"}), tmp_path)
    names = [path.name for path in tmp_path.iterdir() if path.is_file()]
    assert len(names) == engine_cache.KEPT
    assert all(name.endswith(".npz") for name in names)


def test_another_pack_has_another_file(tmp_path: Path) -> None:
    one = engine_cache.cache_file(tmp_path, "a" * 16, encoder=False)
    assert one == engine_cache.cache_file(tmp_path, "a" * 16, encoder=False)
    assert one != engine_cache.cache_file(tmp_path, "b" * 16, encoder=False)


def test_serving_from_the_cache_imports_no_training_library(tiny_pack: Pack, tmp_path: Path) -> None:
    _fit(tiny_pack, tmp_path / "cache")
    (tmp_path / "pack.json").write_text(tiny_pack.model_dump_json(), encoding="utf-8")
    script = f"""
import sys
from pathlib import Path
from knowledge_base.schema import Pack
from nlu.matcher import Matcher
pack = Pack.model_validate_json(Path({str(tmp_path / "pack.json")!r}).read_text(encoding="utf-8"))
engine = Matcher.fit(pack, Path({str(tmp_path / "cache")!r}), encoder=False)
assert engine.understand("когда вы работаете").slug == "working-hours"
print("scipy" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "False"
