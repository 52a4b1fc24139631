"""Numbers, dates, places and amounts in a message. Patterns are data: ``nlu/language/entities.yml``.

The same patterns and names are written into Rasa's regex and lookup data; there is no learning in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from nlu.entity import Entity
from nlu.language_data import entities
from nlu.numbers import NumberReader
from nlu.words import forms

if TYPE_CHECKING:
    from knowledge_base.schema import Pack

MOST = 20
"""Entities told of one message: more is a table, not a question."""
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_NOT_DIGITS = re.compile(r"\D")
_SLOT = re.compile(r"(?<!\?P)<(\w+)>")
_LISTS = {
    "month": "months",
    "english_month": "english_months",
    "weekday": "weekdays",
    "relative": "relative",
    "scale": "scales",
}
_CENTURY_TURNS = 50
"""Years of two digits below it are of this century."""
_WEIGHTS_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_WEIGHTS_11 = (7, *_WEIGHTS_10)
_WEIGHTS_12 = (3, *_WEIGHTS_11)


class EntityReader:
    """Reads entities; ``series`` are prefixes of request numbers, ``places`` the names of municipalities by slug."""

    def __init__(self, series: Iterable[str], places: Mapping[str, Iterable[str]]) -> None:
        self._numbers = NumberReader(series)
        self._places: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for slug, names in lookups(places).items():
            for name in names:
                words = tuple(_WORD.findall(name))
                if words:
                    self._places.setdefault(words[0], []).append((words, slug))
        for candidates in self._places.values():
            candidates.sort(key=lambda one: -len(one[0]))

    def read(self, text: str) -> tuple[Entity, ...]:
        """Every reading of a cleaned text, in its order, at most 20."""
        found = list(self._municipalities(text)) if self._places else []
        digits = _DIGIT.search(text) is not None
        for kind, pattern, needs_digit in _compiled():
            if needs_digit and not digits:
                continue
            for match in pattern.finditer(text):
                value = _WORTH[kind](match)
                if value is not None:
                    found.append(Entity(match.start(), match.end(), kind, value))
        if digits:
            found.extend(
                Entity(len(one.before), len(text) - len(one.after), "request_number", one.number)
                for one in self._numbers.find_all(text)
            )
        return tuple(sorted(_longest(found))[:MOST])

    def _municipalities(self, text: str) -> Iterable[Entity]:
        words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            size = 1
            for name, slug in self._places.get(words[at][0], ()):
                if tuple(word for word, _, _ in words[at : at + len(name)]) == name:
                    size = len(name)
                    yield Entity(words[at][1], words[at + size - 1][2], "municipality", slug)
                    break
            at += size


def reader_for(pack: Pack) -> EntityReader:
    """The reader of a pack's request numbers and municipalities, and of what every pack has."""
    return EntityReader(series_of(pack), places_of(pack))


def series_of(pack: Pack) -> frozenset[str]:
    """Prefixes that the pack's request numbers may have."""
    return frozenset(service.series for service in pack.services.values() if service.numbered)


def places_of(pack: Pack) -> dict[str, tuple[str, ...]]:
    """Names of every municipality of a pack, in every language, by its slug."""
    return {slug: (*place.title.values(), *place.names) for slug, place in pack.municipalities.items()}


def patterns(series: Iterable[str] = ()) -> dict[str, list[str]]:
    """Regular expressions by kind of entity, for cleaned text, request numbers of the given series among them.

    A match is a candidate only: check digits and the calendar are looked at by ``EntityReader``.
    """
    told = {kind: [_SLOT.sub(_alternatives, one) for one in listed] for kind, listed in entities("patterns").items()}
    if numbers := NumberReader(series).pattern:
        told["request_number"] = [numbers]
    return told


