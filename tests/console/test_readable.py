"""Readable by everybody: contrast in both themes, a label for every field, landmarks, one heading of the page."""

from __future__ import annotations

import re

import pytest

from bot.console.assets import HERE
from tests.console.house import House
from tests.console.test_inbox import a_case
from tests.storage.worker import Worker

PAIRS = [
    *((text, "sheet") for text in ("soft", "accent", "bad", "warn", "bs-body-color")),
    *((text, "bs-body-bg") for text in ("soft", "accent", "bad", "bs-body-color")),
    *((text, "tint") for text in ("soft", "accent", "accent-deep", "bs-body-color")),
    *((text, "own-paper") for text in ("soft", "bad", "warn", "bs-body-color")),
    *((text, "note-paper") for text in ("soft", "bs-body-color")),
    *((kind, f"{kind}-paper") for kind in ("good", "warn", "bad", "calm")),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-deep"),
]
ENOUGH = 4.5


def _theme(name: str) -> dict[str, str]:
    style = (HERE / "static" / "desk.css").read_text()
    block = re.search(rf'\[data-bs-theme="{name}"\] \{{(.*?)\}}', style, re.DOTALL)
    assert block
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[1]))


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_paper(theme: str) -> None:
    colours = _theme(theme)
    faint = {
        f"{text} on {paper}": round(contrast, 2)
        for text, paper in PAIRS
        if (contrast := _contrast(colours[text], colours[paper])) < ENOUGH
    }
    assert faint == {}


async def test_every_field_has_a_label_and_every_page_its_landmarks(house: House) -> None:
    client = Worker(house.runtime)
    admin = await house.seated("admin", "administrator")
    address = await a_case(client)
    await client.sends_an_appeal("anna")
    pages = ("inbox", f"inbox/{address}", "requests", "requests/1", "staff", "audit", "password")
    for browser, paths in ((admin, pages), (house.browser(), ("sign-in",))):
        for path in paths:
            body = (await browser.gets(f"/desk/{path}")).body
            labelled = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', body))
            for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", body):
                if re.search(r'type="(hidden|radio)"|aria-hidden="true"', field):
                    continue
                found = re.search(r'\bid="([^"]+)"', field)
                assert found and found[1] in labelled, f"{path}: {field}"
            assert '<html lang="ru">' in body
            assert body.count("<main") == 1
            assert 'href="#main"' in body
            assert body.count("<h1") == 1
            ids = re.findall(r'\sid="([^"]+)"', body)
            assert len(ids) == len(set(ids)), f"{path}: an id stands twice"
