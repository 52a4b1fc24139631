"""The command ``otklik``."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from bot import kb_commands, logs, operators
from bot.config import ContentSettings, Settings, explain, read, secrets
from nlu import commands

if TYPE_CHECKING:
    from bot.storage.members import Member
    from bot.storage.session import Database

OK, FAULT, USAGE = 0, 1, 2

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit code: 0 done, 1 something is wrong, 2 wrong usage or settings."""
    parsed = _parser().parse_args(arguments)
    logs.configure(verbose=getattr(parsed, "verbose", False))
    parsed.now = dt.datetime.now(dt.UTC)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except ValidationError as error:
        if error.title not in (Settings.__name__, ContentSettings.__name__):
            raise
        return _complain(*explain(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="otklik", description="The assistant of a public agency.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    run = verbs.add_parser("run", help="serve until stopped")
    run.add_argument("-v", "--verbose", action="store_true", help="log what happens")
    run.set_defaults(command=_run)

    ask = verbs.add_parser("ask", help="what the assistant understands; reads one message a line")
    ask.add_argument("--json", action="store_true", help="one JSON object a line (the only form there is)")
    ask.add_argument("--pack", type=Path, help="folder of the pack")
    ask.set_defaults(command=_ask)

    content = verbs.add_parser("kb", help="the knowledge base").add_subparsers(required=True, metavar="COMMAND")
    check = content.add_parser("check", help="every fault of a pack, with file and line")
    check.add_argument("path", type=Path, nargs="?", help="folder of the pack")
    check.set_defaults(command=_kb_check)

    kb_commands.register(content)
    commands.register(verbs, lambda: read(ContentSettings))

    staff = verbs.add_parser("staff", help="the staff register").add_subparsers(required=True, metavar="COMMAND")
    add = staff.add_parser("add", help="register a person, who may then answer clients")
    add.add_argument("name")
    add.add_argument("--telegram", metavar="ID", help="his Telegram user id, digits")
    add.add_argument("--login", help="to sign in at the desk, an e-mail address say; then: otklik staff link LOGIN")
    add.add_argument("--team", help="team of the pack (default: the pack's default team)")
    add.add_argument("--role", default="staff", help="staff, moderator, supervisor or administrator")
    add.set_defaults(command=_staff_add)

    listed = staff.add_parser("list", help="everybody in the register")
    listed.set_defaults(command=_staff_list)
    gone = staff.add_parser("deactivate", help="a person works here no more: both desks are closed to him")
    gone.add_argument("who", help="login or number")
    gone.set_defaults(command=_staff_deactivate)

    link = staff.add_parser("link", help="make a one-time link that lets a person set a password at the desk")
    link.add_argument("login")
    link.set_defaults(command=_staff_link)
    operators.register(verbs)

    doctor = verbs.add_parser("doctor", help="check database, migrations, pack, engines and messenger tokens")
    doctor.set_defaults(command=_doctor)
    return parser


def _run(parsed: argparse.Namespace) -> int:
    from bot import app
    from bot.domain.errors import DatabaseRefused, ReleaseUnreadable
    from knowledge_base.load import PackError

    settings = read(Settings)
    logs.configure(verbose=parsed.verbose, form=settings.log, secrets=secrets(settings))
    try:
        _loop(app.run(settings, _tell))
    except PackError as error:
        return _complain(*(str(fault) for fault in error.faults))
    except (app.PortTaken, DatabaseRefused, ReleaseUnreadable) as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(
            f"The database can't be reached: {error}. Check OTKLIK_DATABASE_URL; 'otklik doctor' says more."
        )
    return OK


def _ask(parsed: argparse.Namespace) -> int:
    from knowledge_base.load import PackError, load_pack
    from nlu.ask import ask_lines
    from nlu.matcher import Matcher

    settings = read(ContentSettings)
    try:
        pack = load_pack(parsed.pack or settings.pack)
    except PackError as error:
        return _complain(*(str(fault) for fault in error.faults))
    ask_lines(Matcher.fit(pack, settings.var / "engines"), sys.stdin.buffer, sys.stdout)
    return OK


def _kb_check(parsed: argparse.Namespace) -> int:
    from bot.domain.text_keys import REQUIRED_TEXTS
    from knowledge_base.check import kb_check

    path = parsed.path or read(ContentSettings).pack
    faults, warnings, ease = kb_check(path, dt.date.today(), REQUIRED_TEXTS)
    for warning in warnings:
        print(f"warning: {warning}")
    for fault in faults:
        print(fault)
    if ease:
        print("reading ease, 0-100: " + ", ".join(f"{language} {figure}" for language, figure in ease.items()))
    print(f"{path}: {len(faults)} faults, {len(warnings)} warnings")
    return FAULT if faults else OK


def _staff_add(parsed: argparse.Namespace) -> int:
    from bot.domain.sign_in import LastAdministrator
    from bot.usecases.add_staff import BadStaff, add_staff
    from knowledge_base.load import PackError, load_pack

    settings = read(Settings)
    try:
        pack = load_pack(settings.pack)
    except PackError as error:
        return _complain(*(str(fault) for fault in error.faults))

    async def add(db: Database) -> int:
        return await add_staff(
            db,
            pack,
            name=parsed.name,
            telegram=parsed.telegram,
            login=parsed.login,
            team=parsed.team or pack.agency.default_team,
            role=parsed.role,
            now=dt.datetime.now(dt.UTC),
        )

    return _at_database(settings, add, lambda number: f"Registered as number {number}.", BadStaff, LastAdministrator)


def _staff_list(parsed: argparse.Namespace) -> int:
    from bot.usecases.staff_register import list_staff

    def shown(people: Sequence[Member]) -> str:
        rows = [("No.", "name", "login", "Telegram", "team", "role", "")]
        rows += [
            (str(p.id), p.name, p.login or "-", p.telegram or "-", p.team, p.role, "" if p.active else "left")
            for p in people
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    return _at_database(read(Settings), list_staff, shown)


def _staff_deactivate(parsed: argparse.Namespace) -> int:
    from bot.domain.sign_in import LastAdministrator, NobodyKnown
    from bot.usecases.staff_register import deactivate

    async def leave(db: Database) -> int:
        return await deactivate(db, parsed.who, dt.datetime.now(dt.UTC))

    def gone(number: int) -> str:
        return f"Number {number} works here no more."

    return _at_database(read(Settings), leave, gone, NobodyKnown, LastAdministrator)


def _staff_link(parsed: argparse.Namespace) -> int:
    from bot.usecases.first_link import NobodyWithLogin, link_for

    settings = read(Settings)

    async def make(db: Database) -> str:
        return await link_for(db, parsed.login, dt.datetime.now(dt.UTC))

    def told(token: str) -> str:
        return f"Works once, for 30 minutes: {settings.site}/desk/link?t={token}"

    return _at_database(settings, make, told, NobodyWithLogin)


def _at_database(
    settings: Settings,
    work: Callable[[Database], Coroutine[Any, Any, T]],
    told: Callable[[T], str],
    *refusals: type[Exception],
) -> int:
    """Do something with the database and tell what came of it; ``refusals``: errors that say what to do."""
    from bot.storage.session import Database

    async def at_database() -> T:
        db = Database(settings.database_url)
        try:
            return await work(db)
        finally:
            await db.close()

    try:
        print(told(_loop(at_database())))
    except refusals as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"The database can't be reached: {error}. Check OTKLIK_DATABASE_URL.")
    return OK


def _doctor(parsed: argparse.Namespace) -> int:
    from bot.doctor import examine

    findings = _loop(examine(read(Settings), parsed.now))
    for finding in findings:
        print(f"{'ok   ' if finding.fine else 'FAULT'} {finding.what}: {finding.found}")
        if finding.remedy:
            print(f"      {finding.remedy}")
    return OK if all(finding.fine for finding in findings) else FAULT


def _loop(work: Coroutine[Any, Any, T]) -> T:
    import uvloop

    return uvloop.run(work)


def _tell(text: str) -> None:
    print(text, flush=True)


def _complain(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return USAGE
