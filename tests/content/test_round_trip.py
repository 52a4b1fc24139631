"""A folder that went into the database comes out again byte by byte; an edit changes its own lines and no others."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.folder import read_draft
from knowledge_base.load import content_of, load_pack
from knowledge_base.mend_text import mended
from knowledge_base.reading import empty_draft, read_into
from knowledge_base.schema import Pack
from knowledge_base.write import write_pack, yaml_files
from tests.domain.talk import ROOT, real_pack

MINISTRY = Path(ROOT) / "knowledge_base" / "packs" / "ministry"
SOURCES = read_draft(MINISTRY).raw


def changed(pack: Pack, kind: str, slug: str, **values: object) -> Pack:
    items = getattr(pack, kind)
    return pack.model_copy(update={kind: {**items, slug: items[slug].model_copy(update=values)}})


def without(pack: Pack, kind: str, slug: str) -> Pack:
    return pack.model_copy(update={kind: {name: one for name, one in getattr(pack, kind).items() if name != slug}})


def differing(made: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    """Files that are others, with how many lines went and came."""
    found = {}
    for name in made.keys() | SOURCES.keys():
        old, new = (files.get(name, b"").decode().splitlines() for files in (SOURCES, made))
        lines = [line for line in difflib.ndiff(old, new) if line[0] in "-+"]
        if lines:
            found[name] = (sum(line[0] == "-" for line in lines), sum(line[0] == "+" for line in lines))
    return found


def test_every_byte_comes_back() -> None:
    assert yaml_files(real_pack(), SOURCES) == SOURCES


HOURS = real_pack().templates["working-hours"]
EDITS: dict[str, tuple[Callable[[Pack], Pack], dict[str, tuple[int, int]]]] = {
    "a date": (
        lambda pack: changed(pack, "templates", "working-hours", review_by=HOURS.review_by.replace(day=7)),
        {"templates/working-hours.yml": (1, 1)},
    ),
    "a title": (
        lambda pack: changed(pack, "templates", "contacts", title={**pack.templates["contacts"].title, "ru": "Где мы"}),
        {"templates/contacts.yml": (1, 1)},
    ),
    "a new key": (lambda pack: changed(pack, "templates", "contacts", unmet=True), {"templates/contacts.yml": (0, 1)}),
    "a text": (
        lambda pack: pack.model_copy(
            update={"texts": {**pack.texts, "button.more": {**pack.texts["button.more"], "ru": "Ещё"}}}
        ),
        {"texts/ru.yml": (1, 1)},
    ),
    "an entry of a list": (
        lambda pack: changed(pack, "teams", "technical", title={"ru": "техники", "en": "technicians"}),
        {"teams.yml": (1, 3)},
    ),
    "an entry taken out": (lambda pack: without(pack, "rules", "press"), {"rules.yml": (9, 0)}),
    "a template taken out": (lambda pack: without(pack, "templates", "contacts"), {"templates/contacts.yml": (96, 0)}),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_its_own_lines(name: str) -> None:
    edit, expected = EDITS[name]
    made = yaml_files(edit(real_pack()), SOURCES)
    found = differing(made)
    assert found == expected
    for path, raw in SOURCES.items():
        comments = [line for line in raw.decode().splitlines() if line.startswith("#")]
        kept = made.get(path, raw).decode().splitlines()
        assert all(line in kept for line in comments)


def test_whatever_is_edited_the_folder_says_just_that() -> None:
    """One change to each item of each kind in turn, all the files read again."""
    pack = real_pack()
    for kind in ("templates", "services", "topics", "teams", "menus", "situations", "policies"):
        for slug, item in getattr(pack, kind).items():
            title = {language: f"{text}: «проба»" for language, text in item.title.items()}
            pack = changed(pack, kind, slug, title=title)
    pack = pack.model_copy(
        update={
            "texts": {
                key: {language: f"{text}\n\n- # строка" for language, text in texts.items()}
                for key, texts in pack.texts.items()
            },
            "questions": {slug: (*asked, "а это: {как}?") for slug, asked in pack.questions.items()},
        }
    )
    made = yaml_files(pack, SOURCES)
    assert set(made) == set(SOURCES)
    draft = empty_draft()
    for name, raw in made.items():
        read_into(draft, name, raw)
    assert not draft.faults
    for kind in ("templates", "services", "topics", "teams", "menus", "situations", "policies"):
        assert {slug: item.model for slug, item in draft.items[kind].items()} == getattr(pack, kind)
    assert {key: {lang: text.value for lang, text in texts.items()} for key, texts in draft.texts.items()} == pack.texts
    assert {slug: asked for slug, (asked, _) in draft.questions.items()} == pack.questions


@pytest.mark.parametrize(
    ("text", "before", "after", "expected"),
    [
        ("a: 1  # one\nb: 2\n", {"a": 1, "b": 2}, {"a": 1, "b": 3}, "a: 1  # one\nb: 3\n"),
        ("a: {x: 1, y: 2}\n# c\nb: 2\n", {"a": {"x": 1, "y": 2}, "b": 2}, {"a": {"x": 5}, "b": 2},
         "a:\n  x: 5\n# c\nb: 2\n"),
        ("- slug: a\n  t: 1\n\n# b\n- slug: b\n  t: 2\n", [{"slug": "a", "t": 1}, {"slug": "b", "t": 2}],
         [{"slug": "b", "t": 2}, {"slug": "c"}], "\n# b\n- slug: b\n  t: 2\n- slug: c\n"),
        ("a:\n  b: 1", {"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, "a:\n  b: 1\n  c: 2\nd: 3\n"),
        ("- slug: a\n", [{"slug": "a"}], [{"slug": "z"}], "- slug: z\n"),
    ],
)  # fmt: skip
def test_small_files(text: str, before: object, after: object, expected: str) -> None:
    assert mended(text, before, after) == expected


def test_a_folder_of_an_export_is_the_folder(tmp_path: Path) -> None:
    pack = real_pack()
    write_pack(pack, tmp_path / "out", lambda file: content_of(MINISTRY, file), SOURCES)
    assert load_pack(tmp_path / "out") == pack  # its version is the hash of the bytes
