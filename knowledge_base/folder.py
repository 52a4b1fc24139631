"""A pack's folder, read as a whole, and the version of what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from knowledge_base.faults import Fault
from knowledge_base.media import MAX_BYTES, media_type
from knowledge_base.reading import Draft, Given, empty_draft, read_into
from knowledge_base.source import given_files, pack_files


def read_draft(root: Path) -> Draft:
    """Read every file of the pack in ``root``; problems are in ``faults`` and never raised."""
    draft = empty_draft()
    if not root.is_dir():
        draft.faults.append(Fault(root.name or ".", 1, "there is no such folder", "give the folder of a pack"))
        return draft
    paths, draft.faults = pack_files(root)
    for path in paths:
        name = path.relative_to(root).as_posix()
        try:
            raw = path.read_bytes()
        except OSError as error:
            what = f"the file cannot be read ({error.strerror})"
            draft.faults.append(Fault(name, 1, what, "check its permissions"))
            continue
        read_into(draft, name, raw)
    for path in given_files(root):
        draft.given[path.relative_to(root).as_posix()] = _given(path)
    draft.version = version_of(draft.raw, draft.given)
    _require_files(draft, {path.relative_to(root).as_posix() for path in paths})
    return draft


def version_of(raw: Mapping[str, bytes], given: Mapping[str, Given]) -> str:
    """The version of a folder with these YAML files and these files to be given out, each in the folder's order."""
    digest = hashlib.sha256()
    for name, data in raw.items():
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    for name, one in given.items():
        digest.update(f"{name}\0{one.size}\0{one.sha256}\0".encode())
    return digest.hexdigest()[:16]


def sources_of(root: Path, version: str) -> dict[str, bytes]:
    """The YAML files of a folder as they are; none where the folder is not that of ``version`` (any more)."""
    paths, _ = pack_files(root) if root.is_dir() else ([], [])
    try:
        raw = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
        given = {path.relative_to(root).as_posix(): _given(path) for path in given_files(root)}
    except OSError:
        return {}
    return raw if version_of(raw, given) == version else {}


def _given(path: Path) -> Given:
    size = path.stat().st_size
    if size > MAX_BYTES:
        return Given(size)
    data = path.read_bytes()
    return Given(len(data), hashlib.sha256(data).hexdigest(), media_type(data))


def _require_files(draft: Draft, present: set[str]) -> None:
    for name in ("pack.yml", "teams.yml", "topics.yml", "policies.yml", "calendars.yml", "menus.yml"):
        if name not in present and not any(fault.file == name for fault in draft.faults):
            draft.faults.append(Fault(name, 1, "the file is missing", "add it to the pack"))
