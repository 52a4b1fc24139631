"""One client: found, copied, erased. Counts and facts outlive him, nothing that tells who he was."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain.client_copy import Asked, ClientCopy, Contact, Scored, Written
from bot.storage import profiles
from bot.storage.personal import Cipher
from bot.storage.session import Tx
from bot.storage.tables import address, case, episode, erasure, message, request, request_stage, score, watch
from bot.storage.tables import personal as values

ERASED = "erased:"
"""So begins an address of which nobody knows any more whose it was."""


async def find(tx: Tx, key: str) -> int | None:
    """A client by ``channel:address``, by the number of a request, or by our own number."""
    if key.isascii() and key.isdecimal():
        return (await tx.execute(text("SELECT id FROM client WHERE id = :id"), {"id": int(key)})).scalar_one_or_none()
    channel, _, external_id = key.partition(":")
    by_address = select(address.c.client_id).where(address.c.channel == channel, address.c.external_id == external_id)
    by_number = select(address.c.client_id).join(request, request.c.address_id == address.c.id)
    wanted = by_address if external_id else by_number.where(request.c.number == key.upper())
    return (await tx.execute(wanted)).scalar_one_or_none()


async def copy(tx: Tx, cipher: Cipher, client_id: int) -> ClientCopy:
    """All that is kept about a client, personal values included."""
    contacts = (await tx.execute(select(address).where(address.c.client_id == client_id).order_by(address.c.id))).all()
    ids = [row.id for row in contacts]
    revealed = await _revealed(tx, cipher, client_id)
    said = select(message).where(message.c.address_id.in_(ids), message.c.direction.in_(("in", "out")))
    scored = (
        select(episode, score.c.value)
        .outerjoin(score, score.c.episode_id == episode.c.id)
        .where(episode.c.address_id.in_(ids))
        .order_by(episode.c.id)
    )
    called = select(case.c.opened_at, case.c.team).where(case.c.address_id.in_(ids)).order_by(case.c.id)
    awaited = select(watch.c.slug).where(watch.c.address_id.in_(ids)).order_by(watch.c.slug)
    return ClientCopy(
        client_id,
        [Contact(row.channel, row.external_id, row.created_at) for row in contacts],
        list(dict.fromkeys(revealed.values())),
        [Written(row.at, row.direction == "in", row.text) for row in await tx.execute(said.order_by(message.c.id))],
        await _requests(tx, ids, {ref: value for ref, (_, value) in revealed.items()}),
        [
            Scored(row.opened_at, row.value, row.about or row.slug, row.comment)
            for row in await tx.execute(scored)
            if row.value is not None or row.comment
        ],
        [(row.opened_at, row.team) for row in await tx.execute(called)],
        list((await tx.execute(awaited)).scalars()),
        await profiles.of(tx, client_id),
    )


async def _revealed(tx: Tx, cipher: Cipher, client_id: int) -> dict[str, tuple[str, str]]:
    """Kind and value by reference."""
    rows = await tx.execute(select(values).where(values.c.client_id == client_id).order_by(values.c.created_at))
    return {row.ref: (row.kind, value) for row in rows if (value := cipher.decrypt(row.ciphertext)) is not None}


async def _requests(tx: Tx, ids: Sequence[int], revealed: dict[str, str]) -> list[Asked]:
    rows = (await tx.execute(select(request).where(request.c.address_id.in_(ids)).order_by(request.c.id))).all()
    reached: dict[int, list[tuple[str, dt.datetime]]] = {}
    stages = select(request_stage).where(request_stage.c.request_id.in_([row.id for row in rows]))
    for row in await tx.execute(stages.order_by(request_stage.c.id)):
        reached.setdefault(row.request_id, []).append((row.stage, row.at))
    return [
        Asked(
            row.number,
            row.service,
            row.created_at,
            {name: revealed.get(value, value) for name, value in json.loads(row.values).items()},
            reached.get(row.id, []),
        )
        for row in rows
    ]


# --- erasing -------------------------------------------------------------------


async def wish(tx: Tx, client_id: int, actor: str, now: dt.datetime) -> None:
    """Remember that a client is to be erased as soon as nothing is owed to him. Twice is once."""
    added = upsert(erasure).values(client_id=client_id, asked_by=actor, asked_at=now)
    await tx.execute(added.on_conflict_do_nothing())


_DUE = text("""
    SELECT e.client_id, e.asked_by FROM erasure e
    WHERE e.done_at IS NULL AND e.asked_at < :settled
      AND NOT EXISTS (SELECT 1 FROM address a JOIN "case" c ON c.address_id = a.id
                      WHERE a.client_id = e.client_id AND c.closed_at IS NULL)
      AND (e.asked_at < :patience OR NOT EXISTS (
            SELECT 1 FROM address a JOIN outbox o ON o.conversation = a.channel || ':' || a.external_id
            WHERE a.client_id = e.client_id AND o.state = 'pending'))
    ORDER BY e.id LIMIT :most
