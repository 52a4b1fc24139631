"""Files that people send: what is done with them, and what a decision may ask about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.domain.messages import FileOffer

MAX_BYTES: Final = 20 * 1024 * 1024
MOST: Final = 10
"""Files of one filling-in, or waiting for one."""
LOOSE: Final = ""
"""The token of files that belong to no form."""

_DOCUMENTS: Final = ("pdf", "rtf", "msword", "vnd.ms-", "vnd.openxmlformats-", "vnd.oasis.opendocument.")


@dataclass(frozen=True, slots=True)
class KeepFiles:
    """Files to be fetched. ``token``: of the form they belong to, or LOOSE."""

    files: tuple[FileOffer, ...]
    token: str = LOOSE
    team: str = ""
    """Of the member of staff who sent them; empty: the client did."""


@dataclass(frozen=True, slots=True)
class MoveFiles:
    """Files of one token belong to another one now."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DropFiles:
    """Files of this token are wanted no more: those of a form thrown away."""

    token: str


@dataclass(frozen=True, slots=True)
class PlaceFiles:
    """Files of this token belong to the request just created, or with none of it to the open case."""

    token: str


FileEffect: TypeAlias = KeepFiles | MoveFiles | DropFiles | PlaceFiles


@dataclass(frozen=True, slots=True)
class FilesOf:
    """Files of a token that were fetched and not placed yet -> tuple[FileRef, ...], in their order."""

    token: str


def refusal(media_type: str | None, size: int) -> str:
    """Why a fetched file is not kept, as the key of a text; empty: it is kept."""
    if size > MAX_BYTES:
        return "file.too_big"
    if not size:
        return "file.empty"
    family, _, kind = (media_type or "").partition("/")
    if family in ("image", "audio", "video") and "svg" not in kind:
        return ""
    if media_type == "text/plain" or (family == "application" and kind.startswith(_DOCUMENTS)):
        return ""
    return "file.bad_type"


def sorted_out(files: Sequence[FileOffer], room: int) -> tuple[tuple[FileOffer, ...], tuple[str, ...]]:
    """Files worth fetching, and why the others are not: keys of texts, each once."""
    good: list[FileOffer] = []
    why: dict[str, None] = {}
    for file in files:
        if not file.reference:
            why["file.not_given"] = None
        elif file.size > MAX_BYTES:
            why["file.too_big"] = None
        elif len(good) >= room:
            why["file.too_many"] = None
        else:
            good.append(file)
    return tuple(good), tuple(why)
