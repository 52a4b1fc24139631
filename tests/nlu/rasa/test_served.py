"""A real Rasa, trained on the ministry's pack and asked over HTTP."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.schema import Pack
from nlu.classifier import Classifier
from nlu.training import model_name, write_pack
from scripts.rasa_tools.check import compare
from scripts.rasa_tools.model import RasaFailed, train_model
from scripts.rasa_tools.server import RasaServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

QUESTIONS = ("когда вы работаете", "сколько платят за литр молока", "дорогу замело, почистите", "где моя заявка")


def test_it_understands_as_the_own_engine_does(server: RasaServer, ministry_pack: Pack, classifier: Classifier) -> None:
    found = compare(ministry_pack, server, classifier)
    assert found.questions > 400
    assert found.apart < 1e-3
    assert abs(found.rasa_right - found.matcher_right) <= 0.01
    assert found.rasa_right > 0.85


def test_the_ranking_is_of_flat_intents_with_probabilities(server: RasaServer, ministry_pack: Pack) -> None:
    told = server.parse("сколько платят за литр молока")
    ranking = told["intent_ranking"]
    assert told["intent"] == ranking[0]
    assert ranking[0]["name"] == "milk-subsidy"
    assert len(ranking) == 10
    scores = [one["confidence"] for one in ranking]
    assert scores == sorted(scores, reverse=True)
    assert 0.5 < sum(scores) <= 1.0 + 1e-6
    known = {*ministry_pack.templates, *ministry_pack.services, *ministry_pack.intents}
    assert {one["name"] for one in ranking} <= known


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("что с от-2026-000123", "request_number", "от-2026-000123"),
        ("приду 15 марта с бумагами", "date", "15 марта"),
        ("звоните на +7 912 345-67-89", "phone", "+7 912 345-67-89"),
        ("наш инн 7707083893 проверьте", "inn", "7707083893"),
        ("дадут ли 500 тысяч рублей на трактор", "amount", "500 тысяч рублей"),
    ],
)
def test_entities_are_found_by_patterns(server: RasaServer, text: str, kind: str, value: str) -> None:
    found = [(one["entity"], one["value"]) for one in server.parse(text)["entities"]]
    assert (kind, value) in found


def test_a_municipality_is_found_in_any_form_and_told_by_its_slug(server: RasaServer, ministry_pack: Pack) -> None:
    slug = sorted(ministry_pack.municipalities)[-1]
    found = [one for one in server.parse("живу в зареченском районе")["entities"] if one["entity"] == "municipality"]
    assert slug == "zarechensky"
    assert found[0]["value"] == slug


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/model/parse", {"text": "привет"}), ("GET", "/status", None), ("PUT", "/model", {"model_file": "x"})],
)
def test_without_the_token_nothing_is_told(
    server: RasaServer, token: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    status, told = server.call(method, path, body, token=token)
    assert status == 401
    assert told is None or "intent" not in told


def test_no_channel_is_open_beside_the_api(server: RasaServer) -> None:
    status, _ = server.call("POST", "/webhooks/rest/webhook", {"sender": "x", "message": "привет"}, token="")
    assert status == 404


def test_the_token_is_on_no_command_line(server: RasaServer) -> None:
    assert server.process is not None
    told = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
    assert b"run" in told
    assert server.token.encode() not in told


@pytest.mark.parametrize(
    ("body", "status", "intent"),
    [
        ({"text": ""}, 200, "out-of-scope"),  # nothing is classified as something
        ({"text": "/human"}, 200, "human"),  # a slash makes a text an intent, with confidence 1
        ({"text": "/no-such-intent"}, 200, "no-such-intent"),
        ({}, 500, None),
        ({"text": None}, 500, None),
        ({"text": 5}, 500, None),
    ],
)
def test_what_a_client_must_not_ask(server: RasaServer, body: dict[str, str], status: int, intent: str | None) -> None:
    """Rasa refuses little by itself: nlu/rasa_client.py never sends any of these."""
    found, told = server.call("POST", "/model/parse", body)
    assert found == status
    assert (told.get("intent") or {}).get("name") == intent


def test_a_long_or_strange_text_is_classified_and_does_no_harm(server: RasaServer) -> None:
    for text in ("слово " * 400, "\u202e\u0000\ud83d\ude00", '[текст](date){"a": 1}', "${HOME}", "  \n "):
        assert server.call("POST", "/model/parse", {"text": text})[0] == 200
    assert server.parse(QUESTIONS[0])["intent"]["name"] == "working-hours"


def test_models_are_swapped_under_questions(
    server: RasaServer, tiny_pack: Pack, ministry_model: Path, shared: Path, tmp_path: Path
) -> None:
    """Given questions on the way, when another model is loaded, then every one is answered, and soon by the other."""
    write_pack(tiny_pack, tmp_path / "project")
    tiny_model = train_model(tmp_path / "project", tmp_path / "models", model_name(tiny_pack.version))
    small = {*tiny_pack.templates, *tiny_pack.services, *tiny_pack.intents}
    told: list[tuple[str, ...]] = []
    waits: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            started = time.monotonic()
            ranking = server.parse(QUESTIONS[1])["intent_ranking"]
            waits.append(time.monotonic() - started)
            told.append(tuple(one["name"] for one in ranking))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        server.swap(tiny_model)
        after = len(told)
        ends = time.monotonic() + 30
        while len(told) < after + 5 and time.monotonic() < ends:
            time.sleep(0.02)
        status = server.call("GET", "/status")[1]
    finally:
        over.set()
        asking.join()
        server.swap(ministry_model)
    assert status["model_file"] == tiny_model.name
    assert not set(told[-1]) - small
    assert {one[0] for one in told} == {"milk-subsidy"}
    assert max(waits) < 10  # the machine may be busy; it is 0.1 s on a free one


def test_a_broken_model_does_not_replace_a_good_one(server: RasaServer, tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(os.urandom(500))
    with pytest.raises(RasaFailed):
        server.swap(tmp_path / "broken.tar.gz")
    with pytest.raises(RasaFailed):
        server.swap(tmp_path / "missing.tar.gz")
    assert server.parse(QUESTIONS[0])["intent"]["name"] == "working-hours"


def test_the_same_text_gives_the_same_probabilities(server: RasaServer, classifier: Classifier) -> None:
    for text in QUESTIONS:
        row = classifier.probabilities([text])[0]
        for one in server.parse(text)["intent_ranking"]:
            own = float(row[classifier.labels.index(one["name"])])
            assert np.isclose(one["confidence"], own, atol=1e-3)
