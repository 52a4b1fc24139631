"""A correction disturbs nothing that the client is at."""

from __future__ import annotations

from bot.domain import recalls
from bot.domain.dialog import Dialog
from bot.domain.events import AnswerCorrected
from tests.domain.talk import NIGHT, WEDNESDAY, Talk

WRONG = AnswerCorrected(
    "agrostartup",
    {"ru": "Агростартап", "en": "Agrostartup"},
    {"ru": "Приём до **20** мая. {due}", "en": "Till 20 May."},
)


def test_it_says_what_was_wrong_and_what_is_true() -> None:
    heard = Talk().ask("agrostartup").happen(WRONG)
    assert "Агростартап" in heard.text
    assert "Приём до **20** мая. {due}" in heard.text  # a moderator's words are words, never markup
    assert heard.labels == ["Позвать сотрудника", "В начало"]
    assert heard.last.says[0].notice


def test_it_speaks_the_clients_language_as_far_as_it_was_written() -> None:
    talk = Talk(dialog=Dialog("en"))
    assert "Till 20 May." in talk.happen(WRONG).text
    only = AnswerCorrected("agrostartup", {"ru": "Агростартап"}, {"ru": "Приём до 20 мая."})
    assert "Приём до 20 мая." in talk.happen(only).text


def test_a_form_goes_on_where_it_stood() -> None:
    talk = Talk().press("s:appeal")
    before = talk.dialog
    assert talk.happen(WRONG).labels == []
    assert talk.dialog.stack == before.stack
    assert talk.dialog.offered == before.offered


def test_nobody_is_woken() -> None:
    assert recalls.awake(WEDNESDAY, "Europe/Moscow")
    assert not recalls.awake(NIGHT, "Europe/Moscow")
