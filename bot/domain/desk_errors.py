"""Why something asked for at the desk was not done. The docstring is the message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.desk_views import ActRow
from bot.domain.errors import OtklikError


class NotThere(OtklikError):
    """There is nothing under this number."""


class BadForm(OtklikError):
    """The form has no usable one-time id."""


class NotDone(OtklikError):
    """This can't be done now."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why
        """Key of the pack's text that says so: ``staff.answer_first`` ..."""


class Conflict(OtklikError):
    """A colleague has acted on this conversation since the form was shown."""

    def __init__(self, changes: Sequence[ActRow], version: int) -> None:
        super().__init__()
        self.changes = tuple(changes)
        """What was done meanwhile, oldest first."""
        self.version = version
        """To be carried by the form when it is sent all the same."""
