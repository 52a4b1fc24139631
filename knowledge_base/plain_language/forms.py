"""What the dictionary knows of a Russian word in lower case; its readings are remembered."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from knowledge_base.dictionary import dictionary

_RUSSIAN = re.compile("[а-яё-]+")
_LONGEST = 40
"""A longer "word" is noise, and dear to analyse."""
_LIKELY = 0.05


def parses(word: str) -> tuple[Any, ...]:
    """Readings of the word, the likeliest first; none for what is not Russian."""
    return _parses(word) if len(word) <= _LONGEST else ()


@lru_cache(maxsize=16_384)
def _parses(word: str) -> tuple[Any, ...]:
    if not _RUSSIAN.fullmatch(word):
        return ()
    return tuple(one for one in dictionary().parse(word) if one.score >= _LIKELY)


def lemma(word: str) -> str:
    """The dictionary form by the likeliest reading, ё as е; the word itself where there is none."""
    found = parses(word)
    return str(found[0].normal_form).replace("ё", "е") if found else word


def tag(word: str) -> Any:
    """The tag of the likeliest reading; empty where there is none."""
    found = parses(word)
    return found[0].tag if found else frozenset()


def is_noun_in_genitive(word: str) -> bool:
    return any({"NOUN", "gent"} in one.tag for one in parses(word))


def is_adjective_in_genitive(word: str) -> bool:
    return any({"ADJF", "gent"} in one.tag or {"PRTF", "gent"} in one.tag for one in parses(word))


def inflected(reading: Any, *grammemes: str) -> str:
    """The same word in another form; empty where there is none."""
    found = reading.inflect(set(grammemes))
    return str(found.word) if found else ""
