"""Fixtures of all tests, and which of them ``scripts/test fast`` takes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Databases, server_url

TESTS = Path(__file__).resolve().parent
FAST = {"domain", "content", "architecture", "nlu"}
FAILED_CHECKS = os.environ.get("OTKLIK_FAILED_CHECKS")
# In CI always the same examples: a new counterexample is for whoever develops, not for whoever submits.
settings.register_profile(
    "otklik",
    deadline=None,
    max_examples=40,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("otklik")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the fast folders ``fast``, but no slow test.

    Skips browser tests without a browser, not in CI.
    """
    no_chromium = not os.environ.get("CI") and not any(map(shutil.which, CHROMIUM))
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in FAST and item.get_closest_marker("slow") is None:
            item.add_marker("fast")
        if no_chromium and item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Half a character in a log line must not end the run: reports go to the parent process as UTF-8."""
    report = yield
    report.sections = [(title, text.encode("utf-8", "replace").decode()) for title, text in report.sections]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A check that failed before the tests fails the whole run of ``scripts/test``."""
    if FAILED_CHECKS and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeats, above the closing line, which checks of ``scripts/test`` failed before the tests."""
    if FAILED_CHECKS:
        terminalreporter.section("other checks", red=True)
        terminalreporter.write_line(f"failed before the tests, see the top: {FAILED_CHECKS}", red=True)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """One PostgreSQL server for the session, on which tests get databases."""
    with server_url() as url:
        made = Databases(url)
        yield made
        made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """URL of a fresh, migrated database of this test's own."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """URL of a fresh, empty database: for tests of the migrations."""
    with databases.fresh(migrated=False) as url:
        yield url
