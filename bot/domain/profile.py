"""What a client says of himself: nobody else says it for him."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """Slugs of the pack's registers; empty: not told. The pack of today may know a slug no more."""

    segment: str = ""
    situation: str = ""


NOBODY = Profile()
"""Has told nothing."""


@dataclass(frozen=True, slots=True)
class SetProfile:
    """From now on this is known of the client, in each of his channels."""

    profile: Profile
