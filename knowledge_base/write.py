"""A pack as a folder of files again, for reading, keeping and editing elsewhere.

Its YAML files are those of the folder it came from, byte by byte; where an item has changed since, only its lines
are others. What came from no folder is written in one fixed form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from knowledge_base.mend_text import mended, written
from knowledge_base.reading import FOLDERS, LISTS, Draft, Item, empty_draft, read_into
from knowledge_base.schema import Pack, StoredFile

NEW_QUESTIONS = "questions/all.yml"
"""Where test questions go that no file has."""


def write_pack(
    pack: Pack, folder: Path, content: Callable[[StoredFile], bytes], sources: Mapping[str, bytes] | None = None
) -> None:
    """Write a pack that ``load_pack`` reads as the same one.

    ``content``: the bytes of a file that the pack gives out; ``sources``: YAML files that it, or an earlier release
    of it, came from. Raises FileExistsError for a folder that holds anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    files = {file.path: content(file) for file in pack.files.values()}
    for name, data in {**yaml_files(pack, sources or {}), **files}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def yaml_files(pack: Pack, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """The YAML files of a pack by their names, made from those it came from."""
    drafts = {name: _read(name, raw) for name, raw in sources.items()}
    known = {name: draft for name, draft in drafts.items() if draft is not None}
    said = {name: _files(draft, {name: draft}).get(name) for name, draft in known.items()}
    found = {name: sources[name] for name, data in said.items() if not data}
    for name, data in _files(pack, known).items():
        before = said.get(name)
        if before == data:
            found[name] = sources[name]
        elif data:
            found[name] = _mended(name, sources[name], before, data) if before else written(data).encode()
    return found


def _read(name: str, raw: bytes) -> Draft | None:
    """What one file says; None where this code does not understand it."""
    draft = empty_draft()
    read_into(draft, name, raw)
    return None if draft.faults else draft


def _mended(name: str, raw: bytes, before: Any, data: Any) -> bytes:
    """The file with what has changed; written anew where it would then say something else."""
    text = mended(raw.decode("utf-8-sig"), before, data).encode()
    again = _read(name, text)
    fits = again is not None and _files(again, {name: again}).get(name) == data
    return text if fits else written(data).encode()


def _files(pack: Pack | Draft, known: Mapping[str, Draft]) -> dict[str, Any]:
    """Plain data of every YAML file; ``known``: files that there are, which say where texts and questions stand."""
    files: dict[str, Any] = {}
    agency = pack.agency.model if isinstance(pack.agency, Item) else pack.agency
    if agency is not None:
        files["pack.yml"] = _data(agency)
    items = pack.items if isinstance(pack, Draft) else {kind: getattr(pack, kind) for kind in (*LISTS, *FOLDERS)}
    for kind in LISTS:
        models = {slug: _data(_model(one)) for slug, one in items[kind].items()}
        draft = known.get(f"{kind}.yml")
        there = [slug for slug in draft.items[kind] if slug in models] if draft else []
        if models or draft:
            files[f"{kind}.yml"] = [models[slug] for slug in dict.fromkeys((*there, *models))]
    for kind in FOLDERS:
        files |= {f"{kind}/{slug}.yml": _data(_model(one)) for slug, one in items[kind].items()}
    return files | _texts(pack, known) | _questions(pack, known)


def _model(one: Any) -> BaseModel:
    model: BaseModel = one.model if isinstance(one, Item) else one
    return model


def _texts(pack: Pack | Draft, known: Mapping[str, Draft]) -> dict[str, Any]:
    """By language; a text stands where its file has it, a new one at the end."""
    files: dict[str, Any] = {}
    places = {
        (name, key): text.place
        for name, draft in known.items()
        for key, by_language in draft.texts.items()
        for text in by_language.values()
    }
    for key, by_language in pack.texts.items():
        for language, text in by_language.items():
            name = f"texts/{language}.yml"
            *above, last = places.get((name, key), (key,))
            data = files.setdefault(name, {})
            for part in above:
                data = data.setdefault(part, {})
            data[last] = text if isinstance(text, str) else text.value
    return files


def _questions(pack: Pack | Draft, known: Mapping[str, Draft]) -> dict[str, Any]:
    files: dict[str, Any] = {}
    places = {slug: source.name for draft in known.values() for slug, (_, source) in draft.questions.items()}
    for slug, asked in pack.questions.items():
        questions = asked[0] if isinstance(pack, Draft) else asked
        files.setdefault(places.get(slug, NEW_QUESTIONS), {})[slug] = list(questions)
    return files


def _data(item: BaseModel) -> Any:
    """Without what is so by default, and without what reading a file tells anew."""
    known = {"sha256", "size", "media_type"} if isinstance(item, StoredFile) else None
    return item.model_dump(mode="json", exclude_defaults=True, exclude=known)
