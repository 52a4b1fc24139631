"""A folder of YAML files becomes one ``Pack``, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge_base.faults import Fault, PackError
from knowledge_base.files import broken_files
from knowledge_base.folder import read_draft
from knowledge_base.reading import Draft, Item
from knowledge_base.rules import broken_rules
from knowledge_base.schema import Pack, PackFile, StoredFile

__all__ = ["Fault", "PackError", "content_of", "load_pack", "pack_of", "read_checked"]


def load_pack(path: Path, required_texts: frozenset[str] = frozenset()) -> Pack:
    """Load the pack in folder ``path``.

    ``required_texts`` are the text keys that the program says; each must be in the default language.
    Raises PackError with every fault found, each with file, line and remedy.
    """
    draft, faults = read_checked(path, required_texts)
    if faults:
        raise PackError(tuple(faults))
    return pack_of(draft)


def read_checked(path: Path, required_texts: frozenset[str] = frozenset()) -> tuple[Draft, list[Fault]]:
    """The pack as far as it can be read, and all its faults, sorted by place."""
    draft = read_draft(Path(path))
    faults = [*draft.faults, *broken_rules(draft, required_texts), *broken_files(draft)]
    return draft, sorted(set(faults))


def pack_of(draft: Draft) -> Pack:
    """The pack of a draft without faults."""
    assert draft.agency is not None, "a pack without faults has an agency"
    kinds = {kind: {name: item.model for name, item in items.items()} for kind, items in draft.items.items()}
    kinds["files"] = {slug: _stored(draft, item) for slug, item in draft.items["files"].items()}
    return Pack(
        version=draft.version,
        agency=draft.agency.model,
        texts={
            key: {language: text.value for language, text in by_language.items()}
            for key, by_language in draft.texts.items()
        },
        questions={slug: questions for slug, (questions, _) in draft.questions.items()},
        **kinds,
    )


def _stored(draft: Draft, item: Item[PackFile]) -> StoredFile:
    given = draft.given[item.model.path]
    assert given.media_type is not None, "a pack without faults knows what its files are"
    return StoredFile(**item.model.model_dump(), sha256=given.sha256, size=given.size, media_type=given.media_type)


def content_of(path: Path, file: StoredFile) -> bytes:
    """The bytes of a file of the pack in ``path``. Raises PackError when they are not those that were checked."""
    try:
        data = (Path(path) / file.path).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise PackError((Fault(file.path, 1, "the file has changed while the pack was loaded", "start again"),))
    return data
