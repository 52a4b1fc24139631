"""The staff group as the messenger has it: where it has moved to, what is wrong with it, topics that were deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain.messages import CallKind, Channel, Rendered
from bot.storage.outbox import RENDERED, body
from bot.storage.session import Tx
from bot.storage.tables import address, group_trouble, moved_chat, outbox, staff, staff_topic

RENAME_SECONDS = 6.0
"""A case that is taken and answered in one breath changes the name of its topic once."""
LAST = 3
"""Lane of what gives way to every post."""
WARNED = ("administrator", "supervisor")
"""Who of the staff is told in a chat of his own that the group is out of order."""


async def moved(tx: Tx, old: str, new: str, now: dt.datetime) -> None:
    """The chat has another id from now on; calls to the old one are made to the new one."""
    await tx.execute(update(moved_chat).where(moved_chat.c.new == old).values(new=new))
    kept = upsert(moved_chat).values(old=old, new=new, at=now)
    await tx.execute(kept.on_conflict_do_update(index_elements=[moved_chat.c.old], set_={"new": new, "at": now}))


async def place(tx: Tx, chat: str) -> str:
    """The id that a chat has now."""
    found = (await tx.execute(select(moved_chat.c.new).where(moved_chat.c.old == chat))).scalar_one_or_none()
    return found or chat


async def unfit(tx: Tx, chat: str, cause: str, now: dt.datetime) -> bool:
    """The group can't take what is sent to it. True: this is news."""
    added = upsert(group_trouble).values(chat=chat, cause=cause[:300], since=now).on_conflict_do_nothing()
    return (await tx.execute(added.returning(group_trouble.c.chat))).first() is not None


async def fit(tx: Tx, chat: str) -> bool:
    """The group takes calls again. True: it had not."""
    ended = delete(group_trouble).where(group_trouble.c.chat == chat).returning(group_trouble.c.chat)
    return (await tx.execute(ended)).first() is not None


async def resume(tx: Tx, chat: str) -> None:
    """What waits for the group is tried at once."""
    await tx.execute(_RESUME, {"chat": chat, "channel": Channel.TELEGRAM.value})
    await tx.execute(text("DELETE FROM pace WHERE key = :key"), {"key": f"{Channel.TELEGRAM.value}:{chat}"})


_RESUME = text("""
    UPDATE outbox SET due_at = '-infinity'
    WHERE state = 'pending' AND channel = :channel AND target LIKE '-%' AND target = :chat
""")


async def warned(tx: Tx) -> Sequence[tuple[int, str]]:
    """Address and chat of those to be told, as far as they have ever written to the bot."""
    rows = await tx.execute(
        select(address.c.id, address.c.external_id)
        .join(staff, staff.c.telegram_id == address.c.external_id)
        .where(address.c.channel == Channel.TELEGRAM.value, address.c.reachable.is_(True))
        .where(staff.c.active.is_(True), staff.c.role.in_(WARNED))
    )
    return [(row.id, row.external_id) for row in rows]


async def tell(tx: Tx, address_id: int, chat: str, rendered: Rendered, now: dt.datetime) -> None:
    """One message to a person of the staff, in his own chat."""
    await tx.execute(
        insert(outbox).values(
            address_id=address_id,
            conversation=f"{Channel.TELEGRAM.value}:{chat}",
            channel=Channel.TELEGRAM.value,
            kind=CallKind.MESSAGE.value,
            target=chat,
            body=body(rendered),
            created_at=now,
        )
    )


async def post(tx: Tx, chat: str, rendered: Rendered, now: dt.datetime) -> None:
    """One message in the general part of the staff group that no hurry is with."""
    row = {"conversation": "staff:general", "channel": Channel.TELEGRAM.value, "kind": CallKind.MESSAGE.value}
    await tx.execute(insert(outbox).values(**row, target=chat, lane=LAST, body=body(rendered), created_at=now))


