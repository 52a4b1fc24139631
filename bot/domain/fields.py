"""Checking one field of a form: what a client typed becomes a value, or a plain reason why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.domain.speech import Param
from knowledge_base.schema import FieldType, ServiceField

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_NAME = re.compile(r"[^\W\d_][^\W\d_ .'’-]*(?:[ .'’-]+[^\W\d_][^\W\d_.'’-]*)*\.?")
_BETWEEN_DIGITS = re.compile(r"[\s().+\u2010-\u2015\u2212-]")
"""How people and web pages group a telephone number; dashes of every length."""
_MOST_NAME, _MOST_NAMES = 120, 6
_IN_NAMES = " .'’-"


@dataclass(frozen=True, slots=True)
class Accepted:
    value: str
    """A choice's ``value``, a phone as ``+79991234567``, else the cleaned text."""


@dataclass(frozen=True, slots=True)
class Rejected:
    key: str
    """Key of the text that says what is wrong and how to write it."""
    params: tuple[tuple[str, Param], ...] = ()


Reading = Accepted | Rejected


def read(field: ServiceField, text: str, language: str) -> Reading:
    """Read what was typed as a value of this field."""
    text = text.strip()
    match field.type:
        case FieldType.TEXT | FieldType.PLACE:
            return _text(field, text)
        case FieldType.CHOICE:
            return _choice(field, text, language)
        case FieldType.PHONE:
            return _phone(text)
        case FieldType.EMAIL:
            return Accepted(text.lower()) if _EMAIL.fullmatch(text) else Rejected("form.bad_email")
        case FieldType.NAME:
            named = " ".join(unicodedata.normalize("NFC", text).split())
            return Accepted(named) if _is_name(named) else Rejected("form.bad_name")
        case FieldType.FILE:
            return Rejected("file.expected")
        case FieldType.SCORE:
            return Accepted(text) if text in {"1", "2", "3", "4", "5"} else Rejected("form.bad_score")


def _is_name(text: str) -> bool:
    if not 2 <= len(text) <= _MOST_NAME or len(text.split()) > _MOST_NAMES:
        return False
    return all(c.isalpha() or c in _IN_NAMES for c in text) and _NAME.fullmatch(text) is not None


def _text(field: ServiceField, text: str) -> Reading:
    if len(text) < max(field.min_length, 1):
        return Rejected("form.too_short", (("least", max(field.min_length, 1)),))
    if len(text) > field.max_length:
        return Rejected("form.too_long", (("most", field.max_length), ("length", len(text))))
    return Accepted(text)


def _choice(field: ServiceField, text: str, language: str) -> Reading:
    wanted = text.casefold().strip(" .!")
    for number, choice in enumerate(field.choices, start=1):
        titles = {title.casefold() for title in choice.title.values()}
        if wanted in titles or wanted in {choice.value, str(number)}:
            return Accepted(choice.value)
    return Rejected("form.choose")


def _phone(text: str) -> Reading:
    digits = _BETWEEN_DIGITS.sub("", text)
    if not digits.isascii() or not digits.isdecimal() or not 10 <= len(digits) <= 15:
        return Rejected("form.bad_phone")
    if len(digits) == 10:
        digits = "7" + digits
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    return Accepted("+" + digits)
