"""Forks workers from a process that has imported everything: a start costs a second instead of ten.

``python -m tests.faults.nursery VAR`` prints ``{"ready": true}``, then answers
``{"env": {...}, "log": path, "hook": name or null}`` with ``{"pid": n}``: a child of it that runs
``otklik run`` in that environment, writing to the log, with a function of ``tests.faults.hooks`` called
before. A child shares nothing with another but the code. All of them end with the nursery.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> int:
    """Forks on demand until standard input ends."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    _import(Path(sys.argv[1]))
    print(json.dumps({"ready": True}), flush=True)
    children: set[int] = set()
    while True:
        if select.select([0], [], [], 0.2)[0]:
            line = os.read(0, 1 << 20)  # one question at a time, so a read is a line
            if not line:
                break
            children.add(pid := _forked(json.loads(line)))
            print(json.dumps({"pid": pid}), flush=True)
        children -= _ended()
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    return 0


def _import(var: Path) -> None:
    """Everything a worker imports and fits; none of it starts a thread or opens a connection."""
    import aiogram.methods
    import vk_api.bot_longpoll  # type: ignore[import-untyped]

    from bot import app, cli
    from bot.channels.telegram import parse, receive, send
    from bot.channels.vk import receive as vk_receive
    from bot.channels.vk import send as vk_send
    from bot.config import ROOT
    from bot.storage import migrate
    from knowledge_base.load import load_pack
    from nlu.matcher import Matcher

    assert all((aiogram.methods, vk_api, app, cli, parse, receive, send, vk_receive, vk_send, migrate))
    engine = Matcher.fit(load_pack(ROOT / "knowledge_base" / "packs" / "ministry"), var / "engines")
    engine.understand("")


def _forked(wish: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(_child(wish))
    finally:
        os._exit(70)


def _child(wish: Mapping[str, Any]) -> int:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(wish["env"])
    if wish["hook"]:
        from tests.faults import hooks

        getattr(hooks, wish["hook"])()
    from bot import cli

    return cli.main(["run"])


def _ended() -> set[int]:
    gone: set[int] = set()
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return gone
        if not pid:
            return gone
        gone.add(pid)


if __name__ == "__main__":
    sys.exit(main())
