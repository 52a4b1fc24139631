"""The modules that both homes share pass their own tests under Rasa's Python too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[3]
SHARED = ("test_both_homes.py", "test_fitting.py", "test_familiar.py")


def test_the_shared_modules_run_in_rasas_environment(rasa_python: Path, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command: list[str | Path] = [
        rasa_python,
        "-m",
        "pytest",
        "-q",
        "-c",
        tmp_path / "pytest.ini",
        f"--rootdir={ROOT}",
        "--noconftest",
    ]
    command += ["-p", "no:cacheprovider", "--import-mode=importlib", f"--basetemp={tmp_path / 'base'}"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, *(ROOT / "tests" / "nlu" / name for name in SHARED)],
        cwd=tmp_path,
        env=kept | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout
