"""A folder of YAML files becomes one ``Pack``, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from knowledge_base.faults import Fault, PackError
from knowledge_base.reading import Draft, read_draft
from knowledge_base.rules import broken_rules
from knowledge_base.schema import Pack

__all__ = ["Fault", "PackError", "load_pack", "read_checked"]


def load_pack(path: Path, required_texts: frozenset[str] = frozenset()) -> Pack:
    """Load the pack in folder ``path``.

    ``required_texts`` are the text keys that the program says; each must be in the default language.
    Raises PackError with every fault found, each with file, line and remedy.
    """
    draft, faults = read_checked(path, required_texts)
    if faults:
        raise PackError(tuple(faults))
    return _pack(draft)


def read_checked(path: Path, required_texts: frozenset[str] = frozenset()) -> tuple[Draft, list[Fault]]:
    """The pack as far as it can be read, and all its faults, sorted by place."""
    draft = read_draft(Path(path))
    faults = [*draft.faults, *broken_rules(draft, required_texts)]
    return draft, sorted(set(faults))


def _pack(draft: Draft) -> Pack:
    assert draft.agency is not None, "a pack without faults has an agency"
    kinds = {kind: {name: item.model for name, item in items.items()} for kind, items in draft.items.items()}
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
