"""A pack becomes a Rasa project. Nothing of Rasa is needed to write it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.schema import Pack
from nlu.entities import patterns
from nlu.examples import examples
from nlu.training import asked_questions, model_name, write_pack, write_project
from nlu.training_example import Example, merged


def _blocks(path: Path, kind: str) -> list[dict[str, Any]]:
    return [block for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"] if kind in block]


def _examples(path: Path) -> list[Example]:
    """The examples as Rasa's component gets them."""
    found = []
    for block in _blocks(path, "intent"):
        if isinstance(block["examples"], str):
            found += [Example(line.removeprefix("- "), block["intent"]) for line in block["examples"].splitlines()]
        else:
            found += [
                Example(one["text"], block["intent"], one["metadata"]["weight"], one["metadata"]["asked"])
                for one in block["examples"]
                if "shows_entity" not in one["metadata"]
            ]
    return found


def test_rasa_learns_what_the_own_engine_learns(ministry_pack: Pack, tmp_path: Path) -> None:
    write_pack(ministry_pack, tmp_path / "project")
    learned = _examples(tmp_path / "project" / "data" / "nlu.yml")
    assert len(learned) > 3_000
    assert merged(learned) == merged(examples(ministry_pack))


def test_the_test_questions_are_never_learned(ministry_pack: Pack, tmp_path: Path) -> None:
    write_pack(ministry_pack, tmp_path / "project")
    learned = {one.text for one in _examples(tmp_path / "project" / "data" / "nlu.yml")}
    asked = [one.text for one in _examples(tmp_path / "project" / "tests" / "nlu.yml")]
    assert sorted(asked) == sorted({text for text, _ in asked_questions(ministry_pack)})
    assert len(learned.intersection(asked)) < 5


def test_every_template_service_and_command_is_a_flat_intent(ministry_pack: Pack, tmp_path: Path) -> None:
    write_pack(ministry_pack, tmp_path / "project")
    domain = yaml.safe_load((tmp_path / "project" / "domain.yml").read_text(encoding="utf-8"))
    slugs = {*ministry_pack.templates, *ministry_pack.services, *ministry_pack.intents}
    assert set(domain["intents"]) == slugs
    assert set(domain["entities"]) == {
        "date",
        "phone",
        "inn",
        "amount",
        "municipality",
        "request_number",
        "bare_number",
    }


def test_patterns_and_names_are_those_of_the_own_engine(ministry_pack: Pack, tmp_path: Path) -> None:
    write_pack(ministry_pack, tmp_path / "project")
    path = tmp_path / "project" / "data" / "nlu.yml"
    series = {service.series for service in ministry_pack.services.values() if service.numbered}
    told = {block["regex"]: block["examples"].splitlines() for block in _blocks(path, "regex")}
    assert told == {kind: [f"- {one}" for one in listed] for kind, listed in patterns(series).items()}
    (places,) = _blocks(path, "lookup")
    synonyms = {block["synonym"]: block["examples"].splitlines() for block in _blocks(path, "synonym")}
    assert set(synonyms) == set(ministry_pack.municipalities)
    assert sorted(places["examples"].splitlines()) == sorted(form for forms in synonyms.values() for form in forms)


def test_every_sample_of_an_entity_fits_its_pattern(ministry_pack: Pack, tmp_path: Path) -> None:
    write_pack(ministry_pack, tmp_path / "project")
    known = patterns({"ОТ"})
    shown = re.findall(r"\[(.+?)\]\((\w+)\)", (tmp_path / "project" / "data" / "nlu.yml").read_text(encoding="utf-8"))
    assert len(shown) == 14
    for text, kind in shown:
        fits = [re.search(one, text, re.IGNORECASE) for one in known.get(kind, [])]
        assert kind == "municipality" or any(fits), (text, kind)


def test_what_rasa_would_read_as_marks_is_written_as_text(tmp_path: Path) -> None:
    """Square brackets mark an entity in Rasa, ``${…}`` is looked up in the environment, a line break ends a text."""
    typed = ["где [форма](date)", 'знак ${HOME} "в кавычках"', "- с черты", "две\n строки", "# решётка: да"]
    write_project([(text, "odd") for text in typed], tmp_path / "project")
    learned = {one.text for one in _examples(tmp_path / "project" / "data" / "nlu.yml")}
    assert learned == {
        "где (форма)(date)", 'знак ${HOME} "в кавычках"', "- с черты", "две строки", "# решётка: да",
    }  # fmt: skip


@pytest.mark.parametrize("slug", ["", "two words", "faq/hours", "a+b", "x\ny"])
def test_a_name_that_is_no_flat_intent_is_refused(slug: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be an intent"):
        write_project([("текст", slug)], tmp_path / "project")


def test_nothing_to_learn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        write_project([], tmp_path / "project")


def test_a_project_is_made_anew(tmp_path: Path) -> None:
    write_project([("снег", "roads")], tmp_path / "project", questions=[("снегопад", "roads")])
    write_project([("литр", "milk")], tmp_path / "project")
    assert not (tmp_path / "project" / "tests").exists()
    assert [one.slug for one in _examples(tmp_path / "project" / "data" / "nlu.yml")] == ["milk"]


def test_a_paragraph_of_several_answers_is_no_lesson(ministry_pack: Pack) -> None:
    told: dict[str, set[str]] = {}
    for one in examples(ministry_pack):
        if not one.asked:
            told.setdefault(one.text, set()).add(one.slug)
    assert [text for text, slugs in told.items() if len(slugs) > 1] == []


def test_a_model_is_named_by_the_content_and_the_code(ministry_pack: Pack) -> None:
    assert re.fullmatch(rf"{ministry_pack.version}-[0-9a-f]{{12}}", model_name(ministry_pack.version))
