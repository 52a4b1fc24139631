"""Terms in offices as they are: lunch, holidays, nights when the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.domain import terms
from knowledge_base.schema import Calendar, Interval, Pack, Weekday
from tests.domain.test_terms import CHANGES, MINUTE

# --- days as an office knows them ------------------------------------------------


def office(zone: str = "Europe/Moscow", **days: str) -> Calendar:
    """Monday to Friday 9-13 and 14-18; ``d2026_12_31="10-12"`` overrides a day, ``""`` closes it."""
    workday = (_interval("9-13"), _interval("14-18"))
    week: dict[Weekday, tuple[Interval, ...]] = dict.fromkeys(terms.WEEKDAYS[:5], workday)
    special = {
        dt.date.fromisoformat(day[1:].replace("_", "-")): tuple(_interval(one) for one in told.split())
        for day, told in days.items()
    }
    return Calendar(slug="office", timezone=zone, week=week, days=special)


def _interval(told: str) -> Interval:
    start, end = told.split("-")
    return Interval(start=dt.time(int(start)), end=dt.time(int(end)))


def moscow(told: str) -> dt.datetime:
    return dt.datetime.fromisoformat(told).replace(tzinfo=ZoneInfo("Europe/Moscow")).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "end"),
    [
        pytest.param(office(), "2026-11-25 10:00", 120, "2026-11-25 12:00", id="within a morning"),
        pytest.param(office(), "2026-11-25 12:00", 120, "2026-11-25 15:00", id="lunch does not count"),
        pytest.param(office(), "2026-11-25 13:30", 60, "2026-11-25 15:00", id="asked at lunch"),
        pytest.param(office(), "2026-11-25 10:00", 180, "2026-11-25 13:00", id="due as lunch begins"),
        pytest.param(office(), "2026-11-25 17:00", 120, "2026-11-26 10:00", id="goes on in the morning"),
        pytest.param(office(), "2026-11-27 17:30", 60, "2026-11-30 09:30", id="over the weekend"),
        pytest.param(office(), "2026-11-28 03:00", 60, "2026-11-30 10:00", id="asked in a weekend's night"),
        pytest.param(office(), "2026-11-25 10:00", 480, "2026-11-26 10:00", id="a whole working day"),
        pytest.param(office(d2026_11_26=""), "2026-11-25 17:00", 120, "2026-11-27 10:00", id="a public holiday"),
        pytest.param(office(d2026_11_26="9-12"), "2026-11-26 11:00", 120, "2026-11-27 10:00", id="a short day"),
        pytest.param(office(d2026_11_28="9-13"), "2026-11-27 17:00", 120, "2026-11-28 10:00", id="a working Saturday"),
        pytest.param(
            office(d2026_12_31="", d2027_01_01="", d2027_01_04="", d2027_01_05=""),
            "2026-12-30 17:59",
            2,
            "2027-01-06 09:01",
            id="over the new year",
        ),
        pytest.param(
            office(d2026_11_25="22-6"), "2026-11-25 23:00", 480, "2026-11-26 10:00", id="a night shift, then the day"
        ),
        pytest.param(office(d2026_11_25="22-6"), "2026-11-26 03:00", 60, "2026-11-26 04:00", id="in the night shift"),
        pytest.param(office(d2026_11_25="9-14 12-18"), "2026-11-25 11:00", 240, "2026-11-25 15:00", id="overlapping"),
    ],
)
def test_days_of_an_office(calendar: Calendar, start: str, minutes: int, end: str) -> None:
    assert terms.add_working_time(calendar, moscow(start), minutes * MINUTE) == moscow(end)


def test_a_night_shift_is_an_hour_shorter_when_clocks_go_forward() -> None:
    berlin = Calendar(slug="b", timezone="Europe/Berlin", week={"sat": (_interval("22-6"),)})
    start = dt.datetime(2026, 3, 28, 21, tzinfo=dt.UTC)
    assert terms.working_time(berlin, start, start + dt.timedelta(days=1)) == dt.timedelta(hours=7)


def test_a_night_shift_is_an_hour_longer_when_clocks_go_back() -> None:
    berlin = Calendar(slug="b", timezone="Europe/Berlin", week={"sat": (_interval("22-6"),)})
    start = dt.datetime(2026, 10, 24, 20, tzinfo=dt.UTC)
    assert terms.working_time(berlin, start, start + dt.timedelta(days=1)) == dt.timedelta(hours=9)


def test_hours_that_do_not_exist_or_come_twice_do_no_harm() -> None:
    nightly = (Interval(start=dt.time(2, 15), end=dt.time(2, 45)),)
    berlin = Calendar(slug="b", timezone="Europe/Berlin", week=dict.fromkeys(terms.WEEKDAYS, nightly))
    for month, day in ((3, 28), (10, 24)):
        start = dt.datetime(2026, month, day, 12, tzinfo=dt.UTC)
        assert terms.working_time(berlin, start, start + dt.timedelta(days=2)) == dt.timedelta(hours=1)


def test_an_office_that_never_opens_is_named() -> None:
    closed = Calendar(slug="closed", timezone="Europe/Moscow", week={})
    assert not terms.is_open(closed, CHANGES[0])
    with pytest.raises(terms.NeverOpen):
        terms.add_working_time(closed, CHANGES[0], MINUTE)


def test_a_term_beyond_the_horizon_is_a_fault_of_the_pack() -> None:
    rare = Calendar(slug="rare", timezone="Europe/Moscow", week={}, days={dt.date(2026, 11, 25): (_interval("9-10"),)})
    with pytest.raises(terms.NeverOpen):
        terms.add_working_time(rare, moscow("2026-11-25 08:00"), 61 * MINUTE)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-25 14:40", 30, "2026-12-25 23:59"),
        ("2026-11-25 23:59", 1, "2026-11-26 23:59"),
        ("2026-11-26 00:00", 1, "2026-11-27 23:59"),
        ("2026-12-25 12:00", 30, "2027-01-24 23:59"),
        ("2028-02-28 12:00", 1, "2028-02-29 23:59"),
    ],
)
def test_days_end_when_the_office_s_day_ends(start: str, days: int, end: str) -> None:
    assert terms.days_later("Europe/Moscow", moscow(start), days) == moscow(end)


def test_the_pack_s_own_terms(pack: Pack) -> None:
    """Two hours of the office's time, lunch from 13:00 to 13:45, Friday until 16:45."""
    policy = pack.policies["official-request"]
    marks = terms.marks(policy, pack.calendars, moscow("2026-11-25 12:00"), first=True)
    assert (marks.warn_at, marks.due_at) == (moscow("2026-11-25 14:15"), moscow("2026-11-25 14:45"))
    assert marks.supervisor_at == moscow("2026-11-25 15:15")
    friday = terms.marks(policy, pack.calendars, moscow("2026-11-27 16:00"), first=True)
    assert friday.due_at == moscow("2026-11-30 10:15")
    written = pack.policies["written-contact"]
    assert terms.marks(written, pack.calendars, moscow("2026-12-31 20:00"), first=True).due_at == moscow(
        "2027-01-01 20:00"
    )