""")


async def due(tx: Tx, settled: dt.datetime, patience: dt.datetime, most: int) -> list[tuple[int, str]]:
    """Clients to be erased, and who asked: nothing is owed to them, and what was said has reached them."""
    rows = await tx.execute(_DUE, {"settled": settled, "patience": patience, "most": most})
    return [(row.client_id, row.asked_by) for row in rows]


_LOCK = text("""
    SELECT a.id, a.channel, a.external_id FROM address a JOIN dialog d ON d.address_id = a.id
    WHERE a.client_id = :client ORDER BY a.id FOR UPDATE OF d
""")
_OWED = text("""
    SELECT coalesce(max(t.due_at), max(c.opened_at)) FROM address a JOIN "case" c ON c.address_id = a.id
    LEFT JOIN term t ON t.case_id = c.id
    WHERE a.client_id = :client AND c.closed_at IS NULL
""")


async def owed_until(tx: Tx, client_id: int) -> dt.datetime | None:
    """When a person owes this client an answer; None: nobody does. His conversations are locked from now on."""
    await tx.execute(_LOCK, {"client": client_id})
    found: dt.datetime | None = (await tx.execute(_OWED, {"client": client_id})).scalar_one()
    return found


_ERASE = tuple(
    text(statement)
    for statement in (
        # Questions of the last month can be told for his; nothing leads to him from older ones.
        "DELETE FROM question WHERE id IN (SELECT question_id FROM question_link WHERE address_id = ANY (:ids))",
        """UPDATE inbox SET payload = NULL, conversation = 'erased',
             external_id = CASE channel WHEN 'telegram' THEN external_id ELSE 'erased:' || id END
           WHERE state <> 'new' AND (conversation = ANY (:conversations)
             OR id IN (SELECT inbox_id FROM message WHERE address_id = ANY (:ids) AND inbox_id IS NOT NULL))""",
        """UPDATE inbox SET payload = NULL WHERE state <> 'new' AND conversation IN (
             SELECT 'telegram:' || chat || ':' || topic FROM staff_topic WHERE address_id = ANY (:ids))""",
        """UPDATE outbox SET body = NULL, result = NULL, cause = NULL, settled_at = coalesce(settled_at, :now),
             state = CASE WHEN state = 'pending' THEN 'dropped' ELSE state END,
             target = CASE WHEN thread_of IS NULL THEN 'erased' ELSE target END,
             conversation = CASE WHEN thread_of IS NULL THEN 'erased' ELSE conversation END
           WHERE address_id = ANY (:ids) OR thread_of = ANY (:ids) OR conversation = ANY (:conversations)""",
        "UPDATE message SET text = NULL WHERE address_id = ANY (:ids)",
        "UPDATE episode SET comment = NULL, about = NULL WHERE address_id = ANY (:ids)",
        "UPDATE request SET values = '{}' WHERE address_id = ANY (:ids)",
        """UPDATE request_stage SET reason = NULL, advice = NULL
           WHERE request_id IN (SELECT id FROM request WHERE address_id = ANY (:ids))""",
        # A file that somebody else sent too, or that the agency itself hands out, stays theirs.
        """UPDATE file SET bytes = NULL
           WHERE sha256 IN (SELECT sha256 FROM attachment WHERE address_id = ANY (:ids))
             AND NOT EXISTS (SELECT 1 FROM attachment o WHERE o.sha256 = file.sha256 AND o.address_id <> ALL (:ids))
             AND NOT EXISTS (SELECT 1 FROM item_version v WHERE strpos(v.body, file.sha256) > 0)""",
        """UPDATE attachment SET reference = NULL, name = '', sha256 = NULL, cause = NULL,
             state = CASE WHEN state = 'new' THEN 'refused' ELSE state END
           WHERE address_id = ANY (:ids)""",
        "DELETE FROM reaction WHERE address_id = ANY (:ids)",
        "DELETE FROM watch WHERE address_id = ANY (:ids)",
        "DELETE FROM pace WHERE key = ANY (:conversations)",
        "DELETE FROM profile WHERE client_id = :client",
        "DELETE FROM personal WHERE client_id = :client",
        "DELETE FROM staff_topic WHERE address_id = ANY (:ids)",
        # Without its row a turn that waits for the conversation begins a new one.
        "DELETE FROM dialog WHERE address_id = ANY (:ids)",
        "UPDATE address SET external_id = 'erased:' || id, reachable = false WHERE id = ANY (:ids)",
        "UPDATE erasure SET done_at = :now WHERE client_id = :client AND done_at IS NULL",
    )
)
_TOPICS = text("SELECT topic FROM staff_topic WHERE address_id = ANY (:ids) AND topic IS NOT NULL")


async def erase(tx: Tx, client_id: int, now: dt.datetime) -> list[str]:
    """Erase a client whose conversations are locked. Returns the staff group's topics about him, which stay."""
    rows = (await tx.execute(_LOCK, {"client": client_id})).all()
    everything: dict[str, object] = {
        "client": client_id,
        "ids": [row.id for row in rows],
        "conversations": [f"{row.channel}:{row.external_id}" for row in rows],
        "now": now,
    }
    topics = list((await tx.execute(_TOPICS, {"ids": everything["ids"]})).scalars())
    for statement in _ERASE:
        await tx.execute(statement, {name: everything[name] for name in statement.compile().params})
    return topics
