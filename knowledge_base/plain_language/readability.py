"""The figure of a text, by published formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.plain_language.splitting import Split

_RUSSIAN_VOWELS = frozenset("аеиоуыэюя")
_CYRILLIC = re.compile("[а-я]")
_ENGLISH_VOWELS = re.compile("[aeiouy]+")


def figure(sentences: Sequence[Split], language: str) -> int | None:
    """Reading ease from 0 to 100, higher is easier; None without words or for another language than ru and en.

    English: R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948):
    206.835 - 1.015 * words per sentence - 84.6 * syllables per word.

    Russian: И. В. Оборнева, «Автоматизированная оценка сложности учебных текстов на основе статистических
    параметров» (2006), the same formula fitted anew to parallel texts, about six million words:
    206.835 - 1.3 * words per sentence - 60.1 * syllables per word. (Its other variant, 206.836 - 1.52 * ... -
    65.14 * ..., is used on school books by Solovyev, Ivanov and Solnyshkina, 2018.)

    Both were fitted to texts of a hundred words and more: of a few words the figure tells little.
    """
    words = [word.plain for sentence in sentences for word in sentence.words]
    if not words or language not in ("ru", "en"):
        return None
    length, weight = len(words) / len(sentences), sum(map(syllables, words)) / len(words)
    by_length, by_weight = {"ru": (1.3, 60.1), "en": (1.015, 84.6)}[language]
    return round(min(100.0, max(0.0, 206.835 - by_length * length - by_weight * weight)))


def syllables(word: str) -> int:
    """Of a word in lower case, ё as е: in Russian its vowels, else its groups of vowels without a silent e."""
    if _CYRILLIC.search(word):
        return sum(letter in _RUSSIAN_VOWELS for letter in word)
    groups = len(_ENGLISH_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)
