"""A pack is loaded whole or not at all, and every fault is told with its place and remedy."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.check import kb_check
from knowledge_base.load import PackError, load_pack

Faults = Callable[..., list[str]]
Edit = Callable[[str, str, str], dict[str, Any]]
Write = Callable[[dict[str, Any]], Path]


def test_a_pack_without_faults_is_loaded_whole(write_pack: Write) -> None:
    pack = load_pack(write_pack({}))

    assert pack.agency.name == "small"
    assert pack.templates["hours"].short["ru"] == "Работаем с девяти до шести."
    assert pack.texts["error.broken"] == {"ru": "Сломалось, номер {number}", "en": "Broken, number {number}"}
    assert pack.questions == {"hours": ("во сколько открываетесь",)}
    assert pack.calendars["office"].week["mon"][1].end == dt.time(18, 0)
    assert pack.calendars["office"].days == {dt.date(2026, 12, 31): ()}
    assert set(pack.rules) == {"broken"}


def test_the_version_is_of_names_and_bytes(write_pack: Write, edited: Edit) -> None:
    first = load_pack(write_pack({})).version
    assert load_pack(write_pack({})).version == first
    assert len(first) == 16
    assert load_pack(write_pack(edited("texts/ru.yml", "Здравствуйте", "Добрый день"))).version != first


CASES = yaml.safe_load((Path(__file__).parent / "faults.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "old", "new", "told"), CASES)
def test_a_fault_is_told_with_file_line_and_remedy(
    faults_of: Faults, edited: Edit, name: str, old: str, new: str, told: str | None
) -> None:
    faults = faults_of(edited(name, old, new))
    if told is None:
        assert faults == []
    else:
        assert any(told in fault for fault in faults), faults
        assert all("; " in fault for fault in faults)


def test_all_faults_are_told_at_once_and_sorted(faults_of: Faults, edited: Edit) -> None:
    faults = faults_of(
        {**edited("pack.yml", "office: office", "office: attic"), **edited("menus.yml", "hours", "ours")}
    )
    assert [fault.split(":")[0] for fault in faults] == ["menus.yml", "pack.yml"]


def test_one_broken_file_does_not_break_what_refers_to_it(faults_of: Faults) -> None:
    assert [fault[:24] for fault in faults_of({"templates/hours.yml": "slug: [hours"})] == ["templates/hours.yml:1: b"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"topics.yml": ""}, "topics.yml:1: the file is empty"),
        ({"topics.yml": "# nothing\n---\n"}, "topics.yml:1: the file is empty"),
        ({"topics.yml": None}, "topics.yml:1: the file is missing"),
        ({"pack.yml": None}, "pack.yml:1: the file is missing"),
        ({"teams.yml": b"- slug: desk\n  title: {ru: \xcf\xf0\xe8}\n"}, "teams.yml:2: the text is not UTF-8"),
        ({"teams.yml": "- slug: a\x07\n"}, "teams.yml:1: a character that YAML does not allow"),
        ({"texts/ru.yml": "a: 1" + "0" * 1_000_001}, "texts/ru.yml:1: the file is over 1 MB; split"),
        ({"texts/ru.yml": "a: " + "[" * 50_000}, "texts/ru.yml:1:"),
        ({"texts/ru.yml": "- один\n"}, "texts/ru.yml:1: a mapping of keys to texts is expected"),
        ({"texts/de.yml": "welcome: Hallo\n"}, "texts/de.yml:1: language 'de' is not among the languages"),
        ({"template/x.yml": "slug: x\n"}, "template/x.yml:1: no file of this name belongs to a pack"),
        ({"team.yml": "[]\n"}, "team.yml:1: no file of this name belongs to a pack; did you mean 'teams.yml'"),
        ({"templates/x.yaml": "slug: x\n"}, "templates/x.yaml:1: this file would not be read; rename it"),
        ({"templates/deep/x.yml": "slug: x\n"}, "templates/deep/x.yml:1: no file of this name belongs"),
        ({"questions/b.yml": "hours: [час]\n"}, "are given twice"),
        ({"questions/b.yml": "my-status: [во сколько открываетесь]\n"}, "is also asked for 'hours'"),
        ({"pack.yml": "[]\n"}, "pack.yml:1: 'the file' is not a mapping"),
        ({"teams.yml": "- desk\n"}, "teams.yml:1:"),
    ],
)
def test_a_file_that_cannot_be_used(faults_of: Faults, changed: dict[str, Any], told: str) -> None:
    assert any(told in fault for fault in faults_of(changed)), faults_of(changed)


def test_a_link_out_of_the_pack_is_refused(write_pack: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yml").write_text("welcome: чужое\n", encoding="utf-8")
    root = write_pack({"texts/en.yml": None})
    (root / "texts" / "en.yml").symlink_to(outside / "secret.yml")
    (root / "questions" / "more").symlink_to(outside)
    (root / "questions" / "gone.yml").symlink_to(outside / "none.yml")

    with pytest.raises(PackError) as raised:
        load_pack(root)

    assert [(fault.file, fault.what) for fault in raised.value.faults] == [
        ("questions/gone.yml", "the link leads out of the pack"),
        ("questions/more", "a linked folder is not read"),
        ("texts/en.yml", "the link leads out of the pack"),
    ]


def test_texts_that_the_program_says_must_be_there(faults_of: Faults) -> None:
    required = frozenset({"welcome", "bye", "error.broken"})
    assert faults_of({}, required) == ["texts/ru.yml:1: missing key 'bye'; add the text"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="there is no such folder"):
        load_pack(tmp_path / "nowhere")


def test_a_passed_review_is_a_warning_and_no_fault(write_pack: Write) -> None:
    faults, warnings, _ = kb_check(write_pack({}), dt.date(2027, 3, 2))

    assert faults == []
    overdue = [str(warning) for warning in warnings if "reviewed" in warning.what]
    assert overdue == [
        "services/appeal.yml:6: 'appeal' was to be reviewed by 2027-03-01; read it again and set a new date",
        "templates/hours.yml:7: 'hours' was to be reviewed by 2027-03-01; read it again and set a new date",
    ]
    assert not any("reviewed" in warning.what for warning in kb_check(write_pack({}), dt.date(2027, 3, 1))[1])


def test_advice_on_a_thin_pack(write_pack: Write, edited: Edit) -> None:
    changed = {
        **edited("menus.yml", "- slug: main", "- {slug: lost, title: {ru: Где}, items: []}\n- slug: main"),
        **edited("texts/en.yml", "welcome: Hello\n", ""),
        **edited("templates/hours.yml", "- часы работы", "- Когда вы работаете?"),
    }
    advice = "\n".join(map(str, kb_check(write_pack(changed), dt.date(2026, 1, 1))[1]))

    assert "menus.yml:1: no button leads to menu 'lost'" in advice
    assert "texts/ru.yml:1: text 'welcome' is not in en" in advice
    assert "templates/hours.yml:18: sample 'Когда вы работаете?' is written twice" in advice
    assert "'my-status' has no test questions" in advice
    assert "templates/hours.yml:15: 'hours' has only 2 samples" in advice


def test_a_garbled_pack_is_refused_and_never_crashes(write_pack: Write) -> None:
    """Bytes changed, cut, doubled at random (the seed is fixed): a pack, or faults with a place."""
    chance = random.Random(20261121)
    root = write_pack({})
    files = sorted(root.rglob("*.yml"))
    for _ in range(150):
        path = chance.choice(files)
        good = path.read_bytes()
        at, length = chance.randrange(len(good)), chance.randint(1, 12)
        junk = bytes(chance.choices(b"\x00\xff{}[]:-&*!|>'\"#%@`\t\n a1", k=length))
        path.write_bytes(chance.choice([good[:at] + junk + good[at:], good[:at], good[:at] + good[at + length :]]))
        try:
            load_pack(root)
        except PackError as error:
            assert all(fault.line >= 1 and fault.what and fault.remedy for fault in error.faults)
        path.write_bytes(good)
