"""Two moderators under measurement: one signed in at the desk, and an edited answer that waits for its next step."""

from __future__ import annotations

import secrets

import asyncpg

from bot.domain.sign_in import hashed
from scripts.benchmarks.processes import BenchError


async def moderators(connection: asyncpg.Connection, said: str, *, approved: bool) -> tuple[str, int]:
    """The cookie of who is signed in, and the number of the draft, in which a sample question has become ``said``.

    The draft is approved, or waits to be read. Raises BenchError.
    """
    token = secrets.token_urlsafe(24)
    await connection.execute(_PEOPLE)
    await connection.execute(_SESSION, hashed(token))
    draft = await connection.fetchval(_DRAFT, said, approved)
    if draft is None:
        raise BenchError("no answer could be drafted")
    return token, int(draft)


_PEOPLE = """
    INSERT INTO staff (name, team, role, active, login, created_at)
    VALUES ('Anna', 'front-office', 'moderator', true, 'bench-anna', now()),
           ('Boris', 'front-office', 'supervisor', true, 'bench-boris', now())
"""
_SESSION = """
    INSERT INTO session (token, staff_id, began_at, seen_at)
    SELECT $1, id, now(), now() FROM staff WHERE login = 'bench-boris'
"""
_DRAFT = """
    WITH live AS (
        SELECT v.id, v.body FROM item_version v JOIN item i ON i.id = v.item_id
        WHERE i.kind = 'templates' AND i.slug = 'working-hours' AND v.to_release IS NULL
    ), made AS (
        INSERT INTO draft (kind, slug, body, base, state, step, changed_at)
        SELECT 'templates', 'working-hours', replace(body, 'когда вы работаете', $1::text), id,
               CASE WHEN $2 THEN 'approved' ELSE 'review' END, 0, now() FROM live RETURNING id, body
    ), stepped AS (
        INSERT INTO draft_step (draft_id, verb, staff_id, at, body)
        SELECT made.id, verb, staff.id, now(), CASE WHEN verb = 'saved' THEN made.body END
        FROM made, (VALUES ('saved', 'bench-anna'), ('submitted', 'bench-anna'), ('approved', 'bench-boris'))
            AS step (verb, login) JOIN staff USING (login)
        WHERE $2 OR verb = 'saved'
    )
    SELECT id FROM made
"""
