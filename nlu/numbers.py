"""Public numbers of requests («ОТ-2026-000123»), however they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlu.language_data import letters, word_for_a_number

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A number in its public form, and the text around it."""

    number: str
    before: str
    after: str

    @property
    def rest(self) -> str:
        """The text without the number."""
        return f"{self.before} {self.after}"

    @property
    def in_words(self) -> str:
        """The text with a plain word for the number, for the classifier."""
        return f"{self.before}{word_for_a_number()}{self.after}"


class NumberReader:
    """Finds numbers of the given series (prefixes such as «ОТ»)."""

    def __init__(self, series: Iterable[str]) -> None:
        names = sorted(set(series), key=lambda name: (-len(name), name))
        self._series = {_latin(spelling): name for name in names for spelling in (name, _keys(name))}
        spelt = "|".join(f"{_either(name)}|{re.escape(_keys(name))}" for name in names)
        # A date («от 2026-12-01») goes on after the second number; a request number does not.
        self.pattern = (
            rf"(?<![^\W_])({spelt})[\s\-–—_№#.:]{{0,3}}(20\d\d)[\s\-–—_/]{{0,3}}(\d{{1,{DIGITS}}})"
            r"(?![^\W_])(?![-./]\d)"
            if names
            else ""
        )
        """Regular expression of a number, case ignored; empty where no series is known."""
        self._compiled = re.compile(self.pattern, re.IGNORECASE)

    def find(self, text: str) -> Found | None:
        """The first number in the text, or None."""
        return next(self.find_all(text), None)

    def find_all(self, text: str) -> Iterator[Found]:
        """Every number in the text, in order."""
        for match in self._compiled.finditer(text) if self.pattern else ():
            series, year, order = match.groups()
            number = f"{self._series[_latin(series)]}-{year}-{int(order):0{DIGITS}d}"
            yield Found(number, text[: match.start()], text[match.end() :])


def _latin(name: str) -> str:
    """A key that is the same for «ОТ» in Russian and in look-alike Latin letters."""
    table = letters("number_lookalikes")
    return "".join(table.get(letter, letter) for letter in name.upper())


def _keys(name: str) -> str:
    """The prefix as it comes out with the Latin layout on: «ОТ» is JN."""
    back = {russian: latin for latin, russian in reversed(letters("layout").items())}
    return "".join(back.get(letter, letter) for letter in name.lower())


def _either(name: str) -> str:
    """A pattern for a prefix in letters of either alphabet."""
    table = letters("number_lookalikes")
    back = {latin: russian for russian, latin in table.items()}
    return "".join(f"[{letter}{table.get(letter, '')}{back.get(letter, '')}]" for letter in name.upper())
