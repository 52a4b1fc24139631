"""Answers that anybody may read without asking: by topic, as the release that serves has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot.domain import reviews
from knowledge_base.schema import Pack, Template


def by_topic(pack: Pack, now: dt.datetime) -> Mapping[str, tuple[Template, ...]]:
    """Topics in the pack's order, none of them empty; what a person answers by now is left out."""
    default = pack.agency.default_language
    found: dict[str, list[Template]] = {key: [] for key in pack.topics}
    for slug, template in pack.templates.items():
        if template.public and not reviews.expired(pack, slug, now):
            found[template.topic].append(template)
    return {key: tuple(sorted(some, key=lambda one: one.title[default])) for key, some in found.items() if some}
