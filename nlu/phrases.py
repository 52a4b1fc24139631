"""The wrapping of a message: greetings and fillers around the question, several questions in one."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.language_data import phrases
from nlu.words import tokens

_GAP = r"[\s,.!?:;()…—–-]*"
_OWN_WORDS = 2
_ENDS = re.compile(r"(?<=[.!?…;])\s+|\n+")


@lru_cache(maxsize=4)
def _edges(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of the named phrases at the beginning and at the end of a text."""
    listed = sorted({phrase for name in names for phrase in phrases(name)}, key=len, reverse=True)
    spelt = [r"[\s,]+".join(re.escape(word) for word in phrase.split()) for phrase in listed]
    spelt = [*phrases("introductions"), *spelt]
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


_LISTED = re.compile(r"(?:^|\s+)(?<!\d)\d{1,2}[.)]\s+(?=[^\W\d])")
"""The number of a line in a list of questions."""


@lru_cache(maxsize=1)
def _joined() -> re.Pattern[str]:
    """Where a question goes on with another one: «…, и сколько …»."""
    asked = "|".join(r"\s+".join(word.split()) for word in phrases("question_words"))
    return re.compile(rf"(?:,\s*|\s+)(?:и|а|and)\s+(?=(?:{asked})(?![^\W_]))")


def sentences(text: str) -> list[str]:
    """Sentences and lines of a text that hold a word, in order."""
    return [part for part in (piece.strip() for piece in _ENDS.split(text)) if tokens(part)]


def questions(text: str) -> list[str]:
    """Pieces of a message that may each be a question: sentences, also parted by «и ещё»."""
    said = [part for sentence in sentences(text) for part in _more().split(sentence)]
    pieces = [piece for part in said for piece in _parted(part)]
    return [piece.strip() for piece in pieces if any(not word.isdigit() for word in tokens(piece))]


def _parted(sentence: str) -> list[str]:
    """The lines of a list, and a sentence of several questions where each has words of its own; else itself."""
    lines = [piece for piece in _LISTED.split(sentence) if tokens(piece)]
    return [piece for line in lines for piece in _two_questions(line)]


def _two_questions(line: str) -> list[str]:
    pieces = _joined().split(line)
    apart = len(pieces) > 1 and all(len(tokens(piece)) >= _OWN_WORDS and is_question(piece) for piece in pieces)
    return pieces if apart else [line]


@lru_cache(maxsize=1)
def _asking() -> re.Pattern[str]:
    asked = "|".join(r"\s+".join(word.split()) for word in phrases("question_words"))
    return re.compile(rf"(?:{asked})(?![^\W_])")


def is_question(piece: str) -> bool:
    """Whether a piece of a message asks by its sign or its first word."""
    return piece.rstrip().endswith("?") or _asking().match(unwrapped(piece)) is not None


@lru_cache(maxsize=1)
def _beside_numbers() -> frozenset[str]:
    return frozenset(word for phrase in phrases("about_a_number") for word in phrase.split())


def says_only_a_number(rest: str) -> bool:
    """Whether the text around a request number asks for nothing else («заявка № …, спасибо»)."""
    if is_wrapping(rest):
        return True
    return all(word in _beside_numbers() for word in tokens(unwrapped(rest)))
