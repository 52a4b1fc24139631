"""What a reaction in a messenger needs to know and leaves behind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordReaction:
    """The client's reaction to a message of ours, in place of an earlier one; an empty ``emoji`` takes it back."""

    message: str
    emoji: str
    episode: int | None


@dataclass(frozen=True, slots=True)
class EpisodeOfMessage:
    """The episode that a message of ours asked a score for -> EpisodeView | None; never another client's."""

    message: str
