"""Buttons as they stand under a text: within the channel's limits, with facts and links put in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Capabilities, RenderedButton
from bot.domain.rendering import render, size
from bot.domain.speech import Offer, Ref, Say, offer, say
from knowledge_base.schema import Pack
from tests.domain.talk import LIMITS
from tests.domain.test_rendering import TELEGRAM, TIGHT, voice

# --- buttons ---------------------------------------------------------------------


def labels(rows: tuple[tuple[RenderedButton, ...], ...]) -> list[list[str]]:
    return [[button.label for button in row] for row in rows]


def test_buttons_stand_under_the_last_piece() -> None:
    speaker = voice(x_y="слово " * 20)
    made = render(say("x.y", ((offer("button.menu", "menu:main"),),)), speaker, TIGHT)
    assert len(made) == 4
    assert [bool(piece.rows) for piece in made] == [False, False, False, True]


def test_rows_and_buttons_beyond_the_channels_limits_are_folded_or_left_out() -> None:
    rows = tuple(tuple(offer("button.score1", f"r:1:{n}") for n in range(1, 6)) for _ in range(3))
    made = render(say("menu.again", rows), voice(), TIGHT)[-1].rows
    assert labels(made) == [["1", "1"], ["1", "1"]]


@given(rows=st.lists(st.integers(0, 12), max_size=8), fits=st.sampled_from([*LIMITS.values(), TIGHT]))
def test_any_number_of_buttons_fits(rows: list[int], fits: Capabilities) -> None:
    offers = tuple(tuple(offer("button.menu", f"q:{n}") for n in range(width)) for width in rows)
    made = render(say("menu.again", offers), voice(), fits)[-1].rows
    assert len(made) <= fits.max_rows
    assert sum(map(len, made)) <= fits.max_buttons
    assert all(0 < len(row) <= fits.max_row for row in made)


@given(label=st.one_of(st.text(min_size=1, max_size=200), st.text("😀🇷🇺", min_size=1, max_size=100)).filter(str.strip))
def test_a_long_label_is_shortened(label: str) -> None:
    for fits in [*LIMITS.values(), TIGHT]:
        made = render(say("x.y", ((Offer(Ref("a.b", {"n": label}), "q:1"),),)), voice(x_y="Да", a_b="{n}"), fits)
        shown = made[-1].rows[0][0].label
        assert 0 < size(shown, fits) <= fits.max_label
        if size(label.strip(), fits) <= fits.max_label:
            assert shown == label.strip()
        else:
            assert shown.endswith("…")
            assert size(shown, fits) > fits.max_label // 2


def test_facts_are_put_into_actions() -> None:
    speaker = replace(voice(), facts={"episode0": 12})
    made = render(say("menu.again", ((offer("button.helped", "h:{episode0}:1"),),)), speaker, TELEGRAM)
    assert made[-1].rows[0][0].action == "h:12:1"


def test_links_become_links(pack: Pack) -> None:
    linked = Say((Ref("menu.again"),), ((Offer(Ref("button.more"), link="https://example.invalid/"),),))
    button = render(linked, voice(), TELEGRAM)[-1].rows[0][0]
    assert (button.link, button.action) == ("https://example.invalid/", "")
