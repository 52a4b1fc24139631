"""Files of a client as staff see them: posts in the conversation's topic."""

from __future__ import annotations

from bot.domain.messages import FileRef
from bot.domain.speech import Ref, Say, StaffSay


def staff_post(file: FileRef) -> StaffSay:
    """One file."""
    return StaffSay(Say((Ref("staff.file"),), file=file))


def posts(found: object) -> tuple[StaffSay, ...]:
    """Files that were loaded for a decision."""
    files = found if isinstance(found, tuple) else ()
    return tuple(staff_post(file) for file in files if isinstance(file, FileRef))
