"""From what is meant to physical messages: nothing lost, nothing too long, no markup out of people's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Capabilities, Channel, FileRef, Mark, Style
from bot.domain.rendering import render, size, split
from bot.domain.speech import Fact, Lines, Personal, Ref, Say, When, WhenStyle, offer
from bot.domain.wording import Spoken, UnknownText, Voice, join, localized, speak
from knowledge_base.schema import Pack
from tests.domain.checks import check_fits
from tests.domain.talk import LIMITS, WEDNESDAY, real_pack

TELEGRAM = LIMITS[Channel.TELEGRAM]
TIGHT = Capabilities(
    Channel.TELEGRAM,
    max_text=40,
    max_caption=30,
    utf16=True,
    max_rows=3,
    max_row=2,
    max_buttons=4,
    max_label=10,
    max_action=64,
)


def voice(**texts: str) -> Voice:
    """A voice of the real pack with these texts as well, under keys with a dot for each ``_``."""
    pack = real_pack()
    more = {key.replace("_", "."): {"ru": text} for key, text in texts.items()}
    return Voice(pack.model_copy(update={"texts": {**pack.texts, **more}}), "ru", WEDNESDAY, {}, {})


# --- splitting -------------------------------------------------------------------

pieces = st.one_of(
    st.text("абвgde", min_size=1, max_size=12),
    st.sampled_from((" ", "\n", "\n\n", ". ", "! ", "… ", "   ", "\t", "\u00a0")),
    st.sampled_from(("😀", "👨‍👩‍👧", "🇷🇺", "e\u0301", "\u200f", "𝔘", "👍🏽")),
    st.text(max_size=4),
)
texts = st.lists(pieces, max_size=40).map("".join)
limits = st.builds(lambda most, utf16: replace(TIGHT, max_text=most, utf16=utf16), st.integers(4, 60), st.booleans())


@st.composite
def spoken(draw: st.DrawFn) -> Spoken:
    text = draw(texts)
    marks = [
        Mark(start, length, style)
        for start, length, style in draw(
            st.lists(
                st.tuples(st.integers(0, max(0, len(text) - 1)), st.integers(1, 30), st.sampled_from(Style)), max_size=4
            )
        )
        if start + length <= len(text)
    ]
    return Spoken(text, tuple(marks))


def bare(text: str) -> str:
    """Without white space, which a cut may swallow."""
    return "".join(text.split())


def marked(one: Spoken, style: Style) -> str:
    """The letters under a style, in order."""
    under = [False] * len(one.text)
    for mark in one.marks:
        for place in range(mark.start, mark.start + mark.length):
            under[place] = under[place] or mark.style is style
    return bare("".join(letter for letter, covered in zip(one.text, under, strict=True) if covered))


@given(spoken(), limits)
def test_nothing_is_lost_and_nothing_is_too_long(whole: Spoken, fits: Capabilities) -> None:
    cut = list(split(whole, fits))
    assert bare("".join(piece.text for piece in cut)) == bare(whole.text)
    for piece in cut:
        assert size(piece.text, fits) <= fits.max_text
        assert piece.text.strip() or len(cut) == 1, "an empty message"


@given(spoken(), limits)
def test_marks_stay_on_their_letters(whole: Spoken, fits: Capabilities) -> None:
    cut = list(split(whole, fits))
    for style in Style:
        assert "".join(marked(piece, style) for piece in cut) == marked(whole, style)
    for piece in cut:
        for mark in piece.marks:
            assert mark.length > 0
            assert 0 <= mark.start <= mark.start + mark.length <= len(piece.text)


@given(texts)
def test_a_text_within_the_limits_stays_whole(text: str) -> None:
    assert [piece.text for piece in split(Spoken(text), TELEGRAM)] == [text.rstrip()]


@given(st.text(max_size=200))
def test_length_is_counted_as_the_channel_counts(text: str) -> None:
    assert size(text, replace(TIGHT, utf16=False)) == len(text)
    assert size(text, TIGHT) == len(text) + sum(ord(letter) > 0xFFFF for letter in text)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("а" * 30 + "\n\n" + "б" * 30, ["а" * 30, "б" * 30]),
        (
            "Первое. Второе предложение здесь. И третье, длинное.",
            ["Первое. Второе предложение здесь.", "И третье, длинное."],
        ),
        ("слово " * 10, ["слово слово слово слово слово слово", "слово слово слово слово"]),
        ("я" * 85, ["я" * 40, "я" * 40, "я" * 5]),
        ("😀" * 45, ["😀" * 20, "😀" * 20, "😀" * 5]),
        (" " * 100 + "да", ["да"]),
        ("да" + " " * 100, ["да"]),
        ("да" + "\n" * 100 + "нет", ["да", "нет"]),
    ],
)
def test_cuts_where_a_reader_would(text: str, cut: list[str]) -> None:
    assert [piece.text for piece in split(Spoken(text), TIGHT)] == cut


def test_twenty_thousand_letters_are_split_quickly_for_every_channel() -> None:
    for fits in LIMITS.values():
        cut = list(split(Spoken("слово. " * 2900), fits))
        assert all(size(piece.text, fits) <= fits.max_text for piece in cut)
        assert len(cut) <= 1 + 2 * 20_300 // fits.max_text


# --- wording ---------------------------------------------------------------------


def test_bold_and_code_become_marks() -> None:
    said = speak(Ref("x.y"), voice(x_y="Это **важно**: `ОТ-1`."))
    assert said == Spoken("Это важно: ОТ-1.", (Mark(4, 5, Style.BOLD), Mark(11, 4, Style.CODE)))


@given(words=st.text(max_size=60))
def test_what_a_client_wrote_never_turns_into_markup(words: str) -> None:
    said = speak(Ref("x.y", {"text": words}), voice(x_y="Клиент: {text}."))
    assert said == Spoken(f"Клиент: {words}.")


@pytest.mark.parametrize(
    "words", ["{number}", "{text}", "**жирно**", "`код`", "{", "}", "{{text}}", "\\{text}", "%s", "<b>"]
)
def test_placeholders_in_a_clients_words_stay_words(words: str) -> None:
    said = speak(Ref("x.y", {"text": words, "number": "ОТ-1"}), voice(x_y="**{text}** — {number}"))
    assert said.text == f"{words} — ОТ-1"
    assert said.marks == (Mark(0, len(words), Style.BOLD),)


def test_a_text_inside_a_text_keeps_its_marks() -> None:
    speaker = voice(a_b="`код`", x_y="**Итог:** {lines}")
    said = speak(Ref("x.y", {"lines": Lines((Ref("a.b"), Ref("a.b")))}), speaker)
    assert said.text == "Итог: код\nкод"
    assert said.marks == (Mark(0, 5, Style.BOLD), Mark(6, 3, Style.CODE), Mark(10, 3, Style.CODE))


def test_facts_and_personal_values_are_put_in_at_the_end() -> None:
    speaker = replace(
        voice(x_y="{number}, {due}: {name}"), facts={"number": "ОТ-1", "due": WEDNESDAY}, personal={"7.1.n": "Анна"}
    )
    assert speak(Ref("x.y", {"name": Personal("7.1.n")}), speaker).text == "ОТ-1, до 14:40 сегодня: Анна"
    assert speak(Ref("x.y", {"name": Personal("gone"), "number": Fact("none")}), speaker).text.endswith("…")


def test_a_language_the_text_lacks_falls_back() -> None:
    assert speak(Ref("x.y"), replace(voice(x_y="Да"), language="en")).text == "Да"


@pytest.mark.parametrize(
    ("away", "style", "ru", "en"),
    [
        ({}, WhenStyle.BY, "до 14:40 сегодня", "14:40 today"),
        ({"days": 1}, WhenStyle.BY, "до 14:40 завтра", "14:40 tomorrow"),
        ({"days": 3}, WhenStyle.BY, "до 14:40 28 ноября", "November"),
        ({"days": 10}, WhenStyle.BY, "до 5 декабря", "December"),
        ({"days": 60}, WhenStyle.BY, "до 24 января 2027", "2027"),
        ({"days": -3}, WhenStyle.STAMP, "22 ноября, 14:40", "14:40"),
        ({"days": 30}, WhenStyle.DAY, "25 декабря", "December"),
        ({"hours": 9, "minutes": 20}, WhenStyle.BY, "до 00:00 завтра", "tomorrow"),
    ],
)
def test_when_is_told_as_people_tell_it(away: dict[str, float], style: WhenStyle, ru: str, en: str) -> None:
    at = When(WEDNESDAY + dt.timedelta(**away), style)
    speaker = voice(x_y="{due}")
    assert speak(Ref("x.y", {"due": at}), speaker).text == ru
    assert en in speak(Ref("x.y", {"due": at}), replace(speaker, language="en")).text


@pytest.mark.parametrize(
    "key",
    [
        "no.such",
        "",
        "template/nothing/short",
        "template/agrostartup/slug",
        "service/appeal/fields",
        "menu/none",
        "x/y/z",
        "service/appeal/field/none/ask",
        "service/appeal/field/kind/choice/none",
        "template/agrostartup/button/99",
    ],
)
def test_a_key_without_a_text_is_named(pack: Pack, key: str) -> None:
    with pytest.raises(UnknownText):
        localized(pack, key)


@given(st.lists(spoken(), max_size=4), st.sampled_from(("\n\n", "\n", "")))
def test_joining_shifts_marks(several: list[Spoken], separator: str) -> None:
    joined = join(several, separator)
    assert joined.text == separator.join(one.text for one in several)
    for style in Style:
        assert marked(joined, style) == "".join(marked(one, style) for one in several)


# --- the pack --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_answer_of_the_pack_fits_every_channel(pack: Pack, language: str) -> None:
    speaker = replace(voice(), language=language)
    for slug, template in pack.templates.items():
        for part in ("short", *(("more",) if template.more else ())):
            for channel, fits in LIMITS.items():
                made = render(Say((Ref(f"template/{slug}/{part}"),)), speaker, fits)
                assert len(made) == 1, f"{slug} is split on {channel}"
                check_fits(made[0], LIMITS[channel])
                assert "**" not in made[0].text, f"{slug} has an unclosed mark"
                assert "`" not in made[0].text, f"{slug} has an unclosed mark"


def test_a_file_has_its_caption_or_comes_after_the_text() -> None:
    """A text too long for a caption goes before the file, which then carries the buttons alone."""
    file = FileRef("ab", "Бланк.docx", "application/x", 3)
    rows = ((offer("button.menu", "menu:main"),),)
    (short,) = render(Say((Ref("file/attorney-form"),), rows, file), voice(), TIGHT)
    assert (short.text, short.file) == ("Доверенность", file) and short.rows
    *before, last = render(Say((Ref("menu.welcome"),), rows, file), voice(), TIGHT)
    assert before and not any(piece.file or piece.rows for piece in before)
    assert (last.text, last.file) == ("", file) and last.rows
