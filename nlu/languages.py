"""Which language a message is in, Russian and English aside: told by its letters and commonest words."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from nlu.language_data import languages
from nlu.words import is_russian_word, tokens

_ENOUGH = 0.3
"""Share of the words that must belong to a language."""
_JUDGED = 40
_LETTERS = 4
"""Fewer than that are a sign or a slip, not a language."""
_ASCII = re.compile(r"[\x00-\x7f]*")


def foreign_language(text: str) -> str:
    """ISO 639-1 code of a language that is neither Russian nor English; "" where nothing speaks for one.

    Two letters are told in common by several languages; the commonest words decide. A short text is a guess.
    """
    if not _ASCII.fullmatch(text):
        other = _scripts().search(text)
        if other is not None:
            return _of_script(text)
    words = tokens(text)[:_JUDGED]
    if not words:
        return ""
    known, letters = _known_words(), _letters()
    votes: Counter[str] = Counter()
    strange, by_letters = False, False
    for word in words:
        spoken = {*known.get(word, ())}
        if not word.isascii():
            marked = {language for sign in set(word) for language in letters.get(sign, ())}
            spoken, by_letters = spoken | marked, by_letters or bool(marked)
        votes.update(spoken)
        strange = strange or bool(spoken and not is_russian_word(word))
    if not strange or sum(map(len, words)) < _LETTERS:
        return ""
    order = list(languages("words"))
    best, count = max(votes.items(), key=lambda item: (item[1], -order.index(item[0])))
    own = sum(is_russian_word(word) and best not in known.get(word, ()) for word in words)
    return best if count >= _ENOUGH * len(words) and count >= own / (2 if by_letters else 1) else ""


@lru_cache(maxsize=1)
def _known_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in languages("words").items():
        for word in words.split():
            found.setdefault(word, []).append(language)
    return {word: tuple(spoken) for word, spoken in found.items()}


@lru_cache(maxsize=1)
def _letters() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, signs in languages("letters").items():
        for sign in signs:
            found.setdefault(sign, []).append(language)
    return {sign: tuple(spoken) for sign, spoken in found.items()}


@lru_cache(maxsize=1)
def _scripts() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{language}>[{signs}])" for language, signs in languages("scripts").items()))


def _of_script(text: str) -> str:
    """The language of most signs, if they are most of the text's letters."""
    signs = Counter(match.lastgroup for match in _scripts().finditer(text))
    language, count = signs.most_common(1)[0]
    return str(language) if 2 * count >= sum(sign.isalpha() for sign in text) else ""
