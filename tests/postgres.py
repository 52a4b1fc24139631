"""A real PostgreSQL for the tests: one server for the session, one migrated database for each test.

The server is the embedded one, or that of ``OTKLIK_TEST_DATABASE_URL``, whose user must be allowed to create
databases. Every test gets a copy of a template that was migrated once.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


async def drop(connection: asyncpg.Connection, name: str) -> None:
    """Drop a database, whoever uses it. PostgreSQL's own vacuum can't be sent away: it is waited for."""
    for _ in range(50):
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            await asyncio.sleep(0.2)
        else:
            return
    raise AssertionError(f"the database {name} is still in use")


class Databases:
    """Makes and drops databases on one server, through a connection of its own in a thread of its own.

    The thread keeps it usable from any fixture, whatever event loop the test runs.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"otklik_test_{os.getpid()}"
        self._count = 0
        self._template: str | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="databases", daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection[Any] = self._call(asyncpg.connect(url))

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database, dropped afterwards. ``migrated=False`` gives an empty one."""
        template = self._migrated_template() if migrated else "template1"
        self._count += 1
        name = f"{self._prefix}_{self._count}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drops the template and closes the connection."""
        if self._template is not None:
            self._drop(self._template)
        self._call(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _migrated_template(self) -> str:
        if self._template is None:
            from bot.storage.migrate import upgrade

            name = f"{self._prefix}_template"
            self._execute(f'CREATE DATABASE "{name}"')
            self._template = name
            self._call(upgrade(self._url_of(name)))
        return self._template

    def _url_of(self, name: str) -> str:
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()

    def _drop(self, name: str) -> None:
        self._call(drop(self._connection, name))

    def _execute(self, statement: str) -> None:
        self._call(self._connection.execute(statement))

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def server_url() -> Iterator[str]:
    """The URL of a server for the tests. The embedded one goes away with us, even if we are killed."""
    given = os.environ.get("OTKLIK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    holder = subprocess.Popen(
        [sys.executable, "-m", "scripts.scratch"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        answer = holder.stdout.readline()
        if not answer:
            raise RuntimeError("the embedded PostgreSQL did not start; its reason is above")
        yield json.loads(answer)["url"]
    finally:
        holder.stdin.close()
        holder.wait(timeout=60)
        holder.stdout.close()
