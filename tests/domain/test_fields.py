"""What people type into a form's fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import fields
from bot.domain.fields import Accepted, Rejected
from bot.domain.text_keys import REQUIRED_TEXTS
from knowledge_base.schema import Choice, FieldType, ServiceField


def field(type: FieldType, **more: object) -> ServiceField:
    return ServiceField.model_validate({"name": "some", "type": type, "ask": {"ru": "?"}, "label": {"ru": "L"}, **more})


NAME, PHONE, EMAIL, SCORE = (field(t) for t in (FieldType.NAME, FieldType.PHONE, FieldType.EMAIL, FieldType.SCORE))
KIND = field(
    FieldType.CHOICE,
    choices=(
        Choice(value="complaint", title={"ru": "Жалоба", "en": "Complaint"}),
        Choice(value="proposal", title={"ru": "Предложение"}),
    ),
)


def value(which: ServiceField, text: str) -> str | None:
    """The value accepted, or None."""
    read = fields.read(which, text, "ru")
    return read.value if isinstance(read, Accepted) else None


@pytest.mark.parametrize(
    "name",
    [
        "Смирнова Анна Петровна",
        "Анна",
        "Ян",
        "Анна-Мария О'Коннор",
        "Анна-Мария О’Коннор",
        "Иванов И.И.",
        "Иванов И. И.",
        "И. И. Иванов",
        "И.И. Иванов",
        "Салтыков-Щедрин Михаил",
        "Ёлкина Алёна",
        "Smith John",
        "O'Connor Anne-Marie",
        "José García",
        "Мамедов Али Гусейн оглы",
        "фон Нейман Джон",
        "ИВАНОВА МАРИЯ",
        "Әбілқасым Дәурен",
        "Нгуен Ван Ань",
        "Ким Чен Ын",
        "王小明",
        "d'Artagnan Charles",
        "Ю Ли",
    ],
)
def test_names_people_bear(name: str) -> None:
    assert value(NAME, name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Иванова   Мария ", "Иванова Мария"),
        ("Иванова\nМария", "Иванова Мария"),
        ("Алеша Андреи\u0306ченко", "Алеша Андрейченко"),
        ("Иванова\u00a0Мария", "Иванова Мария"),
    ],
)
def test_a_name_is_tidied(typed: str, kept: str) -> None:
    assert value(NAME, typed) == kept


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        " ",
        "А",
        "5",
        "12345",
        "Иванов 2",
        "иванов@example.ru",
        "+7 900 000-00-00",
        "---",
        "...",
        "'",
        "😀",
        "Анна 😀",
        "Иванов Иван Иванович и ещё много слов подряд",
        "А" * 121,
        "А¼",
        "не скажу, зачем вам?",
        "Иванов, Иван",
        "Анна\u200bМария",
        "<b>Анна</b>",
        "Анна_Мария",
        "-Анна",
        ".Иванов",
        "Анна--",
        "\u202eАнна",
        "Иванов И.И.!",
    ],
)
def test_what_is_no_name(rubbish: str) -> None:
    assert fields.read(NAME, rubbish, "ru") == Rejected("form.bad_name")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8 900 123-45-67", "+79001234567"),
        ("+7 (900) 123-45-67", "+79001234567"),
        ("9001234567", "+79001234567"),
        ("89001234567", "+79001234567"),
        ("7 900 123 45 67", "+79001234567"),
        ("+7.900.123.45.67", "+79001234567"),
        ("+375 29 123-45-67", "+375291234567"),
        ("+49 30 1234567890", "+49301234567890"),
        (" 8-900-1234567 ", "+79001234567"),
        ("+7\u00a0900\u00a0123‑45‑67", "+79001234567"),
        ("8 900 123–45–67", "+79001234567"),
        ("8 (4852) 12-34-56", "+74852123456"),
    ],
)
def test_telephones(typed: str, kept: str) -> None:
    assert value(PHONE, typed) == kept


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "123",
        "нет",
        "8 900 123",
        "8 900 123-45-67-89-01-23",
        "phone",
        "8900123456a",
        "٠١٢٣٤٥٦٧٨٩",
        "²²²²²²²²²²",
        "+",
        "()-",
    ],
)
def test_what_is_no_telephone(rubbish: str) -> None:
    assert fields.read(PHONE, rubbish, "ru") == Rejected("form.bad_phone")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.ru", "anna@example.ru"),
        (" Anna.Petrova+x@Mail.Example.RU ", "anna.petrova+x@mail.example.ru"),
        ("анна@почта.рф", "анна@почта.рф"),
    ],
)
def test_addresses_of_mail(typed: str, kept: str) -> None:
    assert value(EMAIL, typed) == kept


@pytest.mark.parametrize(
    "rubbish", ["", "anna", "anna@", "@example.ru", "a@b", "a b@example.ru", "a@@b.ru", "a@b.", "a@b.ru\nb"]
)
def test_what_is_no_address_of_mail(rubbish: str) -> None:
    assert fields.read(EMAIL, rubbish, "ru") == Rejected("form.bad_email")


@pytest.mark.parametrize("typed", ["Жалоба", "жалоба", " ЖАЛОБА! ", "жалоба.", "complaint", "Complaint", "1"])
def test_a_choice_is_typed_as_word_or_number(typed: str) -> None:
    assert value(KIND, typed) == "complaint"


@pytest.mark.parametrize("rubbish", ["", "0", "3", "-1", "²", "жалоба предложение", "Предложени", "😀"])
def test_what_is_no_choice(rubbish: str) -> None:
    assert fields.read(KIND, rubbish, "ru") == Rejected("form.choose")


@pytest.mark.parametrize(
    ("typed", "kept"), [("5", "5"), (" 1 ", "1"), ("0", None), ("6", None), ("пять", None), ("٣", None)]
)
def test_scores(typed: str, kept: str | None) -> None:
    assert value(SCORE, typed) == kept


def test_a_text_keeps_its_words_within_bounds() -> None:
    text = field(FieldType.TEXT, min_length=5, max_length=10)
    assert value(text, "  пять ") is None
    assert fields.read(text, "пять", "ru") == Rejected("form.too_short", (("least", 5),))
    assert value(text, " шесть! ") == "шесть!"
    assert fields.read(text, "х" * 11, "ru") == Rejected("form.too_long", (("most", 10), ("length", 11)))


def test_an_empty_text_is_too_short_even_where_any_length_is_allowed() -> None:
    assert fields.read(field(FieldType.TEXT), " \n ", "ru") == Rejected("form.too_short", (("least", 1),))


anything = st.one_of(
    st.text(max_size=60), st.text("0123456789+-() .", max_size=25), st.text("АБВабв'’-. ", max_size=40)
)
every_field = st.sampled_from((NAME, PHONE, EMAIL, SCORE, KIND, field(FieldType.TEXT, min_length=2, max_length=30)))


@given(every_field, anything)
def test_reads_or_says_why_not(which: ServiceField, text: str) -> None:
    read = fields.read(which, text, "ru")
    if isinstance(read, Rejected):
        assert read.key in REQUIRED_TEXTS
        return
    assert read.value == read.value.strip() != ""
    assert fields.read(which, read.value, "ru") == read, "a value that was accepted is accepted as it is"


@given(anything)
def test_a_telephone_is_a_plus_and_digits(text: str) -> None:
    kept = value(PHONE, text)
    assert kept is None or (kept[0] == "+" and kept[1:].isascii() and kept[1:].isdecimal() and 10 < len(kept) < 17)


@given(anything)
def test_a_name_holds_letters_and_little_else(text: str) -> None:
    kept = value(NAME, text)
    assert kept is None or (2 <= len(kept) <= 120 and all(c.isalpha() or c in " .'’-" for c in kept))
