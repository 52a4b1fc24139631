"""Menus of a pack."""

from __future__ import annotations

from typing import Literal

from knowledge_base.basics import Localized, Model, Slug


class MenuItem(Model):
    """One entry: exactly one of template, service, menu or command."""

    text: Localized
    template: Slug | None = None
    service: Slug | None = None
    menu: Slug | None = None
    command: Literal["my-status", "human", "my-data", "settings", "answers"] | None = None


class Menu(Model):
    slug: Slug
    title: Localized
    items: tuple[MenuItem, ...]
