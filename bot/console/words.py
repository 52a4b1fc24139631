"""The console's own words: Babel catalogues, English in the templates, Russian first on the screen.

``pybabel extract -k says -F bot/console/locale/babel.cfg -o var/desk.pot bot/console`` finds new ones,
``pybabel update -i var/desk.pot -d bot/console/locale -D desk --no-fuzzy-matching`` adds them to the catalogues.
They are compiled in memory when a worker starts.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

LOCALE = Path(__file__).resolve().parent / "locale"
DOMAIN = "desk"
LANGUAGES = ("ru", "en")
COOKIE = "desk_language"


def load() -> Mapping[str, NullTranslations]:
    """Translations by language; English is the language of the templates themselves."""
    return {"ru": _compiled("ru"), "en": NullTranslations()}


def language_of(request: Request) -> str:
    """What the person chose; Russian until he does."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _compiled(language: str) -> Translations:
    with open(LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po", "rb") as file:
        catalogue = read_po(file, locale=language, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)
