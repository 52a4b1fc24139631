"""What a client only quotes: earlier letters below an answer, replies marked by «>», forwarded messages."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.language_data import quotes
from nlu.words import tokens

_MARKED = re.compile(r"^\s*(?:[>|»]+\s*)+(?!\s*\d+\s*(?:га|%|руб|тыс))(?=\D|$)", re.MULTILINE)
_SUSPECT = re.compile(r"^\s*[>|]|^\W*-{2,}|^\W*_{5,}|:\s*$|^\[?\d{1,2}[./]\d{1,2}|^\w{2,12}:", re.MULTILINE)


def unquoted(text: str) -> str:
    """The client's own words; what is quoted where there is nothing else. Lower case, lines kept."""
    if not _SUSPECT.search(text):
        return text
    lines = [_STAMP.sub("", line) for line in text.split("\n")]
    own: list[str] = []
    quoted: list[str] = []
    below = False
    for line in lines:
        if _is_divider(line):
            below = True
        elif below and _pattern("headers").match(line):
            continue
        elif below or _MARKED.match(line):
            quoted.append(_MARKED.sub("", line))
        else:
            own.append(line)
    mine = "\n".join(line for line in own if line.strip())
    if tokens(mine):
        return mine
    told = "\n".join(line for line in quoted if line.strip())
    return told if tokens(told) else text


_STAMP = re.compile(r"^\s*\[\d{1,2}[./]\d{1,2}[./]\d{2,4},?\s+\d{1,2}:\d\d(?::\d\d)?\]\s*[^:\n]{0,40}:\s*")
"""How a messenger marks copied lines: «[12.11.2026 10:12] Иван:»."""


def _is_divider(line: str) -> bool:
    """A line below which there is nothing of the client's own."""
    return _pattern("dividers").match(line) is not None or _pattern("attributions").match(line) is not None


@lru_cache(maxsize=8)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in quotes(name)))
