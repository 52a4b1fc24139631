"""``scripts/rasa train``, ``serve`` and ``test``. Importing it imports nothing of Rasa."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from knowledge_base.load import load_pack
from knowledge_base.schema import Pack
from nlu.training import write_pack
from scripts.environment import SetupError, say
from scripts.rasa_tools.check import classifier_of, compare
from scripts.rasa_tools.environment import prepare
from scripts.rasa_tools.model import ROOT, RasaFailed, report_on_questions, train_pack, validate
from scripts.rasa_tools.server import RasaServer

MINISTRY = ROOT / "knowledge_base" / "packs" / "ministry"


def main(arguments: Sequence[str] | None = None) -> int:
    """One command; ``scripts/rasa -h`` describes them and the exit codes."""
    given = _parser().parse_args(arguments)
    var = Path(os.environ.get("OTKLIK_VAR") or ROOT / "var").resolve() / "rasa"
    try:
        prepare()
        var.mkdir(parents=True, exist_ok=True)
        pack = load_pack(given.pack)
        if given.command == "train":
            say(f"{_trained(pack, var)}")
            return 0
        return _serve(pack, var, given.port) if given.command == "serve" else _test(pack, var)
    except SetupError as error:
        say(str(error))
        return error.code
    except (RasaFailed, OSError, ValueError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/rasa", description="See scripts/rasa -h.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("train", "serve", "test"):
        command = commands.add_parser(name)
        command.add_argument("--pack", type=Path, default=MINISTRY)
        if name == "serve":
            command.add_argument("--port", type=int, default=5005)
    return parser


def _trained(pack: Pack, var: Path) -> Path:
    say(f"The model of the pack {pack.version}: training if need be (half a minute).")
    started = time.monotonic()
    model = train_pack(pack, var)
    say(f"Ready after {time.monotonic() - started:.0f} s.")
    return model


def token(var: Path) -> str:
    """The token that clients must show: OTKLIK_RASA_TOKEN, else of ``var/rasa/token``, made on first use."""
    if given := os.environ.get("OTKLIK_RASA_TOKEN"):
        return given
    path = var / "token"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    kept = path.read_text().strip()
    if not kept:
        raise ValueError(f"{path} is empty: remove it, and a new token is made")
    return kept


def _serve(pack: Pack, var: Path, port: int) -> int:
    model = _trained(pack, var)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with RasaServer(model, port=port, token=token(var)) as server:
        told = "in OTKLIK_RASA_TOKEN" if os.environ.get("OTKLIK_RASA_TOKEN") else f"in {var / 'token'}"
        say(f"Rasa serves {model.name} on {server.url}; the token is {told}. Ctrl-C stops it.")
        say(f"For the bot: OTKLIK_RASA_URL={server.url} OTKLIK_RASA_TOKEN=...")
        assert server.process is not None
        code = server.process.wait()
        say(f"Rasa ended with exit code {code}.")
        return 1


def _test(pack: Pack, var: Path) -> int:
    with tempfile.TemporaryDirectory(prefix=".test-", dir=var) as folder:
        project = Path(folder) / "project"
        write_pack(pack, project)
        validate(project)
        say("rasa data validate --fail-on-warnings: nothing to complain of.")
        model = _trained(pack, var)
        report_on_questions(project, model, var / "test")
        say(f"rasa test nlu: its reports are in {var / 'test'}.")
    with RasaServer(model) as server:
        found = compare(pack, server, classifier_of(pack, var.parent / "engines"))
    say(
        f"{found.questions} test questions: Rasa right {found.rasa_right:.3f}, own engine {found.matcher_right:.3f}; "
        f"the same intent {found.same:.3f}; probabilities at most {found.apart:.6f} apart."
    )
    return 0 if found.well else 1


if __name__ == "__main__":
    sys.exit(main())
