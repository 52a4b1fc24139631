"""Where a request stands."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.decision import RequestView, StageReached
from bot.domain.dialog import Dialog, Form, FormMode
from tests.domain.talk import WEDNESDAY, Talk


def view(number: int, stage: str = "accepted", service: str = "appeal", *reached: str) -> RequestView:
    history = tuple(StageReached(one, WEDNESDAY) for one in reached or ("accepted",))
    return RequestView(
        number, f"ОТ-2026-{number:06d}", service, stage, WEDNESDAY, WEDNESDAY + dt.timedelta(days=30), history
    )


def talk_with(*requests: RequestView) -> Talk:
    return Talk(requests={request.id: request for request in requests})


def timeline(talk: Talk) -> str:
    """The signs before the stages, first stage first."""
    return "".join(line[0] for line in talk.text.splitlines() if line.startswith(("✅", "⏳", "▫")))


def test_without_requests_an_appeal_is_offered() -> None:
    talk = Talk().command("my-status")
    assert talk.hears("status.none")
    assert talk.press("Написать обращение").last.outcome == "form.start"


def test_one_request_is_shown_at_once() -> None:
    talk = talk_with(view(3)).command("my-status")
    assert talk.last.outcome == "status"
    assert "ОТ-2026-000003" in talk.text
    assert timeline(talk) == "✅⏳▫▫"
    assert talk.hears("status.nothing_from_you")


def test_several_requests_are_listed_newest_first() -> None:
    talk = talk_with(view(3), view(5, "answered"), view(4)).command("my-status")
    assert talk.last.outcome == "status.list"
    assert talk.labels == ["ОТ-2026-000005", "ОТ-2026-000004", "ОТ-2026-000003"]
    assert talk.press("ОТ-2026-000004").last.outcome == "status"
    assert "ОТ-2026-000004" in talk.text


def test_many_requests_are_listed_within_bounds() -> None:
    talk = talk_with(*(view(n) for n in range(1, 13))).command("my-status")
    assert len(talk.labels) == 6


def test_a_request_is_found_by_its_number() -> None:
    talk = talk_with(view(3), view(4)).command("my-status", "где ОТ-2026-000004", number="ОТ-2026-000004")
    assert talk.last.outcome == "status"
    assert "ОТ-2026-000004" in talk.text


@pytest.mark.parametrize("number", ["ОТ-2026-999999", "чепуха", "' OR 1=1 --"])
def test_a_foreign_number_is_not_found(number: str) -> None:
    """It may well be another client's: nothing tells whether it exists."""
    talk = talk_with(view(3)).command("my-status", f"где {number}", number=number)
    assert talk.hears("status.not_found")
    assert number in talk.text
    assert "000003" not in talk.text


@pytest.mark.parametrize("action", ["q:999", "q:0", "q:999999999999999999"])
def test_a_foreign_button_is_not_found(action: str) -> None:
    talk = talk_with(view(3)).press(action)
    assert talk.last.outcome == "status.not_found"
    assert "000003" not in talk.text


@pytest.mark.parametrize(
    ("stage", "signs"),
    [("accepted", "✅⏳▫▫"), ("assigned", "✅⏳▫▫"), ("in-work", "✅✅⏳▫"), ("answered", "✅✅✅✅")],
)
def test_every_stage_has_its_timeline(stage: str, signs: str) -> None:
    talk = talk_with(view(3, stage)).press("q:3")
    assert timeline(talk) == signs
    assert talk.hears("status.finished") == (stage == "answered")


def test_stages_ahead_have_their_dates() -> None:
    talk = talk_with(view(3, "in-work", "appeal", "accepted", "assigned", "in-work")).press("q:3")
    assert "25 ноября, 14:40" in talk.text
    assert "до 22 декабря" in talk.text
    assert "до 25 декабря" in talk.text


def test_a_service_that_is_no_more_still_knows_its_number() -> None:
    talk = talk_with(view(3, service="gone")).press("q:3")
    assert talk.hears("status.no_service")
    assert "ОТ-2026-000003" in talk.text


def test_a_stage_that_is_no_more_does_no_harm() -> None:
    talk = talk_with(view(3, "gone"), view(4))
    assert talk.command("my-status").last.outcome == "status.list"
    assert talk.press("q:3").last.outcome == "status"


def test_without_requests_a_draft_is_found() -> None:
    draft = Form("appeal", "1", "text", {"kind": "complaint"}, FormMode.PAUSED)
    talk = Talk(dialog=Dialog("ru", stack=(draft,))).command("my-status")
    assert talk.hears("form.draft_found")
    assert talk.press("Продолжить").hears("service/appeal/field/text/ask")
