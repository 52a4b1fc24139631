"""Errors with a meaning of their own. The docstring is the message."""

from __future__ import annotations


class OtklikError(Exception):
    """Something went wrong in Otklik."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "").strip()


class DatabaseRefused(OtklikError):
    """The database refuses the connection."""


class ReleaseUnreadable(OtklikError):
    """The newest release was made by a newer Otklik. Start that one, or take it back: otklik kb rollback NUMBER."""


class Forbidden(OtklikError):
    """This person's role does not allow that."""


class ConversationGone(OtklikError):
    """This client was erased at his wish; there is nobody to speak to any more."""


class MalformedUpdate(OtklikError):
    """The messenger sent an update that does not fit its own schema."""


class ClaimLost(OtklikError):
    """Another worker has taken over this row; its work is dropped here."""


class SendFailed(OtklikError):
    """A call to a messenger did not succeed."""


class RetryLater(SendFailed):
    """The messenger asked to wait, or failed in passing; nothing was sent."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after
        """Seconds the messenger asked for; None: our own backoff."""


class ChatMoved(RetryLater):
    """The chat has another id now."""

    def __init__(self, reason: str, to: str) -> None:
        super().__init__(reason)
        self.to = to


class GroupUnfit(RetryLater):
    """The staff group can't take this as it is: topics off, a right missing, the bot removed."""


class PerhapsSent(RetryLater):
    """Nobody knows whether it was sent; the messenger recognises a repeat, as long as that comes soon."""


class Unreachable(SendFailed):
    """This client can't be written to any more (blocked, deactivated, messages forbidden)."""


class Refused(SendFailed):
    """The messenger refuses this call for good."""


class FileTooBig(Refused):
    """The file is larger than is taken in."""


class TopicGone(Refused):
    """The forum topic was deleted."""


class HandleGone(Refused):
    """The messenger no longer knows the file by this name: it has to be uploaded again."""


class OutcomeUnknown(SendFailed):
    """The connection broke after the call was written: it may or may not have taken place."""
