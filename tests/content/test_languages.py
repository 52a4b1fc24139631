"""Whoever reads English reads all of it: no text of the pack is in one language only, and both say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.domain.text_keys import REQUIRED_TEXTS
from knowledge_base.load import load_pack
from knowledge_base.schema import Template
from tests.architecture.sources import ROOT

PACK = load_pack(ROOT / "knowledge_base" / "packs" / "ministry", REQUIRED_TEXTS)
LANGUAGES = set(PACK.agency.languages)


def _localized(found: object, place: str = "pack") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text with its languages, wherever it stands."""
    if isinstance(found, dict):
        if found and set(found) <= LANGUAGES and all(isinstance(text, str) for text in found.values()):
            yield place, found
            return
        for key, inner in found.items():
            yield from _localized(inner, f"{place}.{key}")
    elif isinstance(found, (list, tuple)):
        for number, inner in enumerate(found):
            yield from _localized(inner, f"{place}.{number}")


def test_every_text_is_there_in_every_language() -> None:
    texts = dict(_localized(PACK.model_dump()))
    assert len(texts) > 700
    lacking = {
        place: LANGUAGES - {language for language, text in found.items() if text.strip()}
        for place, found in texts.items()
    }
    assert {place: missing for place, missing in lacking.items() if missing} == {}


@pytest.mark.parametrize("template", PACK.templates.values(), ids=lambda template: template.slug)
def test_the_long_part_says_the_same_in_both(template: Template) -> None:
    """As many paragraphs, and the same telephones, sums and dates."""
    assert template.more is not None
    russian, english = template.more["ru"], template.more["en"]
    assert russian.count("\n\n") == english.count("\n\n")
    assert sorted(set(re.findall(r"\d+", russian))) == sorted(set(re.findall(r"\d+", english)))
    assert not re.search(r"[а-яё]{3}", english), "left in Russian"
