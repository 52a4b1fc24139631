"""Commands about the content: folders and releases, in and out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.shell import FAULT, OK, USAGE, Verbs, verb
from bot.storage.session import Database

if TYPE_CHECKING:
    from knowledge_base.compare import Difference
    from knowledge_base.faults import PackError

_SIGNS = {"came": "+", "gone": "-", "changed": "~"}


def register(content: Verbs) -> None:
    """Add the commands to ``otklik kb``."""
    bring = verb(content, "import", "make a folder's changes the next release; running workers swap to it", _import)
    bring.add_argument("path", type=Path, nargs="?", help="folder of the pack")
    bring.add_argument("--reason", default="imported from files", help="kept with the release, shown to moderators")
    bring.add_argument("--by", default="", metavar="LOGIN", help="whose release it is, by login or number")
    bring.add_argument("--whole", action="store_true", help="as it is, over what was changed at the desk")
    bring.add_argument("--over-drafts", action="store_true", help="even where drafts are open on what it changes")

    export = verb(content, "export", "what clients get, as a folder of files, empty so far", _export)
    export.add_argument("folder", type=Path)
    export.add_argument("--release", type=int, metavar="NUMBER", help="an older release")

    diff = verb(content, "diff", "what differs between what clients get and a folder, or between releases", _diff)
    diff.add_argument(
        "sides", nargs="*", metavar="FOLDER|NUMBER", help="one or two (default: what clients get, the pack)"
    )
    diff.add_argument("--json", action="store_true", help="one JSON object")

    release = verb(content, "release", "bring approved drafts to clients", _release)
    release.add_argument("slugs", nargs="*", metavar="SLUG", help="of the templates (default: all that are approved)")
    release.add_argument("--by", required=True, metavar="LOGIN", help="whose release it is, by login or number")
    release.add_argument("--reason", required=True, help="kept with the release, shown to moderators")

    rollback = verb(content, "rollback", "what clients got under an older release, as a new release", _roll_back)
    rollback.add_argument("number", type=int)
    rollback.add_argument("--reason", required=True, help="kept with the release, shown to moderators")


async def _import(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.domain.drafts import DraftsInTheWay
    from bot.domain.text_keys import REQUIRED_TEXTS
    from bot.usecases.publish_pack import How, publish_pack
    from knowledge_base.check import load_held
    from knowledge_base.faults import PackError

    path = parsed.path or settings.pack
    how = How(
        whole=parsed.whole, over_drafts=parsed.over_drafts, by=parsed.by, reason=parsed.reason, required=REQUIRED_TEXTS
    )
    try:
        made = await publish_pack(db, load_held(path, REQUIRED_TEXTS), path, parsed.now, how)
    except PackError as error:
        return _broken(error)
    except DraftsInTheWay as error:
        print(error, "Or: --over-drafts; the drafts stay, and who wrote them is shown both texts.", file=sys.stderr)
        return FAULT
    print("\n".join([f"Release {made.release}; workers serve it within seconds.", *made.told()]))
    return OK


async def _export(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases.export_pack import export_pack

    try:
        number = await export_pack(db, parsed.folder, parsed.release)
    except FileExistsError as error:
        print(f"{error}; name another folder", file=sys.stderr)
        return USAGE
    print(f"Release {number} is in {parsed.folder}.")
    return OK


async def _diff(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.domain.text_keys import REQUIRED_TEXTS
    from bot.usecases.compare_releases import Side, compare_releases
    from knowledge_base.faults import PackError
    from knowledge_base.load import load_pack

    if len(parsed.sides) > 2:
        print("Name one or two: numbers of releases, or folders.", file=sys.stderr)
        return USAGE

    def side(text: str) -> Side:
        return int(text) if text.isascii() and text.isdecimal() else load_pack(Path(text), REQUIRED_TEXTS)

    try:
        named = [side(text) for text in parsed.sides or (str(settings.pack),)]
    except PackError as error:
        return _broken(error)
    if len(named) == 1:
        named = [named[0], None] if isinstance(named[0], int) else [None, named[0]]
    found = await compare_releases(db, *named)
    if parsed.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        print("\n".join(_told(found)))
    return OK


def _told(found: Sequence[Difference]) -> list[str]:
    """As ``diff`` shows it: ``-`` what was, ``+`` what is."""
    lines = []
    for one in found:
        lines.append(f"{_SIGNS[one.how]} {one.kind}/{one.slug}")
        for line in one.lines:
            lines.append(f"    {line.place}")
            for sign, text in (("-", line.before), ("+", line.after)):
                lines += [f"      {sign} {part}" for part in text.splitlines()] if text is not None else []
    return [*lines, f"{len(found)} items differ." if found else "Nothing differs."]


async def _release(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases.release_drafts import release_by_hand
    from knowledge_base.faults import PackError

    try:
        made = await release_by_hand(db, parsed.by, parsed.slugs, parsed.reason, parsed.now)
    except PackError as error:
        return _broken(error)
    print(f"Release {made}; workers serve it within seconds.")
    return OK


async def _roll_back(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases.roll_back import roll_back_by_hand
    from knowledge_base.faults import PackError

    try:
        made = await roll_back_by_hand(db, parsed.number, parsed.reason, parsed.now)
    except PackError as error:
        return _broken(error)
    print(f"Release {made} has the content of release {parsed.number}; workers serve it within seconds.")
    return OK


def _broken(error: PackError) -> int:
    """Every fault, nothing changed."""
    for fault in error.faults:
        print(fault, file=sys.stderr)
    print(f"{len(error.faults)} faults; nothing has changed.", file=sys.stderr)
    return FAULT
