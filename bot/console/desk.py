"""What every page of the console shares, and how a page is made."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.console import assets, words
from bot.console.assets import BASE, HERE
from bot.console.times import Times
from bot.domain.sign_in import Person, form_token
from bot.served import Served
from bot.storage.passwords import Passwords
from bot.turn import Runtime
from knowledge_base.schema import Localized, Pack

_PAGE = re.compile(
    rf"{BASE}/(?:(?:inbox|requests|gaps|touchpoints)/[0-9]+|(?:templates|journeys|guidance/[a-z]+)/[a-z0-9-]+(?:/recall)?|[a-z-]+)"
)
"""What can be asked for, at the beginning of where a form goes."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One console; made once by the wiring."""

    runtime: Runtime
    passwords: Passwords
    secure: bool
    """People come over https."""
    url: str
    """Where the console is reached from outside; empty: wherever it was asked."""
    assets: Served
    catalogues: Mapping[str, NullTranslations]
    environments: Mapping[str, Environment]

    @property
    def pack(self) -> Pack:
        return self.runtime.shelf.content.pack

    def times(self, language: str) -> Times:
        zone = ZoneInfo(self.pack.agency.timezone)
        return Times(zone, language, self.runtime.clock(), self.catalogues[language])

    def address(self, request: Request, path: str) -> str:
        """A whole address, to be passed on by hand."""
        return (self.url or str(request.base_url).removesuffix("/").removesuffix(BASE)) + BASE + path


def open_desk(runtime: Runtime, secure: bool, url: str) -> Desk:
    """Reads templates, catalogues and files."""
    catalogues = words.load()
    environments = {language: _environment(catalogues[language]) for language in words.LANGUAGES}
    return Desk(runtime, Passwords(), secure, url, assets.load(), catalogues, environments)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request and who sent it; ``person`` is None for a stranger."""

    desk: Desk
    request: Request
    person: Person | None
    token: str
    """Of the session, or of the browser's unsigned forms."""

    @property
    def language(self) -> str:
        return words.language_of(self.request)

    def says(self, text: str) -> str:
        """A word of the catalogue."""
        return str(self.desk.catalogues[self.language].ugettext(text))

    def localized(self, texts: Localized) -> str:
        """A text of the pack in the person's language, else in the pack's own."""
        return texts.get(self.language) or texts[self.desk.pack.agency.default_language]

    def role(self, role: str) -> str:
        """A role in words."""
        names = {
            "staff": self.says("staff member"),
            "moderator": self.says("moderator"),
            "supervisor": self.says("supervisor"),
            "administrator": self.says("administrator"),
        }
        return names.get(role, role)

    def html(self, template: str, **context: Any) -> str:
        return (
            self.desk.environments[self.language]
            .get_template(template)
            .render(
                base=BASE,
                static=self.desk.assets.base,
                language=self.language,
                languages=words.LANGUAGES,
                agency=self.localized(self.desk.pack.agency.title),
                person=self.person,
                form=form_token(self.token) if self.token else "",
                path=self.request.url.path,
                back=self._back(),
                times=self.desk.times(self.language),
                local=self.localized,
                pack=self.desk.pack,
                role_name=self.role,
                own_name=_own_name,
                new_action=new_action,
                **context,
            )
        )

    def _back(self) -> str:
        """The address of what is shown; of the page whose form led here, where this one can't be asked for again."""
        path, query = self.request.url.path, self.request.url.query
        if self.request.method == "GET":
            return f"{path}?{query}" if query else path
        page = _PAGE.match(path)
        return page[0] if page else path

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        return HTMLResponse(self.html(template, **context), status, headers={"Content-Language": self.language})


def _own_name(language: str) -> str:
    """A language as its speakers call it."""
    return (Locale(language).get_display_name(language) or language).capitalize()


def new_action() -> str:
    """A form's one-time id: the same form sent twice is done once."""
    return secrets.token_urlsafe(16)


def _environment(catalogue: NullTranslations) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    install: Any = made
    install.install_gettext_translations(catalogue, newstyle=True)
    return made
