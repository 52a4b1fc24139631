"""A pack that is kept item by item, as a database does: the same checks as a folder's, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from pydantic import ValidationError

from knowledge_base import schema
from knowledge_base.faults import Fault, PackError
from knowledge_base.files import broken_files
from knowledge_base.load import pack_of
from knowledge_base.plainness import plainness
from knowledge_base.reading import FOLDERS, Draft, Given, Item, Text, empty_draft, keep_item, model_of
from knowledge_base.rules import broken_rules
from knowledge_base.schema import Pack
from knowledge_base.source import Source

Key: TypeAlias = tuple[str, str]
"""Kind (``templates``, ``texts`` ...) and slug of an item."""
Bodies: TypeAlias = Mapping[Key, str]
"""Every item of a pack as JSON."""

KINDS = tuple(name for name in Pack.model_fields if name not in ("version", "agency", "texts", "questions"))
"""Kinds whose items are models by slug."""
_STORED = frozenset(schema.StoredFile.model_fields) - frozenset(schema.PackFile.model_fields)


def bodies_of(pack: Pack) -> dict[Key, str]:
    """Every item of a pack by kind and slug."""
    found = agency_of(pack)
    for kind in KINDS:
        found |= {(kind, slug): model.model_dump_json() for slug, model in getattr(pack, kind).items()}
    for key, texts in pack.texts.items():
        found["texts", key] = json.dumps(texts, ensure_ascii=False, sort_keys=True)
    for slug, questions in pack.questions.items():
        found["questions", slug] = json.dumps(questions, ensure_ascii=False)
    return found


def agency_of(pack: Pack) -> dict[Key, str]:
    """The agency alone, which says what the texts are held to."""
    return {("agency", pack.agency.name): pack.agency.model_dump_json()}


def as_pack(bodies: Bodies, version: str) -> Pack:
    """The pack of items that were checked before. Raises ValidationError for what this code does not understand."""
    content: dict[str, Any] = {kind: {} for kind in (*KINDS, "texts", "questions")}
    for (kind, slug), body in bodies.items():
        if kind == "agency":
            content["agency"] = json.loads(body)
        else:
            content[kind][slug] = json.loads(body)
    return Pack.model_validate_json(json.dumps({"version": version, **content}))


def digest(bodies: Bodies) -> str:
    """A version of these items: the same for the same content, whoever wrote it."""
    made = hashlib.sha256()
    for (kind, slug), body in sorted(bodies.items()):
        made.update(f"{kind}\0{slug}\0{len(body)}\0{body}\0".encode())
    return made.hexdigest()[:16]


def checked(bodies: Bodies, version: str, required_texts: frozenset[str] = frozenset()) -> Pack:
    """The pack of items that may be anything.

    ``required_texts``: as for ``load_pack``. Raises PackError with every fault found; its files are named as
    they would be in a folder, its lines are all 1.
    """
    draft = _draft(bodies, version)
    faults = {*draft.faults, *broken_rules(draft, required_texts), *broken_files(draft)}
    if faults or draft.agency is None:
        raise PackError(tuple(faults) or (Fault("pack.yml", 1, "the file is missing", "add it to the pack"),))
    return pack_of(draft)


def blocked_words(bodies: Bodies, keys: Collection[Key]) -> list[Fault]:
    """What the pack's own limits of plain language block in some of its items."""
    part = {key: body for key, body in bodies.items() if body != GONE and (key in keys or key[0] == "agency")}
    return plainness(_draft(part, "")).faults


GONE = "null"
"""Body of a change that takes its item away."""


def with_changes(bodies: Bodies, changes: Bodies) -> dict[Key, str]:
    """The items with these changed; what an item was tested with goes with it."""
    made = {**bodies, **changes}
    for kind, slug in [key for key, body in changes.items() if body == GONE]:
        for gone in ((kind, slug), ("questions", slug)):
            made.pop(gone, None)
    return made


def faults_of(pack: Pack, changes: Bodies, required_texts: frozenset[str] = frozenset()) -> list[Fault]:
    """What is wrong with a pack once these items are changed in it: the same checks, without reading all of it anew.

    The items are changed as by ``with_changes``.
    """
    draft = _read_already(pack)
    for (kind, slug), body in changes.items():
        if kind in draft.items:
            draft.items[kind].pop(slug, None)
            draft.names[kind].discard(slug)
        if body == GONE:
            draft.questions.pop(slug, None)
        else:
            _file_into(draft, kind, slug, json.loads(body))
    return sorted({*draft.faults, *broken_rules(draft, required_texts), *broken_files(draft)})


def _read_already(pack: Pack) -> Draft:
    draft = empty_draft(pack.version)
    draft.agency = Item(pack.agency, Source("pack.yml"), ())
    for kind in draft.items:
        models = getattr(pack, kind)
        draft.names[kind] = set(models)
        one_file = Source(f"{kind}.yml")
        draft.items[kind] = {
            slug: Item(model, Source(f"{kind}/{slug}.yml") if kind in FOLDERS else one_file, ())
            for slug, model in models.items()
        }
    draft.given = {file.path: Given(file.size, file.sha256, file.media_type) for file in pack.files.values()}
    for key, texts in pack.texts.items():
        draft.texts[key] = {
            language: Text(text, Source(f"texts/{language}.yml"), (key,)) for language, text in texts.items()
        }
    draft.questions = {slug: (asked, Source(f"questions/{slug}.yml")) for slug, asked in pack.questions.items()}
    return draft


def _draft(bodies: Bodies, version: str) -> Draft:
    draft = empty_draft(version)
    for (kind, slug), body in bodies.items():
        _file_into(draft, kind, slug, json.loads(body))
    return draft


def _file_into(draft: Draft, kind: str, slug: str, data: Any) -> None:
    if kind == "agency":
        draft.agency = model_of(draft, Source("pack.yml"), (), data, schema.Agency)
    elif kind == "texts":
        texts = {language: Text(text, Source(f"texts/{language}.yml"), (slug,)) for language, text in data.items()}
        draft.texts[slug] = texts
    elif kind == "questions":
        draft.questions[slug] = (tuple(data), Source(f"questions/{slug}.yml"))
    elif kind == "files":
        path = PurePosixPath(data["path"]).as_posix()
        draft.given[path] = Given(data["size"], data["sha256"], data["media_type"])
        plain = {name: value for name, value in data.items() if name not in _STORED}
        keep_item(draft, Source("files.yml"), (), plain, kind)
    else:
        name = f"{kind}/{slug}.yml" if kind in FOLDERS else f"{kind}.yml"
        keep_item(draft, Source(name), (), data, kind)


def merged(base: Bodies, desk: Bodies, folder: Bodies) -> tuple[dict[Key, str], list[Key]]:
    """What two hands made of ``base``: the folder's changes over the desk's, item by item.

    Where both changed the same item differently the desk's stays: it was approved and clients read it. Returns
    the items, and the keys of those.
    """
    made: dict[Key, str] = {}
    both: list[Key] = []
    for key in dict.fromkeys((*desk, *folder)):
        was, here, there = base.get(key), desk.get(key), folder.get(key)
        if there != was and here != was and here != there:
            both.append(key)
        chosen = there if there != was and here == was else here
        if chosen is not None:
            made[key] = chosen
    return made, both


def plain(bodies: Bodies) -> dict[Key, str]:
    """The same items as this code writes them, so that they can be compared; as they are where it can't read them."""
    try:
        return bodies_of(as_pack(bodies, ""))
    except ValidationError:
        return dict(bodies)
