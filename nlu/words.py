"""Words of a text and their dictionary forms.

The dictionary (pymorphy3) is loaded at the first Russian word: 0.1 s, 15 MB.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from knowledge_base.dictionary import dictionary
from nlu.language_data import letters

_TOKEN = re.compile(r"[^\W_]+")
_RUSSIAN = re.compile(r"[а-я]+")
_JOINING = frozenset({"PREP", "CONJ", "PRCL", "NPRO"})
_LONGEST = 40
"""A longer "word" is noise, and dear to analyse."""
_KEPT = 16_384
"""Words whose analysis is remembered. Numbers never are: people send new ones all the time."""


def tokens(text: str) -> list[str]:
    """Words and numbers of a text, in order; the text is lower case already."""
    return _TOKEN.findall(text)


def lemma(word: str) -> str:
    """The dictionary form of a lower-case word; what is not Russian comes back cut to 40 letters."""
    return _lemma(word) if _in_russian(word) else word[:_LONGEST]


def _in_russian(word: str) -> bool:
    return len(word) <= _LONGEST and _RUSSIAN.fullmatch(word) is not None


@lru_cache(maxsize=_KEPT)
def _lemma(word: str) -> str:
    parses = dictionary().parse(word)
    return str(parses[0].normal_form).replace("ё", "е") if parses else word


def is_russian_word(word: str) -> bool:
    """Whether the dictionary knows this very form."""
    return _in_russian(word) and _is_known(word)


@lru_cache(maxsize=_KEPT)
def _is_known(word: str) -> bool:
    return bool(dictionary().word_is_known(word))


@lru_cache(maxsize=16_384)
def alike(word: str) -> str:
    """The word of the dictionary that differs from an unknown one only in letters often confused; "" if none."""
    words = dictionary().dictionary.words
    found: list[str] = words.similar_keys(word, _confused())
    return min((one for one in found if one != word), key=lambda one: _differing(word, one), default="")


@lru_cache(maxsize=1)
def _confused() -> Any:
    return dictionary().dictionary.words.compile_replaces(letters("confused"))


def _differing(word: str, other: str) -> int:
    return sum(a != b for a, b in zip(word, other, strict=False))


def names_a_thing(word: str) -> bool:
    """Whether a lower-case word is a noun; a word that is not Russian may be one."""
    return not _in_russian(word) or _part_of_speech(word) == "NOUN"


def is_function_word(word: str) -> bool:
    """Whether a lower-case word only joins others: «как», «на», «мне». Its meaning is in the words it joins."""
    return _in_russian(word) and _part_of_speech(word) in _JOINING


@lru_cache(maxsize=_KEPT)
def _part_of_speech(word: str) -> str:
    parses = dictionary().parse(word)
    return str(parses[0].tag.POS) if parses else ""


def lemmas(text: str) -> frozenset[str]:
    """The dictionary forms of a text's words, without order."""
    return frozenset(lemma(word) for word in tokens(text))


def telling(text: str) -> frozenset[str]:
    """The same of a text in any case of letters, words that only join others left out unless there are no others."""
    words = tokens(text.lower().replace("ё", "е"))
    return frozenset(lemma(word) for word in words if not is_function_word(word)) or frozenset(map(lemma, words))


_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


@lru_cache(maxsize=4_096)
def forms(name: str) -> tuple[str, ...]:
    """A name of one or more words in every grammatical case, lower case, ё as е, itself first."""
    words = tokens(name.lower().replace("ё", "е"))
    told = [" ".join(words)]
    told.extend(" ".join(_in_case(word, case) for word in words) for case in _CASES)
    return tuple(dict.fromkeys(one for one in told if one))


def _in_case(word: str, case: str) -> str:
    if not _RUSSIAN.fullmatch(word) or len(word) > _LONGEST:
        return word
    parses = dictionary().parse(word)
    named = next((parse for parse in parses if "nomn" in parse.tag), None)
    # An adjective has two accusatives: a district is no living being.
    wanted = {case, "inan"} if named and case == "accs" and "ADJF" in named.tag and "masc" in named.tag else {case}
    inflected = named and named.inflect(wanted)
    return str(inflected.word).replace("ё", "е") if inflected else word
