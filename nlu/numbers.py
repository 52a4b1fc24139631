"""Public numbers of requests («ОТ-2026-000123»), however they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nlu.language_data import letters

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A number in its public form, and the text without it."""

    number: str
    rest: str


class NumberReader:
    """Finds numbers of the given series (prefixes such as «ОТ»)."""

    def __init__(self, series: Iterable[str]) -> None:
        self._series = {_latin(name): name for name in sorted(set(series))}
        spelt = "|".join(_either(name) for name in sorted(set(series), key=len, reverse=True))
        # A date («от 2026-12-01») goes on after the second number; a request number does not.
        self._pattern = re.compile(
            rf"(?<![^\W_])({spelt})[\s\-–—_№#.:]{{0,3}}(20\d\d)[\s\-–—_/]{{0,3}}(\d{{1,{DIGITS}}})"
            r"(?![^\W_])(?![-./]\d)",
            re.IGNORECASE,
        )

    def find(self, text: str) -> Found | None:
        """The first number in the text, or None."""
        match = self._pattern.search(text) if self._series else None
        if match is None:
            return None
        series, year, order = match.groups()
        number = f"{self._series[_latin(series)]}-{year}-{int(order):0{DIGITS}d}"
        return Found(number, f"{text[: match.start()]} {text[match.end() :]}")


def _latin(name: str) -> str:
    """A key that is the same for «ОТ» in Russian and in look-alike Latin letters."""
    table = letters("number_lookalikes")
    return "".join(table.get(letter, letter) for letter in name.upper())


def _either(name: str) -> str:
    """A pattern for a prefix in letters of either alphabet."""
    table = letters("number_lookalikes")
    back = {latin: russian for russian, latin in table.items()}
    return "".join(f"[{letter}{table.get(letter, '')}{back.get(letter, '')}]" for letter in name.upper())
