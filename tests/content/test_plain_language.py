"""The check of plain language on texts as clerks write them, good and bad."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge_base.plain_language.forms import lemma
from knowledge_base.plain_language.result import Kind
from knowledge_base.plain_language.review import review
from knowledge_base.plain_language.word_list import table

BAD = (
    "В целях получения субсидии сельскохозяйственными товаропроизводителями осуществляется представление документов, "
    "перечень которых определён в соответствии с порядком предоставления субсидий, в установленный срок."
)
GOOD = "Чтобы получить субсидию, пришлите заявку и расчёт. Ответим до 18 марта. Не хватит бумаги — позвоним и скажем."


def found(text: str, kind: Kind, **more: object) -> list[tuple[str, str]]:
    """The words remarked upon and what is plainer."""
    seen = review(text, **more)  # type: ignore[arg-type]
    return [(text[one.start : one.start + one.length], one.suggestion) for one in seen.remarks if one.kind is kind]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        # 3 words, 4 syllables: 206.835 - 1.3 * 3 - 60.1 * 4 / 3 = 122.8
        ("Мы ждём вас.", 100),
        # 5 words, 12 syllables: 206.835 - 6.5 - 144.24
        ("Приём заявок начнём первого марта.", 56),
        # 4 words, 9 syllables, a figure in digits is no word: 206.835 - 5.2 - 135.225
        ("Ответим до 18 декабря сюда.", 66),
        # two sentences, 7 words, 17 syllables: 206.835 - 1.3 * 3.5 - 145.96
        ("Пришлите паспорт и заявку. Решение будет скоро.", 56),
        # 6 words, 21 syllables: 206.835 - 7.8 - 210.35
        ("Министерство рассматривает предоставленную документацию заявителей ежеквартально.", 0),
        # ё is a vowel: 4 words, 9 syllables: 206.835 - 5.2 - 135.225
        ("Её юные ели поют.", 66),
        # a word without a vowel has no syllable, й is none: 5 words, 13 syllables: 206.835 - 6.5 - 156.26
        ("Приезжайте к директору в управление.", 44),
        # English, 4 words, 5 syllables: 206.835 - 4.06 - 105.75
        ("Apply by the first.", 97),
        # 5 words, 14 syllables: 206.835 - 5.075 - 236.88
        ("Agricultural organisations receive additional remuneration.", 0),
        # 8 words, 10 syllables, two sentences: 206.835 - 4.06 - 105.75
        ("We answer by noon. Call if we do not.", 100),
    ],
)
def test_the_figure_is_the_one_reckoned_by_hand(text: str, figure: int) -> None:
    assert review(text).figure == figure


def test_a_plain_text_has_no_remark_and_a_better_figure() -> None:
    good, bad = review(GOOD), review(BAD)
    assert good.remarks == ()
    assert good.figure is not None
    assert bad.figure is not None
    assert good.figure > 60 > 20 > bad.figure
    assert {one.kind for one in bad.remarks} >= {Kind.LONG_SENTENCE, Kind.OFFICIALESE}


def test_officialese_is_found_in_any_form_of_its_words_with_what_is_plainer() -> None:
    assert found("Выдача осуществляется в целях поддержки.", Kind.OFFICIALESE) == [
        ("осуществляется", "идти, (кто делает?)"),
        ("в целях", "чтобы, для"),
    ]
    assert found("В случае если ответа нет, звоните.", Kind.OFFICIALESE) == [("В случае если", "если")]
    assert found("Мы оказали содействие хозяйству.", Kind.OFFICIALESE) == [("оказали содействие", "помочь")]
    assert found("По данному вопросу звоните.", Kind.OFFICIALESE) == [("данному", "этот")]
    assert found("Мои данные верны, данные храним.", Kind.OFFICIALESE) == []


def test_every_word_of_the_list_can_be_found() -> None:
    """A word that is not the dictionary form the text's words are brought to would lie there unused."""
    lost = [said for said in table("ru_forms") if [lemma(word) for word in said.split()] != said.split()]
    lost += [said for said in table("verbal_nouns") if lemma(said) != said]
    assert lost == []
    assert [said for said in (*table("ru_written"), *table("en_written")) if said != said.lower()] == []


def test_a_passive_names_what_one_would_do() -> None:
    assert found("Заявление рассматривается комиссией.", Kind.PASSIVE) == [("рассматривается", "рассматриваем")]
    assert found("Ваше обращение будет вскоре рассмотрено.", Kind.PASSIVE) == [
        ("будет вскоре рассмотрено", "рассмотрим")
    ]
    assert found("Деньги были отправлены вчера.", Kind.PASSIVE) == [("были отправлены", "отправили")]


@pytest.mark.parametrize(
    "text",
    [
        "Отдел находится на первом этаже, приём начинается в девять.",
        "Обращайтесь, если что-то не получается.",
        "Обращение принято. Приём закрыт.",
        "Мы занимаемся этим с понедельника.",
    ],
)
def test_who_acts_by_himself_is_no_passive(text: str) -> None:
    assert found(text, Kind.PASSIVE) == []


