"""What may be told of an error, in logs and in rows."""

from __future__ import annotations

import traceback

from bot.domain.errors import OtklikError


def told(error: BaseException) -> str:
    """An error as logs and rows may keep it: its kind and where it arose, and its words only if they are safe.

    The words of a strange error may quote what a client wrote, a row, or an address with a token in it.
    """
    kind = type(error).__name__
    if isinstance(error, OtklikError | ImportError | NameError | AttributeError):
        return f"{kind}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {'/'.join(frames[-1].filename.split('/')[-2:])}:{frames[-1].lineno}" if frames else ""
    return f"{kind}{f' (SQLSTATE {state})' if state else ''}{place}"
