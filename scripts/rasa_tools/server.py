"""A Rasa server of our own, for ``scripts/rasa serve``, tests and evaluations."""

from __future__ import annotations

import json
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scripts.rasa_tools.environment import prepare
from scripts.rasa_tools.model import ROOT, RasaFailed, environment

SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 10.0


class RasaServer:
    """``with RasaServer(model) as server:``: one process on 127.0.0.1, ready when it is entered, gone afterwards.

    ``model`` is a file that ``train_model`` made. ``port`` 0: any free one. Without a ``token`` one is made up.
    """

    def __init__(self, model: Path, *, port: int = 0, token: str = "", seconds: float = SECONDS_TO_START) -> None:
        self.model = model.resolve()
        self.port = port or _free_port()
        self.token = token or secrets.token_urlsafe(24)
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._seconds = seconds
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it serves its model. Raises RasaFailed, with the end of its log."""
        python = prepare()
        self._folder = tempfile.TemporaryDirectory(prefix="otklik-rasa-")
        command = [
            str(python), "-m", "scripts.rasa_tools.launch", "run", "--enable-api", "--interface", "127.0.0.1",
            "--port", str(self.port), "--model", str(self.model),
            "--credentials", str(ROOT / "nlu" / "rasa_project" / "credentials.yml"),
        ]  # fmt: skip
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self._folder.name,
                env=environment() | {"OTKLIK_RASA_TOKEN": self.token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    @property
    def log(self) -> Path:
        """What it says; there while it runs."""
        if self._folder is None:
            raise RasaFailed("the server was not started")
        return Path(self._folder.name) / "rasa.log"

    @property
    def pid(self) -> int:
        """Number of its process. Raises RasaFailed unless it runs."""
        if self.process is None:
            raise RasaFailed("the server does not run")
        return self.process.pid

    def stop(self) -> None:
        """Stop it; it may have ended by itself, or be stopped already."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def parse(self, text: str) -> dict[str, Any]:
        """What Rasa makes of a cleaned text. Raises RasaFailed."""
        status, told = self.call("POST", "/model/parse", {"text": text})
        if status != 200:
            raise RasaFailed(f"/model/parse answered {status}: {told}")
        return dict(told)

    def swap(self, model: Path) -> None:
        """Let it serve another model file. Raises RasaFailed; it then goes on with the one it has."""
        status, told = self.call("PUT", "/model", {"model_file": str(model.resolve())})
        if status != 204:
            raise RasaFailed(f"PUT /model answered {status}: {told}")

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """One call of its API: status and JSON (None if there is none). ``token`` other than its own is for trial."""
        query = urllib.parse.urlencode({"token": self.token if token is None else token})
        request = urllib.request.Request(
            f"{self.url}{path}?{query}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, _json(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _json(error.read())
        except OSError as error:
            raise RasaFailed(f"no answer from {self.url}: {error}") from error

    def _wait(self) -> None:
        ends = time.monotonic() + self._seconds
        while time.monotonic() < ends:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RasaFailed(f"Rasa ended with exit code {self.process.returncode}:\n{self._said()}")
            if self._serves():
                return
            time.sleep(0.1)
        raise RasaFailed(f"Rasa does not serve {self.model.name} after {self._seconds:.0f} s:\n{self._said()}")

    def _serves(self) -> bool:
        try:
            return self.call("GET", "/status")[0] == 200
        except RasaFailed:
            return False

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
