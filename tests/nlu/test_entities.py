"""Numbers, dates, places and amounts are read however they are written, and nothing else is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.schema import Pack
from nlu.cleaning import clean
from nlu.entities import EntityReader, inn_is_right, lookups, patterns, reader_for, series_of
from nlu.entity import Entity

SUNDAY = dt.date(2026, 11, 29)


@pytest.fixture(scope="module")
def reader(ministry_pack: Pack) -> EntityReader:
    return reader_for(ministry_pack)


def read(reader: EntityReader, text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in reader.read(clean(text).text)]


@pytest.mark.parametrize(
    ("written", "value", "day"),
    [
        ("31.12.2026", "2026-12-31", "2026-12-31"),
        ("01.04.26 г.", "2026-04-01", "2026-04-01"),
        ("5/3/2027", "2027-03-05", "2027-03-05"),
        ("2026-12-31", "2026-12-31", "2026-12-31"),
        ("до 31 декабря", "--12-31", "2026-12-31"),
        ("с 15-го октября", "--10-15", "2026-10-15"),
        ("5 января", "--01-05", "2027-01-05"),
        ("29 февраля", "--02-29", "2028-02-29"),
        ("20 мая 1985 года", "1985-05-20", "1985-05-20"),
        ("срок 01.04", "--04-01", "2027-04-01"),
        ("сегодня", "P0D", "2026-11-29"),
        ("приду Завтра", "P1D", "2026-11-30"),
        ("послезавтра", "P2D", "2026-12-01"),
        ("позавчера", "-P2D", "2026-11-27"),
        ("через 3 дня", "P3D", "2026-12-02"),
        ("через неделю", "P7D", "2026-12-06"),
        ("через 2 недели", "P14D", "2026-12-13"),
        ("в понедельник", "W1", "2026-11-30"),
        ("в воскресенье", "W7", "2026-12-06"),
        ("в среду", "W3", "2026-12-02"),
        ("December 31, 2026", "2026-12-31", "2026-12-31"),
        ("the 5th of May", "--05-05", "2027-05-05"),
        ("the day after tomorrow", "P2D", "2026-12-01"),
    ],
)
def test_a_date_is_read_and_falls_on_a_day(reader: EntityReader, written: str, value: str, day: str) -> None:
    (found,) = reader.read(clean(written).text)
    assert (found.kind, found.value) == ("date", value)
    assert found.date(SUNDAY) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "written",
    ["31.04.2026", "29.02.2025", "2.5", "10.15.12.1", "дом 5", "192.168.10.12", "1 раз", "маяк", "средам", "9:30"],
)
def test_what_is_no_day_is_no_date(reader: EntityReader, written: str) -> None:
    assert read(reader, written) == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("8 (921) 123-45-67", "+79211234567"),
        ("+7 921 1234567", "+79211234567"),
        ("тел. 89211234567.", "+79211234567"),
        ("921 123 45 67", "+79211234567"),
        ("+375 29 123 45 67", "+375291234567"),
    ],
)
def test_a_telephone_number_is_read(reader: EntityReader, written: str, value: str) -> None:
    assert read(reader, written) == [("phone", value)]


@pytest.mark.parametrize("written", ["8812 123456", "40817810099910004312", "8 921 123", "1 234 567 890 123"])
def test_other_numbers_are_no_telephone(reader: EntityReader, written: str) -> None:
    assert read(reader, written) == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("на 1,5 млн руб", "1500000 rub"),
        ("500 тысяч рублей", "500000 rub"),
        ("100 000 ₽", "100000 rub"),
        ("100000р.", "100000 rub"),
        ("10 т.р.", "10000 rub"),
        ("5 миллионов", "5000000 rub"),
        ("2.5 га", "2.5 ha"),
        ("15 соток", "0.15 ha"),
        ("12 коров", "12 head"),
        ("30 голов", "30 head"),
        ("3 тонны", "3 t"),
        ("5 million rubles", "5000000 rub"),
        ("20 hectares", "20 ha"),
    ],
)
def test_an_amount_is_read_in_its_unit(reader: EntityReader, written: str, value: str) -> None:
    assert read(reader, written) == [("amount", value)]


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("живу в Ольховском районе", "olkhovsky"),
        ("Ольховский р-н", "olkhovsky"),
        ("из Северного Берега", "severny-bereg"),
        ("ферма под ПРИОЗЕРСКОМ", "priozersk"),
        ("дорога на Верхнюю Речку", "verkhnerechensky"),
        ("Medovsky district", "medovsky"),
    ],
)
def test_a_municipality_is_found_in_any_grammatical_form(reader: EntityReader, written: str, slug: str) -> None:
    assert read(reader, written) == [("municipality", slug)]


def test_a_name_of_two_places_names_none() -> None:
    names = lookups({"north": ["Речка", "Северная Речка"], "south": ["Речка"]})
    assert "речка" not in names["north"]
    assert "северную речку" in names["north"]
    assert names["south"] == ()


def test_several_things_are_read_in_their_order(reader: EntityReader) -> None:
    told = "Заявка ОТ-2026-000123 от 01.11.2026, ИНН 500100732259, 12 коров, тел 8 921 123-45-67, Медовое"
    assert read(reader, told) == [
        ("request_number", "ОТ-2026-000123"),
        ("date", "2026-11-01"),
        ("inn", "500100732259"),
        ("amount", "12 head"),
        ("phone", "+79211234567"),
        ("municipality", "medovsky"),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [("123", "123"), ("№ 000123", "123"), ("заявка номер 7", "7"), ("2026-123", "2026-123"), ("ОТ 15.", "15")],
)
def test_a_number_alone_may_be_the_end_of_a_request_number(reader: EntityReader, written: str, value: str) -> None:
    assert ("bare_number", value) in read(reader, written)


def test_both_readings_of_ten_digits_are_told(reader: EntityReader) -> None:
    assert read(reader, "7707083893") == [("inn", "7707083893"), ("phone", "+77707083893")]


def test_the_patterns_handed_to_rasa_are_whole(ministry_pack: Pack) -> None:
    told = patterns(series_of(ministry_pack))
    assert set(told) == {"date", "phone", "inn", "amount", "request_number", "bare_number"}
    for listed in told.values():
        for pattern in listed:
            re.compile(pattern)
            assert not re.search(r"(?<!\?P)<\w+>", pattern)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=150), st.text(alphabet="0123456789 .,-+/()рубгамлн№от\n", max_size=80)))
def test_reading_never_fails_and_tells_places_in_the_text(text: str) -> None:
    plain = clean(text).text
    for one in EntityReader(["ОТ"], {"a": ["Медовое"]}).read(plain):
        assert 0 <= one.start < one.end <= len(plain)
        one.date(SUNDAY)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)), st.sampled_from(["%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d"]))
def test_every_written_day_is_read_back(day: dt.date, form: str) -> None:
    (found,) = EntityReader([], {}).read(f"до {day.strftime(form)} включительно")
    assert found.date(SUNDAY) == day


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)))
def test_a_day_without_a_year_is_the_nearest(today: dt.date) -> None:
    found = Entity(0, 1, "date", "--12-31").date(today)
    assert found is not None
    assert abs((found - today).days) <= 183


@given(st.sampled_from(range(1, 8)), st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)))
def test_a_weekday_is_within_a_week_and_never_today(weekday: int, today: dt.date) -> None:
    found = Entity(0, 1, "date", f"W{weekday}").date(today)
    assert found is not None
    assert found.isoweekday() == weekday
    assert 1 <= (found - today).days <= 7


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_of_ten_last_digits_one_is_right(first: str) -> None:
    right = [digit for digit in "0123456789" if inn_is_right(first + digit)]
    assert len(right) == (0 if len(set(first)) == 1 and right == [] else 1)


@pytest.mark.parametrize("digits", ["7707083893", "500100732259", "7830002293"])
def test_known_inns_are_right(digits: str) -> None:
    assert inn_is_right(digits)


@pytest.mark.parametrize(
    "digits", ["7707083894", "500100732250", "0000000000", "", "770708389", "１２３４５６７８９０"]
)
def test_other_digits_are_no_inn(digits: str) -> None:
    assert not inn_is_right(digits)
