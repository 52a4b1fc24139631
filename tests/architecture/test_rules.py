"""Rules of DESIGN.md that are held over the syntax trees."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, called, calls, dotted, imports, named, place, python_files, tree

HOUSES = ("bot", "nlu", "knowledge_base")
MOST_LINES = 299
CYRILLIC = re.compile("[\u0400-\u052f]")
CLOCKS = re.compile(
    r"(.*\.)?(datetime|date)\.(now|utcnow|today|fromtimestamp)|time\.(time|time_ns|localtime|gmtime|ctime|strftime)"
)
SQL_CLOCKS = re.compile(
    r"(?<![\w.])(now|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\b(current_timestamp|localtimestamp|current_date)\b",
    re.IGNORECASE,
)
MAKERS_OF_RENDERED = {
    "bot/domain/rendering.py": "the renderer",
    "bot/storage/page.py": "the visitor's own words, read back",
}
READERS_OF_RENDERED = {"bot/storage/outbox.py": "reads a row back"}


def test_no_cyrillic_in_the_program() -> None:
    """What people read comes from the pack. Comments and docstrings are English too."""
    text_files = [
        path
        for path in sorted((ROOT / "bot").rglob("*"))
        if path.suffix in {".py", ".js", ".css", ".html", ".svg", ".json"} and "__pycache__" not in path.parts
    ]
    assert len(text_files) > 80
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in text_files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if CYRILLIC.search(line)
    ]
    assert not found


def test_one_renderer() -> None:
    found = {
        named(path): place(path, call)
        for path in python_files("bot")
        for call in calls(path)
        if called(call).split(".")[-1] == "Rendered"
    }
    assert set(found) == set(MAKERS_OF_RENDERED), found
    adapters = {
        named(path)
        for path in python_files("bot")
        for call in calls(path)
        if called(call).split(".")[-1] == "TypeAdapter"
        and any(dotted(argument) == "Rendered" for argument in call.args)
    }
    assert adapters == set(READERS_OF_RENDERED)


def test_one_commit() -> None:
    found = [
        place(path, call)
        for path in python_files("bot", "nlu", "knowledge_base")
        for call in calls(path)
        if called(call).endswith((".commit", "_engine.begin", "engine.begin", ".begin_nested"))
        and called(call) != "tx.begin_nested"  # a savepoint within the one transaction
    ]
    assert [one.rpartition(":")[0] for one in found] == ["bot/storage/session.py"], found
    text = [named(path) for path in python_files("bot") if "COMMIT" in path.read_text(encoding="utf-8")]
    assert text == ["bot/storage/session.py"]


def test_what_commits_by_itself_is_one_statement() -> None:
    """``once()`` saves two round trips; two statements in it would be two transactions."""
    found = [
        place(path, node)
        for path in python_files("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncWith)
        and any(_calls(item.context_expr, "once") for item in node.items)
        and sum(isinstance(inner, ast.Await) for statement in node.body for inner in ast.walk(statement)) != 1
    ]
    assert not found


def test_the_clock_is_passed_in() -> None:
    found = [
        f"{place(path, call)} calls {called(call)}"
        for path in python_files(*HOUSES)
        for call in calls(path)
        if CLOCKS.fullmatch(called(call)) and named(path) not in {"bot/app.py", "bot/cli.py"}
    ]
    assert not found
    hidden = [
        place(path, node)
        for path in python_files(*HOUSES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and {name.name for name in node.names} - {"monotonic", "perf_counter", "sleep"}
    ]
    assert not hidden


def test_the_database_tells_no_domain_time() -> None:
    """Leases and delivery alone use the database's clock, as ``clock_timestamp()``."""
    found = [
        place(path, node)
        for path in python_files("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SQL_CLOCKS.search(node.value)
        and not _is_docstring(path, node)
    ]
    assert not found
    by_clock = {named(path) for path in python_files("bot") if "clock_timestamp" in path.read_text(encoding="utf-8")}
    assert by_clock <= {
        "bot/storage/groups.py",
        "bot/storage/health.py",
        "bot/storage/inbox.py",
        "bot/storage/leases.py",
        "bot/storage/outbox.py",
        "bot/storage/page.py",
        "bot/storage/replays.py",
        "bot/storage/recall_clients.py",
        "bot/storage/troubles.py",
        "bot/storage/attachments.py",
    }


def test_no_task_is_left_alone() -> None:
    """Outside the wiring, a task belongs to a TaskGroup, which never loses its error."""
    found = [
        f"{place(path, call)} calls {called(call)}"
        for path in python_files(*HOUSES)
        for call in calls(path)
        if called(call).split(".")[-1] in {"create_task", "ensure_future"}
        and named(path) != "bot/app.py"
        and called(call).split(".")[0] not in _groups(path)
    ]
    assert not found


@pytest.mark.parametrize(
    "path", python_files(*HOUSES, "scripts", "tests") + sorted((ROOT / "bot").rglob("*.js")), ids=named
)
def test_a_module_is_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{named(path)} has {lines} lines; split it by noun or by verb"


def test_two_levels_of_folders_at_most() -> None:
    deep = [named(path) for path in python_files(*HOUSES) if len(path.relative_to(ROOT).parts) > 4]
    assert not deep


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for path in python_files(*HOUSES)
        if path.name != "__init__.py" and not ast.get_docstring(tree(path))
    ]
    assert not silent


def test_nothing_imports_relatively_or_a_star() -> None:
    found = [
        place(path, node)
        for path in python_files(*HOUSES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.level or any(name.name == "*" for name in node.names))
    ]
    assert not found


def test_no_code_is_promised_for_later() -> None:
    promises = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    found = [
        f"{named(path)}:{number}"
        for path in python_files(*HOUSES, "scripts")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if promises.search(line)
    ]
    assert not found


def test_lock_files_hold_no_addresses() -> None:
    locks = sorted((ROOT / "scripts" / "locks").glob("*.txt"))
    assert [path.name for path in locks] == ["dev.txt", "rasa.txt", "run.txt"]
    for path in locks:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if "://" in line or " @ " in line or line.startswith("-")]
        loose = [line for line in lines if line and not line.startswith("#") and "==" not in line]
        assert not loose, f"{path.name}: not pinned: {loose}"


def test_messenger_sdks_are_pinned_as_found_by_trial() -> None:
    pins = dict(
        line.split(" ;")[0].strip().split("==")
        for line in (ROOT / "scripts/locks/run.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    assert pins["aiogram"].startswith("3.31.")
    assert pins["vk-api"] == "11.10.1"
    assert tuple(map(int, pins["pydantic"].split(".")[:2])) < (2, 14)


def _calls(made: ast.expr, name: str) -> bool:
    return isinstance(made, ast.Call) and called(made).split(".")[-1] == name


def _groups(path: Path) -> set[str]:
    """Names bound to a TaskGroup anywhere in a file."""
    found = set()
    for node in ast.walk(tree(path)):
        for item in node.items if isinstance(node, ast.AsyncWith) else ():
            made = item.context_expr
            if (
                isinstance(made, ast.Call)
                and called(made) == "asyncio.TaskGroup"
                and isinstance(item.optional_vars, ast.Name)
            ):
                found.add(item.optional_vars.id)
    return found


def _is_docstring(path: Path, node: ast.Constant) -> bool:
    return any(isinstance(statement, ast.Expr) and statement.value is node for statement in ast.walk(tree(path)))


def test_the_program_does_not_reach_into_the_tests() -> None:
    found = [
        place(path, node)
        for path in python_files(*HOUSES)
        for module, node in imports(path)
        if module.split(".")[0] in {"tests", "scripts"}
    ]
    assert not found
