"""``otklik nlu``, as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main

MILK = ["сколько платят за молоко", "субсидия на литр молока", "молоко сдаю на завод"]
ROADS = ["яма на дороге", "почистите дорогу от снега", "дорогу размыло"]


def _lines(path: Path, said: dict[str | None, list[str]]) -> Path:
    rows = [{"text": text, "intent": slug, "style": "plain"} for slug, texts in said.items() for text in texts]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    train = _lines(tmp_path / "train.jsonl", {"milk": MILK, "roads": ROADS, None: ["какая погода", "курс доллара"]})
    return train, _lines(tmp_path / "test.jsonl", {"milk": ["литр молока"], "roads": ["снег на дороге"]})


def test_an_engine_is_evaluated_on_files(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = files
    out = tmp_path / "report"
    assert main(["nlu", "evaluate", "--train", str(train), "--test", str(test), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["engines"]["matcher"]["first"] == 1.0
    assert told["engines"]["matcher"]["styles"]["plain"]["questions"] == 2
    assert json.loads((out / "report.json").read_text(encoding="utf-8")) == told


def test_bad_input_ends_with_a_remedy_and_code_two(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = files
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "x"}\n')
    for arguments, told in [
        (["--train", str(train)], "--train needs --test"),
        (["--test", str(bad)], f'{bad}:1: "intent" is missing'),
        (["--test", str(tmp_path)], "can't be read"),
        (["--pack", str(tmp_path / "none")], "none"),
    ]:
        assert main(["nlu", "evaluate", *arguments]) == 2
        printed = capsys.readouterr()
        assert told in printed.err
        assert printed.out == ""
    (tmp_path / "file").write_text("")
    arguments = ["--train", str(train), "--test", str(test), "--out", str(tmp_path / "file")]
    assert main(["nlu", "evaluate", *arguments]) == 2
    assert "Check the path" in capsys.readouterr().err


@pytest.mark.timeout(240)
def test_the_engine_is_kept_and_a_reading_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTKLIK_VAR", str(tmp_path))
    assert main(["nlu", "train"]) == 0
    assert "kept in" in capsys.readouterr().out
    assert len(list((tmp_path / "engines").glob("*.npz"))) == 1

    assert main(["nlu", "explain", "Здравствуйте! Как  зарегестрировать трактор МТЗ"]) == 0
    told = capsys.readouterr().out
    assert "outcome    answer, tractor-registration" in told
    assert (
        "classified 'как зарегестрировать трактор мтз'" in told
        or "classified 'как зарегистрировать трактор мтз'" in told
    )
    assert "near samples" in told
    assert "  трактор\n" in told

    assert main(["nlu", "explain", "--json", "ghbdtn"]) == 0
    told_as_json = json.loads(capsys.readouterr().out)
    assert (told_as_json["repaired"], told_as_json["understood"]["slug"]) == ("layout", "greeting")
