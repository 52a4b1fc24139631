"""Parts of an answer: its buttons, and its variants for some of the clients."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from knowledge_base.basics import Localized, Model, Slug


class TemplateButton(Model):
    """A button under an answer: opens a template, starts a service, or opens a link."""

    text: Localized
    template: Slug | None = None
    service: Slug | None = None
    link: Annotated[str, StringConstraints(pattern=r"^https://\S+$")] | None = None


class Variant(Model):
    """The same answer for clients of one segment, in one life situation, or both. Everybody else gets the default:
    the template's own texts."""

    segment: Slug | None = None
    """Declared in ``segments.yml``."""
    situation: Slug | None = None
    """Declared in ``situations.yml``."""
    short: Localized
    more: Localized | None = None
    """None: the default's."""
    buttons: tuple[TemplateButton, ...] = ()
    """Empty: the default's."""
