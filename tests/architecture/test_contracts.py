"""The layers and neighbourhoods of ``.importlinter``, and what import-linter can't say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, imports, named, place, python_files

PURE = {
    "__future__",
    "bot",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "json",
    "knowledge_base",
    "math",
    "nlu",
    "re",
    "typing",
    "unicodedata",
    "zoneinfo",
    "babel",  # names of months, in any language
}
"""All that ``bot/domain`` may import: no I/O, no async, no clock, no SDK."""

HEAVY = {"aiogram", "aiohttp", "vk_api", "requests", "scipy", "pymorphy3"}
"""Imported by whatever needs them, when it does."""

RAW_CONNECTIONS = {
    "bot/storage/leader.py": "a session lock lives as long as its connection",
    "bot/storage/migrate.py": "a lock held over Alembic's own transactions",
    "bot/storage/server.py": "asked before there is a pool",
    "bot/storage/wake.py": "LISTEN needs a connection of its own",
}
"""asyncpg commits by itself; everything else goes through the session."""


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = _run(str(linter), "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_is_pure() -> None:
    foreign = [
        f"{place(path, node)} imports {module}"
        for path in python_files("bot/domain")
        for module, node in imports(path)
        if module.split(".")[0] not in PURE
    ]
    assert not foreign


def test_only_the_session_opens_transactions() -> None:
    using = {named(path) for path in python_files("bot") for module, _ in imports(path) if module == "asyncpg"}
    assert using == set(RAW_CONNECTIONS)
    engines = {named(path) for path in python_files("bot") if "create_async_engine" in path.read_text(encoding="utf-8")}
    assert engines == {"bot/storage/session.py"}


def test_heavy_packages_wait_until_they_are_needed() -> None:
    """``otklik`` must not take seconds to say which setting is wrong; nor an app without messengers."""
    program = f"import bot.cli, bot.app, sys; print(*({HEAVY!r} & set(sys.modules)))"
    done = _run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], "imported at start"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=50)
