"""Which variant of an answer a client gets, and how he tells who he is."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.profile import NOBODY, Profile, SetProfile
from bot.domain.variants import best, chosen, unasked
from knowledge_base.schema import Pack, Template, Variant
from tests.domain.talk import Talk, real_pack

SEGMENTS, SITUATIONS = (None, "farmer", "company"), (None, "in-trouble", "own-machine")
WHOSE = [pair for pair in itertools.product(SEGMENTS, SITUATIONS) if pair != (None, None)]
WORDS = st.sampled_from([{"ru": "да"}, {"ru": "да", "en": "yes"}])
VARIANTS = st.lists(
    st.builds(lambda whose, short: (*whose, short), st.sampled_from(WHOSE), WORDS), unique_by=lambda one: one[:2]
)
WHO = st.builds(Profile, st.sampled_from(["", "farmer", "company", "gone"]), st.sampled_from(["", "in-trouble"]))


def template(*variants: tuple[str | None, str | None, dict[str, str]], english: bool = True) -> Template:
    return (
        real_pack()
        .templates["working-hours"]
        .model_copy(
            update={
                "short": {"ru": "как всем", "en": "as everybody"} if english else {"ru": "как всем"},
                "variants": tuple(Variant(segment=s, situation=w, short=t) for s, w, t in variants),
            }
        )
    )


@settings(max_examples=200, deadline=None)
@given(VARIANTS, WHO, st.booleans(), st.sampled_from(["ru", "en"]))
def test_what_is_chosen_fits_and_nothing_that_fits_better_is_left(
    made: list[tuple[str | None, str | None, dict[str, str]]], who: Profile, english: bool, language: str
) -> None:
    """Never somebody else's; in his language where any is; then the most specific; in whatever order they stand."""
    one = template(*made, english=english)
    number = best(one, who, language)
    fits = [v for v in one.variants if v.segment in (None, who.segment) and v.situation in (None, who.situation)]
    got: Template | Variant = one if number is None else one.variants[number]
    assert number is None or got in fits
    assert language in got.short or not any(language in words for words in (one.short, *(v.short for v in fits)))
    named = 0 if not isinstance(got, Variant) else sum(x is not None for x in (got.segment, got.situation))
    for other in fits:
        if (language in other.short) == (language in got.short):
            assert sum(x is not None for x in (other.segment, other.situation)) <= named
    turned = best(template(*reversed(made), english=english), who, language)
    assert (turned is None) == (number is None)
    assert turned is None or number is None or made[::-1][turned] == made[number]


def test_the_default_is_the_templates_own_text_and_fills_what_a_variant_leaves_out() -> None:
    farmer = template(("farmer", None, {"ru": "фермеру"}), ("farmer", "in-trouble", {"ru": "беда"}))
    assert chosen(farmer, NOBODY, "ru").short == "template/working-hours/short"
    told = chosen(farmer, Profile("farmer"), "ru")
    assert told.short == "template/working-hours/variant/0/short"
    assert told.more == ("template/working-hours/more" if farmer.more else None)
    own = [f"template/working-hours/button/{n}" for n in range(len(farmer.buttons))]
    assert [key for key, _ in told.buttons] == own
    assert chosen(farmer, Profile("farmer", "in-trouble"), "ru").short == "template/working-hours/variant/1/short"
    assert chosen(farmer, Profile("farmer"), "en").short == "template/working-hours/short"


def test_who_has_told_is_not_asked_again() -> None:
    one = template(("farmer", None, {"ru": "фермеру"}), (None, "in-trouble", {"ru": "беда"}))
    assert [unasked(one, Profile(s, w)) for s, w in (("", ""), ("company", ""), ("company", "own-machine"))] == [
        "segment",
        "situation",
        None,
    ]
    assert unasked(template(), NOBODY) is None


@pytest.mark.requirement("A6", "C2")
def test_he_says_who_he_is_under_an_answer_and_gets_the_one_that_fits(pack: Pack) -> None:
    talk = Talk().ask("support-list")
    assert "Помогаем тремя способами" in talk.text
    talk.press("Точнее для меня")
    assert talk.hears("profile.ask_segment")
    talk.press("Держу подворье")
    assert talk.last.effects == (SetProfile(Profile("household")),)
    assert talk.hears("profile.set_anew")
    talk.press("Меры поддержки")
    assert "Личному подворью платим" in talk.text
    assert "Помощь подворью" in talk.labels
    assert "Точнее для меня" not in talk.labels
    talk.press("Подробнее")
    assert "Субсидии" in talk.text  # what the variant leaves out is the default's


@pytest.mark.requirement("A6", "S1")
def test_the_settings_show_what_was_told_and_take_it_back(pack: Pack) -> None:
    talk = Talk().command("settings").press("Ваша ситуация").press("Ещё").press("Держу животных")
    assert talk.profile == Profile("", "keep-animals")
    talk.command("settings")
    assert "Держу животных" in talk.text
    talk.command("my-data").press("Ваша ситуация")
    talk.press("p:situation:-")
    assert talk.profile == NOBODY
    assert talk.hears("profile.forgotten")
    for forged in ("p:situation:nothing", "p:age:40", "pw:situation:999"):
        talk.press(forged)
        assert talk.profile == NOBODY
