"""Answers are read again in time, and, where the pack says so, are not given once nobody has."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain import reviews
from bot.domain.case_effects import StartCase
from bot.domain.decision import OpenEpisode
from bot.domain.reviews import Mark
from knowledge_base.schema import GUIDANCE, Pack, Reviews
from nlu.understanding import Outcome
from tests.domain.talk import Talk, real_pack, understood

LAST = dt.date(2026, 11, 24)
"""The day before the stories."""


def pack_of(last: dt.date, **policy: int) -> Pack:
    """The ministry's, one answer of which is to be read again by this day."""
    pack = real_pack()
    aged = pack.templates["working-hours"].model_copy(update={"review_by": last})
    agency = pack.agency.model_copy(update={"reviews": Reviews(**policy)})
    return pack.model_copy(update={"agency": agency, "templates": {**pack.templates, "working-hours": aged}})


@pytest.mark.parametrize(
    ("days_left", "mark"), [(15, None), (14, Mark.SOON), (0, Mark.SOON), (-1, Mark.OVERDUE), (-400, Mark.OVERDUE)]
)
def test_the_day_itself_is_the_last_good_one(days_left: int, mark: Mark | None) -> None:
    assert reviews.mark_of(real_pack(), LAST + dt.timedelta(days=days_left), LAST) == mark


@pytest.mark.parametrize(("mark", "day"), [(Mark.SOON, dt.date(2027, 2, 20)), (Mark.OVERDUE, dt.date(2030, 1, 1))])
def test_services_and_what_staff_write_by_have_dates_too(mark: Mark, day: dt.date) -> None:
    pack = real_pack()
    found = [one for one in reviews.due(pack, day) if one.mark is mark]
    named = {(one.kind, one.slug) for one in found}
    assert {("untypical", "journalist"), ("canned", "vet-on-the-way"), ("scripts", "animal-disease-call")} <= named
    assert Talk(pack=pack)._rendered([reviews.reminder(pack, "front-office", mark, found)], "ru", {})
    if mark is Mark.OVERDUE:
        assert ("service", "appeal") in named
        assert len(named) == sum(len(getattr(pack, kind)) for kind in ("templates", "services", *GUIDANCE))


def test_an_old_answer_is_given_unless_the_pack_says_otherwise() -> None:
    assert Talk(pack=pack_of(LAST)).ask("working-hours").hears("template/working-hours/short")
    assert Talk(pack=pack_of(LAST, hand_over_after_days=1)).ask("working-hours").hears("template/working-hours/short")


def test_past_its_last_date_a_person_answers_instead() -> None:
    pack = pack_of(LAST, hand_over_after_days=0)
    for talk in (Talk(pack=pack).ask("working-hours", "когда вы работаете"), Talk(pack=pack).press("m:working-hours")):
        assert talk.hears("handoff.overdue")
        assert not talk.hears("template/working-hours/short")
        assert talk.last.outcome == "handoff.overdue"
        assert [case.team for case in talk.done(StartCase)] == ["front-office"]
        assert "Часы работы" in talk.staff_text
    assert Talk(pack=pack).ask("contacts").hears("template/contacts/short")


def test_of_two_questions_the_good_one_is_answered_and_a_person_offered_for_the_other() -> None:
    parts = tuple(understood(slug, Outcome.ANSWER, slug) for slug in ("working-hours", "contacts"))
    both = understood("часы и адрес", Outcome.ANSWER, "working-hours", parts=parts)
    talk = Talk(pack=pack_of(LAST, hand_over_after_days=0)).say("часы и адрес", both)
    assert talk.hears("template/contacts/short", "answer.rest")
    assert not talk.hears("template/working-hours/short")


def test_an_answer_that_proved_wrong_is_not_given() -> None:
    pack = real_pack()
    wrong = pack.templates["working-hours"].model_copy(update={"withdrawn": True})
    talk = Talk(pack.model_copy(update={"templates": {**pack.templates, "working-hours": wrong}}))
    talk.ask("working-hours")
    assert talk.hears("handoff.overdue")
    assert not talk.done(OpenEpisode)
