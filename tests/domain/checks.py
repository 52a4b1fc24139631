"""What holds for whatever is said: its texts are there and filled in, its channel takes it, its buttons are ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain import actions
from bot.domain.messages import Capabilities, Rendered
from bot.domain.rendering import size
from bot.domain.speech import Lines, Param, Ref
from bot.domain.wording import phrase
from knowledge_base.schema import Pack


def keys_of(param: Param) -> list[str]:
    """Keys of a text and of all texts inside it."""
    match param:
        case Ref(key, params):
            return [key, *(inner for value in params.values() for inner in keys_of(value))]
        case Lines(refs):
            return [inner for ref in refs for inner in keys_of(ref)]
    return []


def check_filled(
    pack: Pack, param: Param, language: str, facts: Mapping[str, object], personal: Mapping[str, str]
) -> None:
    """Every placeholder of a text is given, or a fact that the effects find out."""
    match param:
        case Ref(key, params):
            wanted = set(re.findall(r"\{([a-z][a-z0-9_]*)\}", phrase(pack, key, language)))
            assert wanted <= set(params) | set(facts), f"{key}: nothing fills in {wanted - set(params) - set(facts)}"
            for inner in params.values():
                check_filled(pack, inner, language, facts, personal)
        case Lines(refs):
            for ref in refs:
                check_filled(pack, ref, language, facts, personal)


def check_fits(piece: Rendered, limits: Capabilities) -> None:
    """One physical message that its channel takes."""
    assert piece.text.strip(), "an empty message"
    assert size(piece.text, limits) <= limits.max_text
    assert len(piece.rows) <= limits.max_rows
    assert sum(len(row) for row in piece.rows) <= limits.max_buttons
    for mark in piece.marks:
        assert mark.length > 0
        assert mark.start >= 0
        assert mark.start + mark.length <= len(piece.text)
    for row in piece.rows:
        assert 0 < len(row) <= limits.max_row
        for button in row:
            assert button.label.strip()
            assert size(button.label, limits) <= limits.max_label
            assert bool(button.action) != bool(button.link)
            check_action(button.action)


def check_action(action: str) -> None:
    if action:
        assert len(action.encode()) <= 64, f"{action} does not fit a Telegram button"
        assert actions.parse(action) is not None or any(
            read(action) is not None for read in (actions.parse_staff, actions.parse_handing, actions.parse_asking)
        ), f"{action} is not ours"