def test_an_action_told_by_a_noun() -> None:
    assert found("При получении субсидии возьмите паспорт.", Kind.VERBAL_NOUN) == [("При получении", "получить")]
    assert found("Решение и обращение лежат в папке.", Kind.VERBAL_NOUN) == []


def test_a_chain_of_genitives() -> None:
    text = "Это порядок рассмотрения обращений граждан области в суде."
    assert found(text, Kind.GENITIVES) == [("порядок рассмотрения обращений граждан области", "")]
    assert found("Это адрес отдела субсидий, номер телефона и часы работы.", Kind.GENITIVES) == []


def test_a_long_sentence_and_how_long_it_may_be() -> None:
    text = "Раз два. Слово " + "слово " * 19 + "слово."
    assert [words for words, _ in found(text, Kind.LONG_SENTENCE)] == ["Слово " + "слово " * 19 + "слово."]
    assert found(text, Kind.LONG_SENTENCE, longest=30) == []


def test_an_abbreviation_is_to_be_explained_once() -> None:
    assert found("Глава КФХ пишет заявление. КФХ платит.", Kind.ABBREVIATION) == [("КФХ", "")]
    for text in ("Крестьянское хозяйство (КФХ) и КФХ.", "КФХ — крестьянское хозяйство.", "КФХ (хозяйство)."):
        assert found(text, Kind.ABBREVIATION) == []
    assert found("Глава КФХ пишет.", Kind.ABBREVIATION, known={"КФХ"}) == []
    assert found("Номер ОТ-2026-000123, ИНН и МФЦ.", Kind.ABBREVIATION) == []
    assert found("ГДЕ МОИ ДЕНЬГИ", Kind.ABBREVIATION) == []


def test_sentences_end_where_a_reader_says() -> None:
    text = "Отдел на ул. Полевой, д. 5. Звоните И. И. Петрову! **Ждём** вас в 2026 г. в отделе…\n- раз\n- два"
    parts = [text[one.start : one.start + one.length] for one in review(text).sentences]
    assert parts == [
        "Отдел на ул. Полевой, д. 5.",
        "Звоните И. И. Петрову!",
        "**Ждём** вас в 2026 г. в отделе…",
        "- раз",
        "- два",
    ]


def test_placeholders_and_addresses_are_no_words() -> None:
    seen = review("Номер {number}, ответим {due}: https://example.invalid/very/long/path, desk@example.invalid.")
    assert seen.words == 2


def test_english_is_looked_at_lightly() -> None:
    text = "Please call us prior to your visit in order to obtain a permit."
    assert found(text, Kind.OFFICIALESE) == [("prior to", "before"), ("in order to", "to"), ("obtain", "get")]
    assert found("The case was closed by us. NATO came.", Kind.PASSIVE) == []


def test_another_language_has_no_figure_and_no_remarks_on_words() -> None:
    seen = review("Guten Tag. Wie geht es Ihnen?", "de")
    assert (seen.figure, len(seen.sentences), seen.remarks) == (None, 2, ())


def test_nothing_is_nothing() -> None:
    for text in ("", "   \n", "123 - 5.", "{number}"):
        seen = review(text)
        assert (seen.figure, seen.words, seen.sentences, seen.remarks) == (None, 0, (), ())


PIECES = st.sampled_from(
    [*BAD.split(), *GOOD.split(), "КФХ", "будет", "рассмотрено", "ул.", "\n", "...", "{due}", "ё" * 90, "-ся", "ИП-"]
)


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join)))
@example("ſtraße İI ŉ Ǆ \u0301 ся сь -ся.")
@example("A\r\nБ\u2028В\x00Г")
def test_any_text_is_read_and_every_place_lies_in_it(text: str) -> None:
    seen = review(text)
    assert seen.figure is None or 0 <= seen.figure <= 100
    assert sum(one.words for one in seen.sentences) == seen.words
    end = 0
    for sentence in seen.sentences:
        assert end <= sentence.start < sentence.start + sentence.length <= len(text)
        end = sentence.start + sentence.length
        assert sentence.words > 0
    for remark in seen.remarks:
        assert 0 <= remark.start < remark.start + remark.length <= len(text)
        assert text[remark.start : remark.start + remark.length].strip()
    assert list(seen.remarks) == sorted(seen.remarks, key=lambda one: one.start)


@pytest.mark.parametrize(
    "piece", ["x@", ".", ". ", "{", "\n", "АБВ (", "— ", "«", "будет ", "решения ", "А.", "д'", "а-", "ё", f"{BAD} "]
)
def test_a_hostile_text_takes_time_by_its_length_only(piece: str) -> None:
    """Quadratic, these would take minutes."""
    text = (piece * 100_000)[:100_000] + "x"
    started = time.process_time()
    review(text)
    assert time.process_time() - started < 5.0
