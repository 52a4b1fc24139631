"""Registers of a pack: topics, life situations, segments of clients, municipalities."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from knowledge_base.basics import Key, Localized, Model, NonBlank, Slug


class Topic(Model):
    """A row of the classifier of topics."""

    key: Annotated[Key, StringConstraints(max_length=50)]
    """A button carries it, and has no room for more."""
    title: Localized
    about: Localized | None = None
    """A word or two that tell it from others: «Это про …?». None: a question back names no topic."""


class Situation(Model):
    """A life situation."""

    slug: Slug
    title: Localized
    needs: tuple[Localized, ...] = ()
    """What people in it typically need."""


class Segment(Model):
    """A kind of clients: "a farmer", "a company". A client belongs to at most one, and says so himself."""

    slug: Slug
    title: Localized
    """Two or three words for a button."""
    needs: tuple[Localized, ...] = ()
    """What such clients typically need."""


class Municipality(Model):
    """A district or town of the region, by whatever names people call it."""

    slug: Slug
    title: Localized
    names: tuple[NonBlank, ...] = ()
    """Other names, in any language: its centre, what it is called for short. Their grammatical forms follow."""
