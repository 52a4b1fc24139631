"""Commands for who operates Otklik: rows that the workers gave up, keys, one client's data."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from typing import Any

from bot.config import Settings
from bot.shell import FAULT, OK, USAGE, Verbs, group, verb
from bot.storage.session import Database

OPERATOR = "operator"


def register(verbs: Verbs) -> None:
    """Add the commands."""
    inbox = group(verbs, "inbox", "updates that could not be handled and were set aside")
    verb(inbox, "list", "what was set aside, and why", _list_updates)
    verb(inbox, "replay", "hand an update to the workers once more, after a fix", _replay).add_argument("id", type=int)
    verb(inbox, "drop", "leave an update as it is, for good", _drop_update).add_argument("id", type=int)

    outbox = group(verbs, "outbox", "messages that failed, are being repeated, or may have been sent")
    verb(outbox, "list", "which they are, and why", _list_calls)
    verb(outbox, "retry", "send a message again", _retry).add_argument("id", type=int)
    verb(outbox, "drop", "never send a message", _drop_call).add_argument("id", type=int)

    keys = group(verbs, "keys", "the secret keys that protect personal values")
    verb(keys, "rotate", "encrypt everything with OTKLIK_SECRET_KEY; former keys: OTKLIK_SECRET_KEYS_ALSO", _rotate)

    client = group(verbs, "client", "what is kept about one client")
    who = "telegram:123456, vk:123456, page:..., the number of a request, or a client's number"
    verb(client, "export", "all of it as JSON, in plain words", _export).add_argument("who", help=who)
    erase = verb(client, "erase", "erase him: words, names and addresses go, counts and facts stay", _erase)
    erase.add_argument("who", help=who)
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--when-closed", action="store_true", help="as soon as nobody owes him an answer any more")


# --- inbox and outbox ------------------------------------------------------------


async def _list_updates(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    return _show(await mend_queues.list_updates(db), parsed.now, "Nothing was set aside.")


async def _list_calls(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    return _show(await mend_queues.list_calls(db), parsed.now, "Nothing failed.")


def _show(rows: Sequence[Any], now: dt.datetime, nothing: str) -> int:
    if not rows:
        print(nothing)
        return OK
    print(f"{'id':>8}  {'channel':8}  {'state':8}  {'age':>8}  {'tries':>5}  cause")
    for row in rows:
        age = f"{(now - row.at).total_seconds() / 3600:.1f} h"
        gone = "" if row.whole else " (its content is no longer kept)"
        print(f"{row.id:>8}  {row.channel:8}  {row.state:8}  {age:>8}  {row.attempts:>5}  {row.cause}{gone}")
    return OK


async def _replay(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    done = await mend_queues.replay_update(db, parsed.id, parsed.now)
    return _told(done, "A worker takes it in a moment.", "It is not set aside, or its content is no longer kept.")


async def _drop_update(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    return _told(await mend_queues.drop_update(db, parsed.id, parsed.now), "Dropped.", "It is not set aside.")


async def _retry(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    done = await mend_queues.retry_call(db, parsed.id, parsed.now)
    return _told(done, "It is sent in a moment.", "It has not failed, or its content is no longer kept.")


async def _drop_call(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import mend_queues

    done = await mend_queues.drop_call(db, parsed.id, parsed.now)
    return _told(done, "Dropped.", "It is sent already, or is being sent at this moment.")


def _told(done: bool, fine: str, wrong: str) -> int:
    print(fine if done else wrong, file=sys.stdout if done else sys.stderr)
    return OK if done else FAULT


# --- keys --------------------------------------------------------------------------


async def _rotate(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.storage.personal import Cipher
    from bot.usecases.rotate_keys import rotate_keys

    done = await rotate_keys(db, Cipher(settings.keys[0], settings.keys[1:]))
    print(f"{done.moved} values now belong to the key in OTKLIK_SECRET_KEY.")
    if done.unreadable:
        remedy = "Put the key that wrote them into OTKLIK_SECRET_KEYS_ALSO and run this again."
        print(f"{done.unreadable} values can't be read with the keys given. {remedy}", file=sys.stderr)
        return FAULT
    if settings.secret_keys_also:
        print("The other keys may go from OTKLIK_SECRET_KEYS_ALSO. Visitors of the page whose cookie they signed and")
        print("who have not come back since begin a new conversation then: wait as long as suits you.")
    return OK


# --- clients -----------------------------------------------------------------------


async def _export(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.domain.text_keys import REQUIRED_TEXTS
    from bot.storage.personal import Cipher
    from bot.usecases.export_client import export_client
    from knowledge_base.load import PackError, load_pack

    try:
        pack = load_pack(settings.pack, REQUIRED_TEXTS)
    except PackError as error:
        print(error.faults[0], file=sys.stderr)
        return USAGE
    cipher = Cipher(settings.keys[0], settings.keys[1:])
    document = await export_client(db, cipher, pack, parsed.who, actor=OPERATOR, now=parsed.now)
    print(json.dumps(document, ensure_ascii=False, indent=2))
    return OK


async def _erase(db: Database, settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.usecases import erase_client

    if not parsed.yes and not _sure(parsed.who):
        print("Nothing was done.")
        return FAULT
    if parsed.when_closed:
        number = await erase_client.erase_when_closed(db, parsed.who, actor=OPERATOR, now=parsed.now)
        print(f"Client {number} is erased as soon as nobody owes him an answer.")
        return OK
    try:
        done = await erase_client.erase_client(db, parsed.who, actor=OPERATOR, now=parsed.now)
    except erase_client.StillOwed as error:
        print(f"{error}. Answer and close the case first, or add --when-closed.", file=sys.stderr)
        return FAULT
    print(f"Client {done.client} is erased; counts and facts stay.")
    for topic in done.topics:
        print(f"His words also stand in topic {topic} of the staff group: delete it there.")
    return OK


def _sure(who: str) -> bool:
    print(f"Everything that {who} wrote and gave is erased and can't be brought back. Type 'erase' to go on: ", end="")
    return sys.stdin.readline().strip() == "erase"
