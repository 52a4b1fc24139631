"""What the page is made of, checked without a browser."""

from __future__ import annotations

import re
from itertools import product

import pytest

from bot.channels.page import answers
from bot.channels.page.assets import HERE, load
from bot.channels.page.words import KEYS, plain

SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (HERE / "static").glob("*.js")}
STYLE = (HERE / "static" / "page.css").read_text(encoding="utf-8")
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in (HERE / "templates").glob("*.html")}
TEMPLATE = TEMPLATES["base.html"] + TEMPLATES["page.html"]
ANSWERS = (HERE / "static" / "answers.css").read_text(encoding="utf-8")
SOURCES = {**SCRIPTS, **TEMPLATES, "page.css": STYLE, "answers.css": ANSWERS}


@pytest.mark.parametrize("name", SOURCES)
def test_every_word_comes_from_the_pack(name: str) -> None:
    assert not re.search("[\u0400-\u04ff]", SOURCES[name])


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_anyone_wrote_can_become_markup(name: str) -> None:
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert danger not in SCRIPTS[name]


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    addresses = re.findall(r"""(?:src|href|url\(|import .*? from )=?["'(]?(https?:)?//""", SOURCES[name])
    assert addresses == []


def test_scripts_are_short() -> None:
    for name, source in SCRIPTS.items():
        assert len(source.splitlines()) < 300, name


def test_the_words_used_are_the_words_listed() -> None:
    used = set(re.findall(r"\bwords\.(\w+)", TEMPLATE + "".join(SCRIPTS.values())))
    used |= set(re.findall(r'(?:say\("|\? "|: ")(\w+)"', SCRIPTS["page.js"])) & set(KEYS)
    used |= set(re.findall(r'\b(?:tell|fail|settled)\("(\w+)"', SCRIPTS["upload.js"])) & set(KEYS)
    used |= {"lang", "waiting", "sending", "delivered", "failed"}  # the language itself, and states of a message
    used |= {"error_bad", "error_down", "error_file_type", "error_flood", "error_long", "error_session"}  # refusals
    assert used == set(KEYS)


def test_the_words_of_the_answers_are_the_words_listed() -> None:
    used = set(re.findall(r"\bwords\.(\w+)", TEMPLATES["base.html"] + TEMPLATES["answers.html"]))
    assert used == {*answers.KEYS, *answers.OTHER}


def test_a_word_that_the_pack_lacks_shows_its_key() -> None:
    assert plain({"page.send": "Отправить"})["send"] == "Отправить"
    assert plain({})["send"] == "send"


def test_a_file_that_changes_changes_every_address() -> None:
    assets = load().files
    assert re.fullmatch(r"/static/page/[0-9a-f]{12}", assets.base)
    assert set(assets.files) == {*SCRIPTS, "page.css", "answers.css", "icon.svg"}


# --- contrast: WCAG 1.4.3 ------------------------------------------------------------


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT, DARK = (_colours(block) for block in re.findall(r":root \{(.*?)\n *\}", STYLE, re.DOTALL)[:2])


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


TEXT_ON = [
    *product(["ink", "soft", "accent"], ["paper", "bar", "theirs", "tint"]),
    *product(["ink", "own-soft"], ["own"]),
    *product(["warn"], ["paper", "warn-paper"]),
    ("accent-ink", "accent"), ("accent-ink", "accent-deep"), ("accent-deep", "tint"), ("paper", "ink"),
]  # fmt: skip
EDGE_ON = [*product(["edge", "accent"], ["paper", "bar", "theirs"]), ("edge", "own")]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_and_controls_seen(theme: dict[str, str]) -> None:
    for text, ground in TEXT_ON:
        assert _contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for edge, ground in EDGE_ON:
        assert _contrast(theme[edge], theme[ground]) >= 3, (edge, ground)
