"""Russian typed with the Latin keyboard on, or written in Latin letters, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from nlu.language_data import english_words, letters
from nlu.words import is_function_word, is_russian_word, tokens

_LATIN = re.compile(r"[a-z]")
_LATIN_WORD = re.compile(r"[a-z]{3}")
_CODE = re.compile(r"\S*(?:://|www\.|@|\w[./_]\w|\d)\S*")
"""Addresses, file names, codes: never words."""
_VOWELS = frozenset("аеиоуыэюя")
_SOFTENED = "бвдзлмнпрстф"
_ENDINGS = (("иу", "ию"), ("иа", "ия"), ("и", "ы"), ("ы", "ый"))
"""Ends of words as written in Latin letters («subsidiu», «dokumenti», «novy»), and as meant."""
_JUDGED = 25
"""Words by which the script of a text is judged."""
_RESPELT = 60
"""Words of a transliterated text whose spelling is looked up; the rest is mapped letter by letter."""
_ENOUGH, _MORE_THAN_ENGLISH = 0.6, 0.4
"""Share of words that must turn out Russian before Latin text is taken for Russian, and its lead."""


def restored(text: str) -> tuple[str, str, bool]:
    """Latin text read as typed in the wrong layout or in Latin letters, if that makes Russian words.

    Also tells whether it is rather Russian than English: that may show before every word can be restored.
    """
    words = text.split()[:_JUDGED]
    if not _LATIN_WORD.search(text):
        return text, "", False
    english = _share(words, lambda word: all(part in english_words() for part in tokens(word)))
    by_layout = _share(words, lambda word: _is_russian(_by_layout(word)))
    by_sound = _share(words, lambda word: _is_russian(_by_sound(word)))
    share = max(by_layout, by_sound)
    if share < _ENOUGH or share - english < _MORE_THAN_ENGLISH:
        return text, "", share > english
    if by_layout >= by_sound:
        return _respelt(text, _by_layout, _mapped_keys), "layout", True
    return _respelt(text, _by_sound, _mapped_sounds), "translit", True


def _respelt(text: str, careful: Callable[[str], str], plain: Callable[[str], str]) -> str:
    """Every word by its careful spelling, the words of a long text by the plain one."""
    spaced = re.split(r"(\s+)", text)
    return "".join(careful(piece) if at < 2 * _RESPELT else plain(piece) for at, piece in enumerate(spaced))


def _share(words: list[str], holds: Callable[[str], bool]) -> float:
    """Share of the words that hold, weighed by length: short ones fit any language by chance."""
    weighed = [(min(len(word), 8), word) for word in words if _LATIN.search(word)]
    total = sum(weight for weight, _ in weighed)
    return sum(weight for weight, word in weighed if holds(word)) / total if total else 0.0


def _is_russian(word: str) -> bool:
    parts = tokens(word)
    return bool(parts) and all(part.isdigit() or is_russian_word(part) for part in parts)


def _mapped_keys(word: str) -> str:
    table = letters("layout")
    return "".join(table.get(sign, sign) for sign in word)


def _by_layout(word: str) -> str:
    """A word typed with the Latin layout on, as the Russian layout would have given it."""
    whole = _mapped_keys(word)
    core = word.rstrip(",.;:")
    if core != word and not _is_russian(whole) and _is_russian(_mapped_keys(core)):
        return _mapped_keys(core) + word[len(core) :]
    return whole


def _mapped_sounds(word: str) -> str:
    table, result, at = letters("translit"), [], 0
    while at < len(word):
        size = next((n for n in (4, 3, 2, 1) if word[at : at + n] in table and at + n <= len(word)), 0)
        result.append(table[word[at : at + size]] if size else word[at])
        at += size or 1
    return "".join(result)


def _by_sound(word: str) -> str:
    """A word in Latin letters in the Russian spelling that the dictionary knows, else by letters."""
    if any(sign.isdigit() for sign in word) and not re.search(r"[a-z][46]|[46][a-z]", word):
        return word
    return re.sub(r"[а-я]+", lambda match: _known_spelling(match.group()), _mapped_sounds(word))


@lru_cache(maxsize=8_192)
def _known_spelling(word: str) -> str:
    for variant in _spellings(word):
        if is_russian_word(variant):
            return variant
    return word


def _spellings(word: str) -> list[str]:
    """What people may have meant: й for y, э for e, ы for i, a soft sign that Latin letters leave out."""
    base = re.sub(r"(?<=[аеиоуыэюя])ы", "й", word)
    base = re.sub(r"ыы$|иы$", "ый" if word.endswith("ыы") else "ий", base)
    variants = [base, word]
    if base.startswith("ет"):
        variants.insert(0, "э" + base[1:])
    variants.append(re.sub(r"ы(?=[ауоеэ])", "", base))
    for written, meant in _ENDINGS:
        if base.endswith(written):
            variants.append(base.removesuffix(written) + meant)
    if base and base[-1] in _SOFTENED + "шчж":
        variants.append(base + "ь")
    for at in range(1, len(base) - 1):
        if base[at] in _SOFTENED and base[at + 1] not in _VOWELS and len(variants) < 12:
            variants.append(base[: at + 1] + "ь" + base[at + 1 :])
    variants.append(base.replace("й", "и"))
    return variants


def restored_words(text: str) -> str:
    """Single Latin words of a Russian text that are Russian words in the wrong layout or in Latin letters.

    English words, names in Latin letters, addresses and codes stay as they are.
    """
    spaced = re.split(r"(\s+)", text)
    return "".join(_restored_word(piece) if _LATIN.search(piece) else piece for piece in spaced[: 2 * _RESPELT]) + (
        "".join(spaced[2 * _RESPELT :])
    )


@lru_cache(maxsize=8_192)
def _restored_word(word: str) -> str:
    if _CODE.fullmatch(word) or not re.search(r"[a-z]{2}", word):
        return word
    core = word.strip('!?()«»"')
    if not core or any(part in english_words() for part in tokens(core)):
        return word
    for read in (_by_layout, _by_sound):
        meant = read(core)
        bare = meant.strip(".,;:!?")
        if not _LATIN.search(meant) and (_is_russian(bare) if len(bare) > 3 else is_function_word(bare)):
            return word.replace(core, meant)
    return word


def english_in_russian_layout(text: str) -> str:
    """English typed with the Russian keyboard on («руддщ»); anything else unchanged."""
    words = text.split()[:_JUDGED]
    if not words or len(text) < 4 or _LATIN.search(text) or any(is_russian_word(word) for word in words):
        return text
    keys = _english_keys()
    meant = "".join(keys.get(sign, sign) for sign in text)
    found = [word for word in meant.split() if all(part in english_words() for part in tokens(word))]
    return meant if len(found) > len(words) / 2 else text


@lru_cache(maxsize=1)
def _english_keys() -> dict[str, str]:
    return {russian: latin for latin, russian in reversed(letters("layout").items())}
