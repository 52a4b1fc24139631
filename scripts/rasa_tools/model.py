"""Trains Rasa models and keeps the last two. Nothing of Rasa is imported: its own interpreter does the work."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from knowledge_base.schema import Pack
from nlu.training import model_name, write_pack
from scripts.environment import locked
from scripts.rasa_tools.environment import prepare

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 3600
"""More than any training takes, on a busy machine too."""
KEPT = 2
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",  # its cache does not see that the modules of the classifier have changed
    "PYTHONWARNINGS": "ignore",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "SANIC_WORKERS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONNOUSERSITE": "1",
}


class RasaFailed(Exception):
    """A command of Rasa failed; the message ends with the last of what it said."""


def environment(cpu: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The variables that Rasa is run with: telemetry off, one thread, the classifier's modules importable."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "OTKLIK_ENCODER" or not name.startswith(("OTKLIK_", "PYTHON"))
    }
    return kept | _QUIET | _kernels(cpu) | {"PYTHONPATH": str(ROOT)}


def _kernels(cpu: Path) -> dict[str, str]:
    """What keeps the linear algebra of Rasa's environment whole on new processors.

    The scipy that Rasa's pins allow carries OpenBLAS 0.3.18, whose ``strtri`` breaks memory where it uses AVX-512
    (seen on Sapphire Rapids: training ends by a segmentation fault). Kernels one generation older are right.
    """
    try:
        new = "avx512f" in cpu.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return {"OPENBLAS_CORETYPE": "Haswell"} if new else {}


def call(project: Path, *arguments: str) -> str:
    """One command of Rasa in a project; what it said. Raises RasaFailed, or SetupError without an environment."""
    command = [str(prepare()), "-m", "scripts.rasa_tools.launch", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise RasaFailed(f"rasa {' '.join(arguments)} did not end within {SECONDS} s") from error
    if done.returncode:
        raise RasaFailed(f"rasa {' '.join(arguments)} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def train_model(project: Path, out: Path, name: str | None = None) -> Path:
    """Train a project's model, ``out/NAME.tar.gz``; one that is there already is not trained again.

    Without a name it is named by the project's content and the code. Appears whole or not at all.
    """
    name = name or model_name(_content(project))
    model = out / f"{name}.tar.gz"
    out.mkdir(parents=True, exist_ok=True)
    with locked(out / ".training.lock", "Another training is under way; waiting for it."):
        if model.is_file():
            os.utime(model)
            return model
        with tempfile.TemporaryDirectory(prefix=".training-", dir=out) as aside:
            arguments = ["--config", "config.yml", "--nlu", "data", "--domain", "domain.yml"]
            call(project, "train", "nlu", *arguments, "--out", aside, "--fixed-model-name", name)
            os.replace(Path(aside) / model.name, model)
    return model


def train_pack(pack: Pack, folder: Path) -> Path:
    """The model of a pack in ``folder/models``, trained if need be; of the others the last one is kept too.

    Its name begins with the pack's version, which tells the bot whether Rasa serves the content that it has.
    """
    models, name = folder / "models", model_name(pack.version)
    model = models / f"{name}.tar.gz"
    if not model.is_file():
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".project-", dir=folder) as project:
            write_pack(pack, Path(project))
            train_model(Path(project), models, name)
    os.utime(model)
    _keep_the_last(models)
    return model


def validate(project: Path) -> str:
    """Rasa's own check of a project; what it said. Raises RasaFailed on an error or a warning."""
    return call(
        project, "data", "validate", "--fail-on-warnings",
        "--data", "data", "--config", "config.yml", "--domain", "domain.yml",
    )  # fmt: skip


def report_on_questions(project: Path, model: Path, out: Path) -> None:
    """``rasa test nlu`` on the project's test questions: ``out/intent_report.json`` and its neighbours."""
    shutil.rmtree(out, ignore_errors=True)
    call(
        project, "test", "nlu", "--nlu", "tests/nlu.yml", "--model", str(model.resolve()),
        "--out", str(out.resolve()), "--no-plot", "--no-warnings",
    )  # fmt: skip


def _content(project: Path) -> str:
    digest = hashlib.sha256()
    for path in (project / "config.yml", project / "domain.yml", project / "data" / "nlu.yml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _keep_the_last(models: Path) -> None:
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in found[KEPT:]:
        old.unlink(missing_ok=True)
