"""The YAML files of the folders that came in, byte by byte: an export gives them back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.storage.moderation_tables import release_source, source
from bot.storage.session import Tx
from bot.storage.tables import release


async def keep(tx: Tx, number: int, files: Mapping[str, bytes]) -> None:
    """The folder that came in with a release, by paths; what was there before is stored once."""
    if not files:
        return
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    here = set((await tx.execute(select(source.c.sha256))).scalars())
    new = {hashes[path]: data for path, data in files.items() if hashes[path] not in here}
    if new:
        added = [{"sha256": sha256, "bytes": data} for sha256, data in new.items()]
        await tx.execute(upsert(source).on_conflict_do_nothing(), added)
    await tx.execute(
        insert(release_source), [{"release": number, "path": path, "sha256": sha256} for path, sha256 in hashes.items()]
    )


async def of(tx: Tx, number: int) -> dict[str, bytes]:
    """The folder that a release is, or else the last one that came in up to it; empty: none was kept."""
    version = select(release.c.version).where(release.c.number == number).scalar_subquery()
    kept = select(release_source.c.release).distinct().join(release, release.c.number == release_source.c.release)
    same = kept.where(release.c.version == version).order_by(release_source.c.release.desc()).limit(1)
    last = select(func.max(release_source.c.release)).where(release_source.c.release <= number)
    chosen = func.coalesce(same.scalar_subquery(), last.scalar_subquery())
    rows = await tx.execute(
        select(release_source.c.path, source.c.bytes)
        .join(source, source.c.sha256 == release_source.c.sha256)
        .where(release_source.c.release == chosen)
        .order_by(release_source.c.path)
    )
    return {row.path: row.bytes for row in rows}
