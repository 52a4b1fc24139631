"""The lists of ``words.yml``, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("words.yml")


@lru_cache(maxsize=1)
def _all() -> Any:
    return yaml.load(_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)


@lru_cache(maxsize=16)
def words_of(name: str) -> frozenset[str]:
    """A list of words, ё as е."""
    return frozenset(word.replace("ё", "е") for word in _all()[name].split())


@lru_cache(maxsize=16)
def table(name: str) -> Mapping[str, str]:
    """What is said, in lower case and with ё as е, and how to say it plainer."""
    found: dict[str, str] = _all()[name]
    return {said.replace("ё", "е"): plainer for said, plainer in found.items()}