async def leave(tx: Tx, chat: str, words: Sequence[Rendered], now: dt.datetime) -> None:
    """Say goodbye to a group, and go."""
    calls: list[tuple[CallKind, str | None]] = [(CallKind.MESSAGE, body(one)) for one in words]
    chat_row = {"channel": Channel.TELEGRAM.value, "target": chat, "lane": 3, "created_at": now}
    for kind, said in (*calls, (CallKind.LEAVE, None)):
        await tx.execute(insert(outbox).values(conversation=f"group:{chat}", kind=kind.value, body=said, **chat_row))


async def forget_topic(tx: Tx, address_id: int, topic: str | None) -> bool:
    """The conversation's topic is gone. False: it has another one already."""
    gone = delete(staff_topic).where(staff_topic.c.address_id == address_id, staff_topic.c.topic == topic)
    return (await tx.execute(gone.returning(staff_topic.c.address_id))).first() is not None


async def last_waiting(tx: Tx, conversation: str) -> tuple[int, Rendered] | None:
    """The last of a conversation's posts, kept for us, if nobody has tried to send it yet.

    None as well if a worker is about to: whoever waited for it here could be waited for by others.
    """
    row = (await tx.execute(_LAST_WAITING, {"conversation": conversation, "kind": CallKind.MESSAGE.value})).first()
    return (row.id, RENDERED.validate_json(row.body)) if row else None


_LAST_WAITING = text("""
    SELECT id, body FROM outbox
    WHERE id = (SELECT max(id) FROM outbox WHERE conversation = :conversation AND state = 'pending')
      AND state = 'pending' AND attempts = 0 AND lease IS NULL AND kind = :kind AND body IS NOT NULL
    FOR UPDATE SKIP LOCKED
""")


async def reword(tx: Tx, call: int, rendered: Rendered) -> None:
    """What a post that is kept for us says from now on."""
    await tx.execute(update(outbox).where(outbox.c.id == call).values(body=body(rendered)))


async def rename(tx: Tx, address_id: int, chat: str, name: Rendered, now: dt.datetime) -> None:
    """The conversation's topic is to be called so. Wishes that follow each other closely become one call."""
    await tx.execute(
        _RENAME,
        {
            "address": address_id,
            "chat": chat,
            "topic": f"staff:{address_id}",
            "name": f"staff:{address_id}:name",
            "create": CallKind.CREATE_TOPIC.value,
            "rename": CallKind.RENAME_TOPIC.value,
            "channel": Channel.TELEGRAM.value,
            "body": body(name),
            "gather": RENAME_SECONDS,
            "lane": LAST,
            "now": now,
        },
    )


_RENAME = text("""
    WITH waiting AS (
        UPDATE outbox SET body = :body
        WHERE id = (SELECT id FROM outbox
                    WHERE state = 'pending' AND attempts = 0 AND lease IS NULL
                      AND (conversation = :topic AND kind = :create OR conversation = :name AND kind = :rename)
                    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id)
    INSERT INTO outbox (address_id, conversation, channel, kind, target, thread_of, lane, body, created_at, due_at)
    SELECT :address, :name, :channel, :rename, :chat, :address, :lane, :body, :now,
           clock_timestamp() + make_interval(secs => CAST(:gather AS float8))
    WHERE NOT EXISTS (SELECT FROM waiting) AND EXISTS (SELECT FROM staff_topic WHERE address_id = :address)
""")
"""A conversation of its own in the outbox: no post waits for a name."""


async def put_behind(tx: Tx, conversation: str) -> None:
    """Calls that wait for a topic come after the one that makes it."""
    await tx.execute(_BEHIND, {"conversation": conversation, "kind": CallKind.CREATE_TOPIC.value})


_BEHIND = text("""
    UPDATE outbox SET id = later.id, lease = NULL, lease_until = '-infinity', due_at = '-infinity'
    FROM (SELECT w.id AS old, nextval('said_id') AS id
          FROM (SELECT id FROM outbox
                WHERE conversation = :conversation AND state = 'pending'
                  AND id < (SELECT max(id) FROM outbox
                            WHERE conversation = :conversation AND state = 'pending' AND kind = :kind)
                ORDER BY id) AS w) AS later
    WHERE outbox.id = later.old
""")
