"""Trains a Rasa project and serves it until the input ends; for ``otklik nlu evaluate --engine rasa``.

Prints one line of JSON: ``url`` to ask, ``process`` of the server; or ``error``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scripts.rasa_tools.environment import installed
from scripts.rasa_tools.model import RasaFailed, train_model
from scripts.rasa_tools.server import RasaServer


def main(project: Path, models: Path) -> None:
    if installed() is None:
        _tell(error="Rasa is not set up here. Run: scripts/rasa setup")
        return
    try:
        with RasaServer(train_model(project, models)) as server:
            assert server.process is not None
            _tell(url=f"{server.url}/model/parse?token={server.token}", process=server.process.pid)
            sys.stdin.read()
    except (RasaFailed, OSError) as failed:
        _tell(error=f"Rasa failed: {failed}")


def _tell(**told: str | int) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
