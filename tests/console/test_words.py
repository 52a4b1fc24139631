"""The console's words: every one has its Russian, and nothing lies unused."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from bot.console.words import LOCALE
from tests.console.house import House

CONSOLE = LOCALE.parent


def _used() -> set[str]:
    with open(LOCALE / "babel.cfg") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "says": None}
    found = extract_from_dir(str(CONSOLE), methods, options, keywords=keywords)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def _russian() -> Catalog:
    with open(Path(LOCALE) / "ru" / "LC_MESSAGES" / "desk.po", "rb") as file:
        return read_po(file, locale="ru")


def test_every_word_has_its_russian_and_none_is_left_over() -> None:
    translated = {m.id[0] if isinstance(m.id, tuple) else m.id: m.string for m in _russian() if m.id}
    assert _used() - set(translated) == set(), "run pybabel extract and update, see bot/console/words.py"
    assert set(translated) - _used() == set(), "no longer used"
    empty = [key for key, text in translated.items() if not (all(text) if isinstance(text, tuple) else text)]
    assert empty == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    assert [message.id for message in _russian() for _ in message.check()] == []


async def test_a_person_chooses_english_and_it_stays(house: House) -> None:
    olga = await house.seated("olga")
    assert "Нынешний пароль" in (await olga.gets("/desk/password")).text
    back = await olga.posts("/desk/language", {"language": "en", "back": "/desk/password"})
    assert back.url.endswith("/desk/password")
    assert "Present password" in back.text
    assert 'lang="en"' in back.body


async def test_the_language_is_changed_on_what_a_form_led_to(house: House) -> None:
    """The page that shows a one-time link, or what stood in a form's way, can't be asked for again."""
    admin = await house.seated("admin", "administrator")
    boris = await house.person("Boris", "boris")
    for path, fields, page in (
        (f"/desk/staff/{boris}/link", {}, "/desk/staff"),
        (f"/desk/staff/{boris}", {"team": "nowhere"}, "/desk/staff"),
        (
            "/desk/password",
            {"old": "?", "password": "three plain words", "again": "three plain words"},
            "/desk/password",
        ),
    ):
        shown = await admin.posts(path, fields)
        assert f'name="back" value="{page}"' in shown.body
        assert (await admin.posts("/desk/language", {"language": "en", "back": page})).status == 200
