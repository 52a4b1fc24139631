"""A template's text as it is told: with what it names in braces."""

from __future__ import annotations

import datetime as dt

from bot.domain import terms
from bot.domain.speech import Param, Ref, When
from bot.domain.wording import localized
from knowledge_base.schema import Pack


def told(pack: Pack, key: str, now: dt.datetime) -> Ref:
    """``key``: of its short or longer text, or a variant's. Terms are worked out only for a text that names one."""
    texts = localized(pack, key).values()
    filled: dict[str, Param] = {}
    if any("{agency}" in text for text in texts):
        filled["agency"] = Ref("agency")
    if any("{due}" in text for text in texts):
        filled["due"] = When(terms.promised_by(pack, now))
    return Ref(key, filled)
