"""What ``otklik kb check`` says of texts that are not plain: place, words, remedy, figure."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from knowledge_base.check import kb_check
from knowledge_base.load import load_pack
from tests.content.conftest import FILES, Write

Changed = dict[str, str | bytes | None]
Edited = Callable[[str, str, str], Changed]
DAY = dt.date(2026, 11, 21)
LONG = "Мы работаем с девяти " + "и снова " * 9 + "до шести."


def limits(text: str) -> Changed:
    """``pack.yml`` with limits."""
    return {"pack.yml": FILES["pack.yml"] + "plain_language:\n" + text}


def said(root: Path) -> tuple[list[str], list[str]]:
    checked = kb_check(root, DAY)
    plain = [[str(one) for one in found if "reading ease" in one.what] for found in (checked.faults, checked.warnings)]
    return plain[0], plain[1]


def test_a_remark_tells_file_line_words_remedy_and_figure(write_pack: Write, edited: Edited) -> None:
    more = "more:\n  ru: |-\n    Первая строка.\n\n    Мы рады. Приём в целях записи.\nbuttons:"
    root = write_pack(edited("templates/hours.yml", "buttons:", more))
    assert said(root) == (
        [],
        ["templates/hours.yml:16: officialese, 'в целях' (reading ease of the text: 91); say 'чтобы, для'"],
    )


def test_the_pack_says_what_blocks(write_pack: Write, edited: Edited) -> None:
    changed = edited("templates/hours.yml", "Работаем с девяти\n    до шести.", f"{LONG} Осуществляем приём.")
    faults, warnings = said(write_pack(changed))
    assert (len(faults), len(warnings)) == (0, 2)
    root = write_pack({**changed, **limits("  sentence_words: {ru: 10}\n  blocks: [long_sentence]\n")})
    faults, warnings = said(root)
    assert ["make it two: at most 10 words each" in one for one in faults] == [True]
    assert ["officialese" in one for one in warnings] == [True]
    load_pack(root)


def test_the_figure_has_a_limit(write_pack: Write, edited: Edited) -> None:
    heavy = "Министерство сельскохозяйственного развития. " * 8
    changed = edited("templates/hours.yml", "Работаем с девяти\n    до шести.", heavy)
    root = write_pack({**changed, **limits("  figure: 50\n  blocks: [figure]\n")})
    faults, _ = said(root)
    assert len(faults) == 1
    assert faults[0].startswith("templates/hours.yml:9: the reading ease of this text is 0, at least 50 is asked for")


def test_abbreviations_that_the_clients_know_are_named_in_the_pack(write_pack: Write, edited: Edited) -> None:
    changed = edited("templates/hours.yml", "до шести.", "до шести, как и КФХ.")
    assert [one.split(";")[0].split(" (")[0] for one in said(write_pack(changed))[1]] == [
        "templates/hours.yml:9: 'КФХ' is not explained"
    ]
    assert said(write_pack({**changed, **limits("  known: [КФХ]\n")})) == ([], [])


def test_a_limit_that_makes_no_sense_is_a_fault_with_its_line(faults_of: Callable[..., list[str]]) -> None:
    told = "\n".join(faults_of(limits("  figure: 200\n  blocks: [ugly]\n  worst: 3\n")))
    for line in (16, 17, 18):
        assert f"pack.yml:{line}: " in told


def test_the_command_prints_it_and_fails_only_when_blocked(
    write_pack: Write, edited: Edited, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = edited("texts/ru.yml", "welcome: Здравствуйте", "welcome: Здравствуйте, мы рады в целях связи.")
    main(["kb", "check", str(write_pack(changed))])
    assert "warning: texts/ru.yml:1: officialese, 'в целях'" in capsys.readouterr().out
    code = main(["kb", "check", str(write_pack({**changed, **limits("  blocks: [officialese]\n")}))])
    assert (code, "\ntexts/ru.yml:1: officialese, 'в целях'" in capsys.readouterr().out) == (1, True)


def test_a_start_loads_the_pack_without_the_dictionary_of_word_forms() -> None:
    """The limits of memory and of the start are a worker's; the check is the moderator's."""
    code = (
        "import sys; from pathlib import Path; from knowledge_base.load import load_pack; "
        "load_pack(Path('knowledge_base/packs/ministry')); "
        "print('pymorphy3' in sys.modules, 'knowledge_base.plain_language.grammar' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["False", "False"]
