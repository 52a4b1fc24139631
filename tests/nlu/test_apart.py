"""A worker that fits a new pack doesn't keep the memory of training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.apart import fit_apart

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_fitted_apart_is_kept_and_understands(tiny_pack: Pack, tmp_path: Path) -> None:
    assert fit_apart(tiny_pack, tmp_path).understand("какие у вас часы работы по субботам").slug == "working-hours"
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_training_code_stays_out_of_the_worker(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from knowledge_base.load import load_pack
from nlu.apart import fit_apart
fit_apart(load_pack(Path("knowledge_base/packs/ministry")), Path({str(tmp_path)!r}))
print("scipy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_where_no_process_can_be_started_it_is_fitted_here(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert fit_apart(tiny_pack, tmp_path).understand("часы работы").slug == "working-hours"
