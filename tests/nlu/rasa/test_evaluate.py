"""``otklik nlu evaluate`` with Rasa, as an operator types it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from bot.cli import main
from knowledge_base.schema import Pack
from nlu.evaluate_engines import NoEngine, _OverHttp

TRAIN = {
    "milk": ["сколько платят за молоко", "субсидия на литр молока", "молоко сдаю на завод", "деньги за молоко"],
    "roads": ["яма на дороге", "почистите дорогу от снега", "дорогу размыло", "когда починят дорогу"],
    None: ["какая погода завтра", "курс доллара", "кто выиграл матч", "расскажи анекдот"],
}
TEST = {"milk": ["когда придут деньги за молоко", "/milk"], "roads": ["снег на дороге"], None: ["курс евро"]}


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    for name, said in (("train", TRAIN), ("test", TEST)):
        rows = [{"text": text, "intent": intent} for intent, texts in said.items() for text in texts]
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return ["nlu", "evaluate", "--train", str(tmp_path / "train.jsonl"), "--test", str(tmp_path / "test.jsonl")]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_both_engines_learn_the_same_and_are_reported_side_by_side(
    rasa_python: Path, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--engine", "both", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[3].split() == ["matcher", "rasa"]
    engines = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["engines"]
    assert engines["rasa"]["questions"] == 3
    assert engines["rasa"]["out_of_scope"] == 1
    assert abs(engines["rasa"]["first"] - engines["matcher"]["first"]) <= 0.01
    assert engines["rasa"]["first"] >= 0.66
    assert engines["rasa"]["rss_mb"] > 200, "of Rasa's process, not of this one"


def test_without_rasa_it_says_what_to_do_before_anything_is_trained(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing"))
    monkeypatch.setattr("nlu.matcher.Matcher.fit", None)
    assert main([*arguments, "--engine", "both"]) == 2
    printed = capsys.readouterr()
    assert printed.err == "Rasa is not set up here. Run: scripts/rasa setup\n"
    assert printed.out == ""


def test_a_rasa_that_breaks_down_under_the_questions_is_told_in_a_sentence(tiny_pack: Pack) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        engine = _OverHttp(tiny_pack, f"http://127.0.0.1:{nobody.getsockname()[1]}/model/parse")
        with pytest.raises(NoEngine, match="Rasa broke down under the questions"):
            engine.understand("за третий сорт молока выплата будет или только за первый")
