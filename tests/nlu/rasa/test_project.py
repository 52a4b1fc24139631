"""Rasa's own commands on the project of the ministry's pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.training import asked_questions, model_name, write_project
from scripts.rasa_tools.model import RasaFailed, report_on_questions, train_pack, validate

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_rasa_finds_nothing_to_complain_of(rasa_python: Path, ministry_project: Path) -> None:
    assert "No story structure conflicts found" in validate(ministry_project)


def test_rasa_complains_of_a_text_that_means_two_things(rasa_python: Path, tmp_path: Path) -> None:
    write_project([("снег", "roads"), ("дорога", "roads"), ("снег", "weather"), ("дождь", "weather")], tmp_path / "two")
    with pytest.raises(RasaFailed, match="multiple different intents"):
        validate(tmp_path / "two")


def test_rasa_reports_on_the_test_questions(
    ministry_project: Path, ministry_model: Path, ministry_pack: Pack, tmp_path: Path
) -> None:
    report_on_questions(ministry_project, ministry_model, tmp_path / "out")
    report = json.loads((tmp_path / "out" / "intent_report.json").read_text())
    assert report["weighted avg"]["support"] == len(set(asked_questions(ministry_pack)))
    assert report["accuracy"] > 0.85


def test_a_model_is_trained_once_and_named_by_pack_and_code(
    ministry_model: Path, ministry_pack: Pack, shared: Path
) -> None:
    inode = ministry_model.stat().st_ino
    assert ministry_model.name == f"{model_name(ministry_pack.version)}.tar.gz"
    assert train_pack(ministry_pack, shared).stat().st_ino == inode
    assert [path.name for path in (shared / "models").glob("*.tar.gz")] == [ministry_model.name]
