"""What staff write by: canned answers, rules for untypical messages, telephone scripts, rules for public comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from knowledge_base.basics import Key, Localized, Model, NonBlank, Slug


class Guidance(Model):
    """What the four kinds share."""

    slug: Slug
    title: Localized
    text: Localized
    """What it says, for staff to read."""
    topics: tuple[Key, ...] = ()
    """Of the classifier, declared in ``topics.yml``: shown first where these are written about. None: everywhere."""
    owner: Slug
    """Team that keeps it true, declared in ``teams.yml``."""
    review_by: dt.date


class Canned(Guidance):
    """A canned answer: its text goes to the client, as it is or changed."""


class Untypical(Guidance):
    """A rule for messages out of the common: threats, media, foreign languages, thanks with a gift."""

    phrases: tuple[NonBlank, ...] = ()
    """Shown first where a message holds every word of one of these, in any of its forms."""
    say: Localized | None = None
    """What can be answered, word for word."""


class Script(Guidance):
    """What is said on the telephone: one step a line."""


class Conduct(Guidance):
    """A rule for comments in public, public itself: what is not left standing, and what is done then."""

    hides: bool = False
    """A comment against it is hidden."""


GUIDANCE: Mapping[str, type[Guidance]] = {
    "canned": Canned,
    "untypical": Untypical,
    "scripts": Script,
    "conduct": Conduct,
}
"""By kind: the name of its file, and of its field in the pack."""
