"""A pack as a folder of files again, for reading, keeping and editing elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from knowledge_base.reading import FOLDERS, LISTS
from knowledge_base.schema import Pack, StoredFile


class _Plain(yaml.SafeDumper):
    """Texts as people write them: several lines as a block, none folded."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


def write_pack(pack: Pack, folder: Path, content: Callable[[StoredFile], bytes]) -> None:
    """Write a pack that ``load_pack`` reads as the same one, under a version of its own.

    ``content``: the bytes of a file that the pack gives out. Raises FileExistsError for a folder that holds anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    _write(folder / "pack.yml", _data(pack.agency))
    for kind in LISTS:
        items = [_data(item) for item in getattr(pack, kind).values()]
        if items:
            _write(folder / f"{kind}.yml", items)
    for kind in FOLDERS:
        for slug, item in getattr(pack, kind).items():
            _write(folder / kind / f"{slug}.yml", _data(item))
    for language in pack.agency.languages:
        texts = {key: by_language[language] for key, by_language in pack.texts.items() if language in by_language}
        if texts:
            _write(folder / "texts" / f"{language}.yml", texts)
    if pack.questions:
        _write(folder / "questions" / "all.yml", {slug: list(asked) for slug, asked in pack.questions.items()})
    for file in pack.files.values():
        path = folder / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content(file))


def _data(item: BaseModel) -> Any:
    """Without what is so by default, and without what reading a file tells anew."""
    known = {"sha256", "size", "media_type"} if isinstance(item, StoredFile) else None
    return item.model_dump(mode="json", exclude_defaults=True, exclude=known)


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    text = yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(text, encoding="utf-8")
