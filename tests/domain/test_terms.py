"""Deadlines in office calendars, held against a reference that looks at every minute."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain import terms
from knowledge_base.schema import Calendar, Interval, Policy

MINUTE = dt.timedelta(minutes=1)
ZONES = (
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Vladivostok",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)
CHANGES = (
    dt.datetime(2026, 3, 8, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 29, tzinfo=dt.UTC),
    dt.datetime(2026, 4, 5, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 25, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 12, 31, tzinfo=dt.UTC),
)
"""Nights in which clocks change somewhere, and a new year."""


# --- a slow reference ------------------------------------------------------------


def works(calendar: Calendar, at: dt.datetime) -> bool:
    """Whether the office works in the minute that begins now, by the clock on its wall."""
    local = at.astimezone(ZoneInfo(calendar.timezone))
    today, yesterday = local.date(), local.date() - dt.timedelta(days=1)
    time = local.time()
    for interval in hours(calendar, today):
        if interval.start <= time and (time < interval.end or interval.end <= interval.start):
            return True
    return any(time < i.end for i in hours(calendar, yesterday) if i.end <= i.start)


def hours(calendar: Calendar, day: dt.date) -> tuple[Interval, ...]:
    return calendar.days.get(day, calendar.week.get(terms.WEEKDAYS[day.weekday()], ()))


def slowly(calendar: Calendar, start: dt.datetime, minutes: int, most_days: int) -> dt.datetime | None:
    """Where ``minutes`` (at least one) of work end, looking at every minute; None: not within ``most_days``."""
    left = minutes
    for passed in range(most_days * 24 * 60):
        now = start + passed * MINUTE
        left -= works(calendar, now)
        if left == 0:
            return now + MINUTE
    return None


# --- calendars -------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn, zones: tuple[str, ...] = ZONES) -> Calendar:
    """Weeks with lunch, night shifts and free days; edges keep clear of hours that clocks repeat or leave out."""
    times = st.integers(16, 95).map(lambda quarter: dt.time(quarter // 4, quarter % 4 * 15))
    interval = st.builds(Interval, start=times, end=times).filter(lambda i: i.start != i.end)
    day = st.lists(interval, max_size=3).map(tuple)
    week = draw(st.dictionaries(st.sampled_from(terms.WEEKDAYS), day, min_size=1))
    base = draw(st.sampled_from(CHANGES)).date()
    dates = st.integers(-3, 6).map(lambda offset: base + dt.timedelta(days=offset))
    days = draw(st.dictionaries(dates, day, max_size=3))
    return Calendar(slug="some", timezone=draw(st.sampled_from(zones)), week=week, days=days)


starts = st.builds(
    lambda base, minutes: base + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-2 * 24 * 60, 2 * 24 * 60)
)
spans = st.integers(0, 3000).map(lambda minutes: dt.timedelta(minutes=minutes))


def later(calendar: Calendar, start: dt.datetime, span: dt.timedelta) -> dt.datetime:
    try:
        return terms.add_working_time(calendar, start, span)
    except terms.NeverOpen:
        assume(False)
        raise


@settings(max_examples=30)
@given(calendars(), starts, st.integers(1, 900))
def test_agrees_with_the_reference(calendar: Calendar, start: dt.datetime, minutes: int) -> None:
    expected = slowly(calendar, start, minutes, most_days=6)
    assume(expected is not None)
    assert terms.add_working_time(calendar, start, minutes * MINUTE) == expected


@given(calendars(), starts)
def test_open_agrees_with_the_reference(calendar: Calendar, at: dt.datetime) -> None:
    assert terms.is_open(calendar, at) == works(calendar, at)


@given(calendars(), starts, spans, spans)
def test_adding_twice_is_adding_once(calendar: Calendar, start: dt.datetime, a: dt.timedelta, b: dt.timedelta) -> None:
    assert later(calendar, later(calendar, start, a), b) == later(calendar, start, a + b)


@given(calendars(), starts, spans, spans)
def test_more_work_ends_later(calendar: Calendar, start: dt.datetime, a: dt.timedelta, b: dt.timedelta) -> None:
    short, long = sorted((a, b))
    assert later(calendar, start, short) <= later(calendar, start, long)


@given(calendars(), starts, spans, spans)
def test_beginning_later_ends_no_earlier(
    calendar: Calendar, start: dt.datetime, wait: dt.timedelta, span: dt.timedelta
) -> None:
    assert later(calendar, start, span) <= later(calendar, start + wait, span)


@given(calendars(), starts, spans)
def test_the_time_until_a_deadline_is_its_span(calendar: Calendar, start: dt.datetime, span: dt.timedelta) -> None:
    end = later(calendar, start, span)
    assert end >= start
    assert terms.working_time(calendar, start, end) == span


@given(calendars(), starts, spans.filter(bool))
def test_a_deadline_lies_in_working_time(calendar: Calendar, start: dt.datetime, span: dt.timedelta) -> None:
    """The office works in the minute before it, so nobody is asked to answer in the night."""
    assert works(calendar, later(calendar, start, span) - MINUTE)


@given(calendars(), starts, spans, spans)
def test_working_time_adds_up(calendar: Calendar, start: dt.datetime, a: dt.timedelta, b: dt.timedelta) -> None:
    middle, end = start + a, start + a + b
    parts = terms.working_time(calendar, start, middle) + terms.working_time(calendar, middle, end)
    assert parts == terms.working_time(calendar, start, end)
    assert dt.timedelta() <= parts <= a + b


@given(calendars(), starts)
def test_working_times_are_ordered_and_apart(calendar: Calendar, start: dt.datetime) -> None:
    previous = start
    for number, (opened, closed) in enumerate(terms.open_times(calendar, start)):
        assert opened < closed
        assert opened > previous if number else opened >= previous
        previous = closed
        if number == 30:
            break


@given(
    calendars(),
    starts,
    st.integers(1, 2000),
    st.integers(1, 2000),
    st.floats(0.01, 0.99),
    st.integers(0, 600),
    st.booleans(),
)
def test_marks_come_in_order(
    calendar: Calendar, start: dt.datetime, first: int, following: int, share: float, supervisor: int, begins: bool
) -> None:
    policy = Policy(
        slug="some",
        title={"ru": "some"},
        calendar="some",
        first_answer_minutes=first,
        next_answer_minutes=following,
        warn_share=share,
        supervisor_minutes=supervisor,
    )
    later(calendar, start, (max(first, following) + supervisor) * MINUTE)
    marks = terms.marks(policy, {"some": calendar}, start, first=begins)
    assert start <= marks.warn_at <= marks.due_at <= marks.supervisor_at
    assert terms.working_time(calendar, start, marks.due_at) == (first if begins else following) * MINUTE


@given(starts, st.integers(1, 100_000))
def test_round_the_clock_every_minute_counts(start: dt.datetime, minutes: int) -> None:
    policy = Policy(
        slug="some", title={"ru": "some"}, calendar=None, first_answer_minutes=minutes, next_answer_minutes=1
    )
    assert terms.marks(policy, {}, start, first=True).due_at == start + minutes * MINUTE
