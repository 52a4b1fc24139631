"""Something named in a message: a number, a date, a place. Pure, and fit for Python 3.10, where Rasa lives."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_ABSOLUTE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEARLESS = re.compile(r"--(\d\d)-(\d\d)")
_DAYS = re.compile(r"(-?)P(\d{1,4})D")
_WEEKDAY = re.compile(r"W([1-7])")


@dataclass(frozen=True, order=True)
class Entity:
    """One reading of a piece of a cleaned text. Different kinds may be read in the same piece.

    ``kind`` and ``value`` are one of

    - ``request_number``: the public form, «ОТ-2026-000123»;
    - ``date``: ``2026-12-31``; ``--12-31`` where no year is named; ``P1D`` and ``-P1D`` for days from today;
      ``W1`` to ``W7`` for a coming Monday to Sunday;
    - ``phone``: ``+79991234567``;
    - ``inn``: 10 or 12 digits whose check digits are right;
    - ``municipality``: a slug of the pack;
    - ``bare_number``: «123» or «2026-123», where a message is nothing else: the end of a request's number;
    - ``amount``: a decimal number and a unit, ``1500000 rub``, ``2.5 ha``, ``10 head``, ``3 t``.
    """

    start: int
    """Of the piece in the cleaned text."""
    end: int
    kind: str
    value: str

    def date(self, today: dt.date) -> dt.date | None:
        """The day that a ``date`` means when it is said on ``today``.

        Without a year it is the nearest such day, before or after; a weekday is the next one, never today.
        None for what is no date or no day of the calendar.
        """
        if self.kind != "date":
            return None
        try:
            return _day(self.value, today)
        except (ValueError, OverflowError):
            return None


def _day(value: str, today: dt.date) -> dt.date | None:
    found = _ABSOLUTE.fullmatch(value)
    if found:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    found = _DAYS.fullmatch(value)
    if found:
        return today + dt.timedelta(days=int(found[1] + found[2]))
    found = _WEEKDAY.fullmatch(value)
    if found:
        return today + dt.timedelta(days=(int(found[1]) - today.isoweekday() - 1) % 7 + 1)
    found = _YEARLESS.fullmatch(value)
    return _nearest(int(found[1]), int(found[2]), today) if found else None


def _nearest(month: int, day: int, today: dt.date) -> dt.date | None:
    """The nearest such day of the year; the 29th of February is looked for in the years that have it."""
    days = []
    for year in range(max(today.year - 4, 1), min(today.year + 4, 9999) + 1):
        try:
            days.append(dt.date(year, month, day))
        except ValueError:
            continue
    return min(days, key=lambda found: (abs((found - today).days), found < today), default=None)