def lookups(places: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Every form in which the names of municipalities are written, lower case, by slug.

    A form of two municipalities is left out: it names none.
    """
    written = {slug: {form for name in names for form in forms(name)} for slug, names in places.items()}
    counted: dict[str, int] = {}
    for found in written.values():
        for form in found:
            counted[form] = counted.get(form, 0) + 1
    return {slug: tuple(sorted(form for form in found if counted[form] == 1)) for slug, found in written.items()}


def inn_is_right(digits: str) -> bool:
    """Whether the check digits of a taxpayer's number are right.

    By the order of the Federal Tax Service MMV-7-6/435@ of 29.06.2012: weighed sums modulo 11, then modulo 10.
    """
    if not digits.isascii() or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    if len(digits) == 10:
        return _check(digits, _WEIGHTS_10) == digits[9]
    return len(digits) == 12 and _check(digits, _WEIGHTS_11) + _check(digits, _WEIGHTS_12) == digits[10:]


def _check(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """Kind, pattern, and whether it can only match where there is a digit."""
    needs = re.compile(r"\\d|\[0-9]|0\?\[1-9]")
    return tuple(
        (kind, re.compile(one), bool(needs.search(one))) for kind, listed in patterns().items() for one in listed
    )


def _alternatives(slot: re.Match[str]) -> str:
    name = slot[1]
    if name == "unit":
        listed = [spelt for spellings in entities("units").values() for spelt in spellings]
    else:
        listed = list(entities(_LISTS[name]))
    return f"(?:{'|'.join(listed)})"


def _date(match: re.Match[str]) -> str | None:
    told = match.groupdict()
    if told.get("relative"):
        return _days(_valued("relative", told["relative"]))
    if told.get("weekday"):
        return f"W{_place('weekdays', told['weekday'])}"
    if told.get("day") is None:
        days = told.get("days")
        return _days(float(days) if days else 7 * float(told.get("weeks") or 1))
    month = int(told["month"]) if told.get("month") else _month(told["named"] or "")
    day = int(told["day"] or 0)
    if not _in_calendar(month, day, told.get("year")):
        return None
    year = told.get("year")
    if not year:
        return f"--{month:02d}-{day:02d}"
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < _CENTURY_TURNS else 1900)
    return f"{full}-{month:02d}-{day:02d}"


def _in_calendar(month: int, day: int, year: str | None) -> bool:
    lasts = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lasts[month - 1]:
        return False
    if (month, day) != (2, 29) or not year:
        return True
    return int(year) % 4 == 0 and year != "1900"


def _days(count: float) -> str:
    return f"{'-' if count < 0 else ''}P{abs(int(count))}D"


def _month(word: str) -> int:
    return _place("months", word) or _place("english_months", word)


def _place(name: str, word: str) -> int:
    """The place from 1 of the pattern that a word fits, 0 for none."""
    listed = enumerate(entities(name), start=1)
    return next((place for place, spelt in listed if re.fullmatch(spelt, word)), 0)


def _valued(name: str, word: str) -> float:
    listed: Mapping[str, float] = entities(name)
    return next(float(value) for spelt, value in listed.items() if re.fullmatch(spelt, word))


def _phone(match: re.Match[str]) -> str | None:
    digits = _NOT_DIGITS.sub("", match.group())
    if match.group().startswith("+"):
        return f"+{digits}" if digits[0] != "7" or len(digits) == 11 else None
    return f"+7{digits[-10:]}" if len(digits) in (10, 11) else None


def _inn(match: re.Match[str]) -> str | None:
    return match.group() if inn_is_right(match.group()) else None


def _bare_number(match: re.Match[str]) -> str:
    year = match["year"]
    return f"{year}-{int(match['order'])}" if year else str(int(match["order"]))


def _amount(match: re.Match[str]) -> str | None:
    told = match.groupdict()
    number = float(re.sub(r"[ ']", "", told["number"] or "").replace(",", "."))
    if told.get("scale"):
        number *= _valued("scales", told["scale"])
    unit, size = _unit(told.get("unit") or "")
    exact = round(number * size, 6)
    return f"{exact:.6f}".rstrip("0").rstrip(".") + f" {unit}"


def _unit(word: str) -> tuple[str, float]:
    """The unit of a word and how many of it one is; money where no unit is said."""
    for unit, spellings in entities("units").items():
        for spelt, size in spellings.items():
            if re.fullmatch(spelt, word):
                return unit, float(size)
    return "rub", 1.0


_WORTH: dict[str, Callable[[re.Match[str]], str | None]] = {
    "date": _date,
    "phone": _phone,
    "inn": _inn,
    "amount": _amount,
    "bare_number": _bare_number,
}


def _longest(found: list[Entity]) -> list[Entity]:
    """Without those that lie within another of the same kind."""
    kept: list[Entity] = []
    for one in sorted(found, key=lambda entity: (entity.start - entity.end, entity.start)):
        if not any(other.kind == one.kind and one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept
