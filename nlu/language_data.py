"""The data of ``nlu/language``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "language"


@lru_cache(maxsize=16)
def _read(name: str) -> Any:
    return yaml.load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def letters(table: str) -> dict[str, str]:
    """A table of ``letters.yml``: layout, translit, lookalikes, sounds and the like."""
    found: dict[str, str] = _read("letters")[table]
    return found


def phrases(name: str) -> tuple[str, ...]:
    """A list of ``phrases.yml``, longest first."""
    found: list[str] = _read("phrases")[name]
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def word_for_a_number() -> str:
    """What a request number is read as by the classifier."""
    found: str = _read("phrases")["number_is_read_as"]
    return found


def english_words() -> frozenset[str]:
    return frozenset(_read("english")["words"].split())


def entities(name: str) -> Any:
    """A part of ``entities.yml``: patterns by kind, or a list or table of the words in them."""
    return _read("entities")[name]


def quotes(name: str) -> tuple[str, ...]:
    """A list of ``quotes.yml``: patterns of lines."""
    return tuple(_read("quotes")[name])


def personal(name: str) -> tuple[str, ...]:
    """A list of ``personal.yml``: what stands before a name or a street."""
    return tuple(_read("personal")[name])


def languages(name: str) -> dict[str, str]:
    """A table of ``languages.yml`` by language: scripts, letters or words."""
    found: dict[str, str] = _read("languages")[name]
    return found


def phrase_for_emoji(text: str) -> str:
    """What a message of nothing but emoji says («👍»: «спасибо»); "" where it says nothing."""
    table: dict[str, str] = _read("phrases")["emoji_are_read_as"]
    said = {table.get(sign, "") for sign in text if sign.isprintable() and not sign.isspace()}
    return said.pop() if len(said) == 1 else ""


def colloquial() -> dict[str, str]:
    """Words as spoken -> as written."""
    found: dict[str, str] = _read("phrases")["colloquial"]
    return found
