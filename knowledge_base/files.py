"""What must hold of the files that a pack gives out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from knowledge_base import schema
from knowledge_base.faults import Fault
from knowledge_base.media import MAX_BYTES, TYPES
from knowledge_base.reading import Draft, Item, nearest

TITLE_MAX = 30


def broken_files(draft: Draft) -> Iterator[Fault]:
    """Files that are missing, too big or not what they are named, and references to none."""
    for item in draft.items["files"].values():
        yield from _content(draft, item)
        for language, title in item.model.title.items():
            if len(title) > TITLE_MAX:
                what = f"title has {len(title)} characters, {TITLE_MAX} are allowed"
                yield item.fault(("title", language), what, f"shorten it by {len(title) - TITLE_MAX}")
    for template in draft.items["templates"].values():
        for index, slug in enumerate(template.model.files):
            if slug not in draft.names["files"]:
                remedy = nearest(slug, draft.names["files"]) or "declare it in files.yml or mend the name"
                yield template.fault(("files", index), f"{slug!r} is not in files", remedy)


def _content(draft: Draft, item: Item[schema.PackFile]) -> Iterator[Fault]:
    path = item.model.path
    given, ending = draft.given.get(path), PurePosixPath(path).suffix
    if given is None:
        remedy = nearest(path, set(draft.given)) or "put the file there or mend the path"
        yield item.fault(("path",), f"there is no file {path!r} in the pack", remedy)
    elif ending not in TYPES:
        what = f"{path!r} is of a kind that not everybody can open"
        yield item.fault(("path",), what, "give one of " + ", ".join(sorted(TYPES)))
    elif given.size > MAX_BYTES:
        what = f"{path!r} has {given.size // 1024 // 1024 + 1} MB, {MAX_BYTES // 1024 // 1024} are allowed"
        yield item.fault(("path",), what, "make it smaller: messengers refuse it")
    elif given.media_type != TYPES[ending]:
        found = given.media_type or "nothing that is known"
        what = f"{path!r} is named {ending} but holds {found}"
        yield item.fault(("path",), what, "save it anew in the right format")


def idle_files(draft: Draft) -> Iterator[Fault]:
    """Warnings: files that no answer offers."""
    offered = {slug for item in draft.items["templates"].values() for slug in item.model.files}
    for slug, item in draft.items["files"].items():
        if slug not in offered:
            yield item.fault(("slug",), f"no answer offers the file {slug!r}", "name it in a template or delete it")
    declared = {item.model.path for item in draft.items["files"].values()}
    for path in sorted(draft.given.keys() - declared):
        yield Fault(path, 1, "this file is declared nowhere", "declare it in files.yml or delete it")
