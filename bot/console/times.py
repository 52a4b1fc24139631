"""Moments as staff read them: the office's zone, relative within a day, absolute beyond, exact on hover."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.support import NullTranslations

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    zone: ZoneInfo
    language: str
    now: dt.datetime
    words: NullTranslations

    def short(self, at: dt.datetime) -> str:
        """ "14:40" today, "25 Nov, 14:40" on another day, with the year in another year."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        pattern = "d MMM, HH:mm" if local.year == today.year else "d MMM y, HH:mm"
        return format_datetime(local, pattern, locale=self.language)

    def clock(self, at: dt.datetime) -> str:
        """ "14:40", where the day stands above."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def near(self, at: dt.datetime) -> str:
        """ "in 40 minutes", "2 hours ago" within a day; else as ``short``."""
        ahead = at - self.now
        if abs(ahead) < dt.timedelta(minutes=1):
            return self.words.ugettext("just now") if ahead <= dt.timedelta() else self.words.ugettext("right now")
        if abs(ahead) >= DAY:
            return self.short(at)
        return format_timedelta(ahead, add_direction=True, format="short", locale=self.language, threshold=1)

    def exact(self, at: dt.datetime) -> str:
        """ "25 November 2026, 14:40:05"."""
        return format_datetime(at.astimezone(self.zone), "d MMMM y, HH:mm:ss", locale=self.language)

    def days_on(self, days: int) -> str:
        """A day from today on, as forms carry it."""
        return (self.now.astimezone(self.zone).date() + dt.timedelta(days=days)).isoformat()

    def day(self, at: dt.datetime) -> str:
        """ "25 November", the heading of a day in a conversation."""
        local, today = at.astimezone(self.zone).date(), self.now.astimezone(self.zone).date()
        if local == today:
            return self.words.ugettext("Today")
        if local == today - DAY:
            return self.words.ugettext("Yesterday")
        return format_date(local, "d MMMM" if local.year == today.year else "d MMMM y", locale=self.language)

    def left(self, due: dt.datetime) -> str:
        """What remains of a term: "18 min", "2 h 5 min", "3 d"; with a minus once it has passed."""
        seconds = int((due - self.now).total_seconds())
        minutes = abs(seconds) // 60
        days, hours = minutes // 1440, minutes % 1440 // 60
        if days:
            text = self.words.ugettext("%(n)s d") % {"n": days}
        elif hours:
            text = self.words.ugettext("%(h)s h %(m)s min") % {"h": hours, "m": minutes % 60}
        else:
            text = self.words.ugettext("%(n)s min") % {"n": minutes}
        return f"\N{MINUS SIGN}{text}" if seconds < 0 else text

    def iso(self, at: dt.datetime) -> str:
        """For machines: the ``datetime`` of a ``time`` element."""
        return at.astimezone(dt.UTC).isoformat(timespec="seconds")
