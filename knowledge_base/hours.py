"""What must hold of office calendars: they open, and no hour stands twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

from knowledge_base import schema
from knowledge_base.faults import Fault
from knowledge_base.reading import Draft, Item
from knowledge_base.source import Place

DAY = 24 * 60
WEEKDAYS: tuple[schema.Weekday, ...] = get_args(schema.Weekday)
Intervals = tuple[schema.Interval, ...]


def broken_hours(draft: Draft) -> Iterator[Fault]:
    """Every calendar that never opens, and every interval that is empty or meets another."""
    for item in draft.items["calendars"].values():
        if not zone_known(item.model.timezone):
            what = f"time zone {item.model.timezone!r} is unknown"
            yield item.fault(("timezone",), what, "write one like Europe/Moscow")
        if not any(item.model.week.values()):
            # Single days end some time: a term that starts after the last of them would never end.
            yield item.fault(("week",), "the office never opens", "give at least one weekday an interval")
        for place, intervals in _days(item.model):
            yield from _within_a_day(item, place, intervals)
        yield from _over_midnight(item)


def zone_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _days(calendar: schema.Calendar) -> Iterator[tuple[Place, Intervals]]:
    for weekday, intervals in calendar.week.items():
        yield ("week", weekday), intervals
    for date, intervals in calendar.days.items():
        yield ("days", date.isoformat()), intervals


def _within_a_day(item: Item[schema.Calendar], place: Place, intervals: Intervals) -> Iterator[Fault]:
    for index, interval in enumerate(intervals):
        if interval.start == interval.end:
            yield item.fault(
                (*place, index), "the interval has no length", "give different times or leave the day empty"
            )
    ordered = sorted(enumerate(intervals), key=lambda pair: pair[1].start)
    for (_, first), (index, second) in pairwise(ordered):
        if _start(second) < _end(first):
            yield item.fault((*place, index), _clash(second, first), "let one end before the other begins")


def _over_midnight(item: Item[schema.Calendar]) -> Iterator[Fault]:
    """A night shift must end before the next day's hours begin."""
    calendar = item.model
    week: list[tuple[Place, Intervals]] = [(("week", day), calendar.week.get(day, ())) for day in WEEKDAYS]
    for (_, evening), (place, morning) in pairwise([*week, week[0]]):
        yield from _meeting(item, evening, place, morning)
    for date, intervals in calendar.days.items():
        written: Place = ("days", date.isoformat())
        yield from _meeting(item, _on(calendar, date - dt.timedelta(days=1)), written, intervals)
        after = date + dt.timedelta(days=1)
        if after not in calendar.days:
            yield from _meeting(item, intervals, written, _on(calendar, after))


def _meeting(item: Item[schema.Calendar], evening: Intervals, place: Place, morning: Intervals) -> Iterator[Fault]:
    for late in evening:
        for early in morning:
            if late.start != late.end and _end(late) - DAY > _start(early):
                yield item.fault(place, _clash(early, late) + " of the day before", "let the night end earlier")


def _on(calendar: schema.Calendar, date: dt.date) -> Intervals:
    return calendar.days.get(date, calendar.week.get(WEEKDAYS[date.weekday()], ()))


def _start(interval: schema.Interval) -> int:
    return interval.start.hour * 60 + interval.start.minute


def _end(interval: schema.Interval) -> int:
    """Minutes from the day's midnight; past the next one where the interval runs over it."""
    end = interval.end.hour * 60 + interval.end.minute
    return end + DAY if interval.end < interval.start else end


def _clash(one: schema.Interval, other: schema.Interval) -> str:
    return f"{_told(one)} overlaps {_told(other)}"


def _told(interval: schema.Interval) -> str:
    return f"{interval.start:%H:%M}-{interval.end:%H:%M}"
