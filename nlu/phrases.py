"""The wrapping of a message: greetings and fillers around the question, several questions in one."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.language_data import phrases
from nlu.words import tokens

_GAP = r"[\s,.!?:;()…—–-]*"
_ENDS = re.compile(r"(?<=[.!?…;])\s+|\n+")


@lru_cache(maxsize=4)
def _edges(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of the named phrases at the beginning and at the end of a text."""
    listed = sorted({phrase for name in names for phrase in phrases(name)}, key=len, reverse=True)
    spelt = [r"[\s,]+".join(re.escape(word) for word in phrase.split()) for phrase in listed]
    one = rf"(?:{'|'.join(spelt)})(?![^\W_])"
    return re.compile(rf"{_GAP}(?:{one}{_GAP})+"), re.compile(rf"(?<![^\W_]){one}{_GAP}$")


def unwrapped(text: str) -> str:
    """The text without greetings and fillers at either end; unchanged if nothing would be left."""
    return _stripped(text, ("greetings", "fillers"))


def without_fillers(text: str) -> str:
    """The text without fillers at either end; unchanged if nothing would be left."""
    return _stripped(text, ("fillers",))


def is_wrapping(text: str) -> bool:
    """Whether a piece of a message is nothing but greetings and fillers."""
    head, _ = _edges(("greetings", "fillers"))
    match = head.match(text)
    return match is not None and not tokens(text[match.end() :])


def _stripped(text: str, names: tuple[str, ...]) -> str:
    head, tail = _edges(names)
    match = head.match(text)
    rest = text[match.end() :] if match else text
    for _ in range(3):
        found = tail.search(rest[-60:])
        if found is None:
            break
        rest = rest[: len(rest) - len(rest[-60:]) + found.start()]
    rest = rest.strip(" ,;:-–—")
    return rest if tokens(rest) else text


@lru_cache(maxsize=1)
def _more() -> re.Pattern[str]:
    spelt = "|".join(r"\s+".join(phrase.split()) for phrase in phrases("more"))
    return re.compile(rf"[\s,;.]*(?<![^\W_])(?:{spelt})(?![^\W_])[\s,:;-]*")


def sentences(text: str) -> list[str]:
    """Sentences and lines of a text that hold a word, in order."""
    return [part for part in (piece.strip() for piece in _ENDS.split(text)) if tokens(part)]


def questions(text: str) -> list[str]:
    """Pieces of a message that may each be a question: sentences, also parted by «и ещё»."""
    pieces = [piece for sentence in sentences(text) for piece in _more().split(sentence)]
    return [piece.strip() for piece in pieces if tokens(piece)]


@lru_cache(maxsize=1)
def _beside_numbers() -> frozenset[str]:
    return frozenset(word for phrase in phrases("about_a_number") for word in phrase.split())


def says_only_a_number(rest: str) -> bool:
    """Whether the text around a request number asks for nothing else («заявка № …, спасибо»)."""
    if is_wrapping(rest):
        return True
    return all(word in _beside_numbers() for word in tokens(unwrapped(rest)))
