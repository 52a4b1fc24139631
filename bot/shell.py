"""What the commands of an operator share: each does its work with the database and tells an exit code."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bot.config import Settings, read
from bot.domain.errors import OtklikError
from bot.storage.session import Database

OK, FAULT, USAGE = 0, 1, 2

Work = Callable[[Database, Settings, argparse.Namespace], Awaitable[int]]
Verbs = Any  # argparse keeps the type of its sub-parsers to itself


def group(verbs: Verbs, name: str, help_: str) -> Verbs:
    """Commands that are about the same."""
    return verbs.add_parser(name, help=help_).add_subparsers(required=True, metavar="COMMAND")


def verb(verbs: Verbs, name: str, help_: str, work: Work) -> argparse.ArgumentParser:
    """A command; ``now`` is put into what its work gets. Errors with a meaning of their own are told."""
    made: argparse.ArgumentParser = verbs.add_parser(name, help=help_, description=help_)
    made.set_defaults(command=partial(_do, work))
    return made


def _do(work: Work, parsed: argparse.Namespace) -> int:
    settings = read(Settings)

    async def done() -> int:
        db = Database(settings.database_url, size=2)
        try:
            return await work(db, settings, parsed)
        finally:
            await db.close()

    try:
        return asyncio.run(done())
    except OtklikError as error:
        print(error, file=sys.stderr)
        return FAULT
    except OSError as error:
        print(f"The database can't be reached: {error}. Check OTKLIK_DATABASE_URL.", file=sys.stderr)
        return USAGE
