"""Deadlines: round the clock, or in an office's hours.

An office calendar holds several intervals a weekday (lunch is the gap between two), may run past
midnight, and overrides single days (public holidays, moved working days). Instants are UTC; days
and hours are those of the calendar's zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain.case_effects import TermMarks
from bot.domain.dialog import Pause
from knowledge_base.schema import Calendar, Interval, Pack, Policy, Weekday

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 750
"""A calendar closed for two years is a mistake of the pack, not a term."""


class NeverOpen(ValueError):
    """The office calendar has no working time in the next two years."""


def day_of(now: dt.datetime, timezone: str) -> dt.date:
    """The office's date."""
    return now.astimezone(ZoneInfo(timezone)).date()


def intervals_of(calendar: Calendar, day: dt.date) -> tuple[Interval, ...]:
    """Working intervals that start on this day."""
    if day in calendar.days:
        return calendar.days[day]
    return calendar.week.get(WEEKDAYS[day.weekday()], ())


def open_times(calendar: Calendar, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Merged working intervals in UTC, from ``start`` on, in order, up to the horizon."""
    zone = ZoneInfo(calendar.timezone)
    first = start.astimezone(zone).date() - dt.timedelta(days=1)
    pending: tuple[dt.datetime, dt.datetime] | None = None
    for offset in range(HORIZON_DAYS):
        day = first + dt.timedelta(days=offset)
        for interval in sorted(intervals_of(calendar, day), key=lambda i: i.start):
            ends_on = day + dt.timedelta(days=int(interval.end <= interval.start))
            opened = dt.datetime.combine(day, interval.start, zone).astimezone(dt.UTC)
            closed = dt.datetime.combine(ends_on, interval.end, zone).astimezone(dt.UTC)
            opened = max(opened, start)
            if closed <= opened:
                continue
            if pending is not None and opened <= pending[1]:
                pending = (pending[0], max(pending[1], closed))
                continue
            if pending is not None:
                yield pending
            pending = (opened, closed)
    if pending is not None:
        yield pending


def add_working_time(
    calendar: Calendar, start: dt.datetime, span: dt.timedelta, pauses: Sequence[Pause] = ()
) -> dt.datetime:
    """The instant at which ``span`` of working time, pauses left out, has passed since ``start``.

    Raises NeverOpen where the calendar has too little working time ahead.
    """
    return _after(_counted(open_times(calendar, start), pauses), span)


def _after(times: Iterator[tuple[dt.datetime, dt.datetime]], span: dt.timedelta) -> dt.datetime:
    left = span
    for opened, closed in times:
        if left <= closed - opened:
            return opened + left
        left -= closed - opened
    raise NeverOpen


def _counted(
    times: Iterable[tuple[dt.datetime, dt.datetime]], pauses: Sequence[Pause]
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The parts of these times that no ended pause covers; pauses are in order."""
    for opened, closed in times:
        begun = opened
        for pause in pauses:
            if pause.end is None or pause.end <= begun:
                continue
            if pause.start >= closed:
                break
            if pause.start > begun:
                yield begun, pause.start
            begun = pause.end
        if begun < closed:
            yield begun, closed


def working_time(calendar: Calendar, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Working time between two instants."""
    total = dt.timedelta()
    for opened, closed in open_times(calendar, start):
        if opened >= end:
            break
        total += min(closed, end) - opened
    return total


def end_of_work(calendar: Calendar, timezone: str, day: dt.date) -> dt.datetime:
    """When the office closes on this day; the end of the day where it does not open at all."""
    zone = ZoneInfo(calendar.timezone)
    ends = [
        dt.datetime.combine(day + dt.timedelta(days=int(one.end <= one.start)), one.end, zone)
        for one in intervals_of(calendar, day)
    ]
    return max(ends, default=dt.datetime.combine(day, dt.time(23, 59), ZoneInfo(timezone))).astimezone(dt.UTC)


def is_open(calendar: Calendar, now: dt.datetime) -> bool:
    """Whether the office works at this instant."""
    first = next(open_times(calendar, now), None)
    return first is not None and first[0] <= now


def deadline(
    policy: Policy, calendars: Mapping[str, Calendar], start: dt.datetime, minutes: float, pauses: Sequence[Pause] = ()
) -> dt.datetime:
    """``minutes`` of the policy's time after ``start``; pauses, in order, do not count."""
    span = dt.timedelta(minutes=minutes)
    if policy.calendar is None:
        return _after(_counted(((start, dt.datetime.max.replace(tzinfo=dt.UTC)),), pauses), span)
    return add_working_time(calendars[policy.calendar], start, span, pauses)


def marks(
    policy: Policy, calendars: Mapping[str, Calendar], start: dt.datetime, *, first: bool, pauses: Sequence[Pause] = ()
) -> TermMarks:
    """Warning, deadline and supervisor marks of the first or a next answer's term."""
    minutes = policy.first_answer_minutes if first else policy.next_answer_minutes
    return TermMarks(
        policy=policy.slug,
        due_at=deadline(policy, calendars, start, minutes, pauses),
        warn_at=deadline(policy, calendars, start, minutes * policy.warn_share, pauses),
        supervisor_at=deadline(policy, calendars, start, minutes + policy.supervisor_minutes, pauses),
    )


def promised_by(pack: Pack, now: dt.datetime) -> dt.datetime:
    """When a person would answer if he were called now."""
    policy = pack.policies[pack.agency.handoff_policy]
    return marks(policy, pack.calendars, now, first=True).due_at


def days_later(timezone: str, start: dt.datetime, days: int) -> dt.datetime:
    """The end of the calendar day, in the office's zone, ``days`` after the day of ``start``."""
    zone = ZoneInfo(timezone)
    day = start.astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(23, 59), zone).astimezone(dt.UTC)
