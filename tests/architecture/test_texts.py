"""Every sentence the code says is in the pack, and every one in the pack's duty is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.page.words import KEYS as PAGE_KEYS
from bot.channels.page.words import PREFIX as PAGE_PREFIX
from bot.domain.messages import Channel
from bot.domain.text_keys import REQUIRED_TEXTS
from knowledge_base.load import load_pack
from knowledge_base.schema import Pack
from tests.architecture.sources import ROOT, place, python_files, tree

KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
DYNAMIC = {
    "button.score": "a score from 1 to 5",
    "button.my_": "what one can say of oneself",
    "channel.": "a channel's name",
    "data.kind.": "the type of a personal field",
    "language.": "a language of the pack",
    "profile.ask_": "what one can say of oneself",
    "smalltalk.": "a small-talk intent of the pack",
    "staff.case.": "the reason of a case",
    "staff.topic.": "how the case of a topic stands",
}
"""Beginnings of keys that the code completes by itself."""
SUFFIXED = {"status.now", "status.next"}
"""Keys that also exist with ``_bare``."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(ROOT / "knowledge_base" / "packs" / "ministry")


def _speaking() -> list[Path]:
    """Files that say something: the rest of the house only carries it."""
    return [*python_files("bot/domain"), ROOT / "bot/storage/decisions.py", ROOT / "bot/wiring.py"]


def _nodes_of_outcomes() -> set[int]:
    """Names of steps look like keys of texts but are never said."""
    found: set[int] = set()
    for path in _speaking():
        for node in ast.walk(tree(path)):
            match node:
                case ast.keyword(arg="outcome", value=value):
                    found.update(id(inner) for inner in ast.walk(value))
                case ast.Compare():
                    found.update(id(inner) for inner in ast.walk(node))
    return found


def _keys_said() -> Iterator[tuple[str, str]]:
    """Every literal in the domain that is shaped like a key of the pack's texts, with its place."""
    outcomes, families = _nodes_of_outcomes(), {key.split(".")[0] for key in REQUIRED_TEXTS}
    for path in _speaking():
        begun = {id(part) for node in ast.walk(tree(path)) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree(path)):
            if (
                id(node) in begun
                or not isinstance(node, ast.Constant)
                or not isinstance(node.value, str)
                or id(node) in outcomes
            ):
                continue
            if KEY.fullmatch(node.value) and node.value.split(".")[0] in families:
                yield node.value, place(path, node)


def _prefixes_said() -> Iterator[tuple[str, str]]:
    """Beginnings of f-strings that become keys."""
    outcomes, families = _nodes_of_outcomes(), {key.split(".")[0] for key in REQUIRED_TEXTS}
    for path in _speaking():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.JoinedStr) or id(node) in outcomes or not node.values:
                continue
            first = node.values[0]
            if (
                isinstance(first, ast.Constant)
                and re.fullmatch(r"[a-z_]+(\.[a-z0-9_]*)+", str(first.value))
                and (str(first.value).split(".")[0] in families)
            ):
                yield str(first.value), place(path, node)


def test_every_text_said_is_required_of_a_pack() -> None:
    unknown = [f"{where} says {key}" for key, where in _keys_said() if key not in REQUIRED_TEXTS]
    assert not unknown


def test_keys_completed_by_the_code_are_known() -> None:
    assert {prefix for prefix, _ in _prefixes_said()} == set(DYNAMIC)


def test_every_required_text_is_said() -> None:
    said = {key for key, _ in _keys_said()} | {f"{PAGE_PREFIX}{key}" for key in PAGE_KEYS}
    said |= {f"{key}_bare" for key in SUFFIXED if key in said}
    unused = {key for key in REQUIRED_TEXTS - said if not key.startswith(tuple(DYNAMIC))}
    assert not unused, f"never said: take them out of text_keys.py and the pack: {sorted(unused)}"


def test_the_page_asks_for_what_the_pack_must_have() -> None:
    assert {f"{PAGE_PREFIX}{key}" for key in PAGE_KEYS} <= REQUIRED_TEXTS


def test_the_pack_has_every_required_text_in_every_language(pack: Pack) -> None:
    assert pack.agency.languages == ("ru", "en")
    missing = [
        f"{key} in {language}"
        for key in sorted(REQUIRED_TEXTS)
        for language in pack.agency.languages
        if not pack.texts.get(key, {}).get(language)
    ]
    assert not missing


def test_the_pack_has_no_text_that_nobody_says(pack: Pack) -> None:
    assert not {key for key in pack.texts if key not in REQUIRED_TEXTS}


def test_the_keys_the_code_completes_exist(pack: Pack) -> None:
    keys = {f"button.score{value}" for value in range(1, 6)}
    keys |= {f"channel.{channel.value}" for channel in Channel}
    keys |= {f"language.{language}" for language in pack.agency.languages}
    keys |= {f"staff.case.{reason}" for reason in ("asked", "unknown", "low_score", "rule", "broken", "request")}
    assert keys <= REQUIRED_TEXTS


def test_both_languages_fill_in_the_same_things(pack: Pack) -> None:
    different = {
        key: texts
        for key, texts in pack.texts.items()
        if len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts.values()}) > 1
    }
    assert not different
