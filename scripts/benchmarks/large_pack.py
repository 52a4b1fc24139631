"""A pack of as many answers as wished: the demonstration pack, and invented ones beside its own."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import yaml

from scripts.benchmarks.processes import ROOT

MINISTRY = ROOT / "knowledge_base" / "packs" / "ministry"
SAMPLES = 12
"""Sample questions of an invented answer."""


def write(folder: Path, answers: int, seed: int = 20261130) -> None:
    """A folder with ``answers`` answers in all; the same for the same seed."""
    shutil.copytree(MINISTRY, folder)
    chance = random.Random(seed)
    own = len(list((folder / "templates").glob("*.yml")))
    words = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text())
    triples = [(m, t, w) for w in words["where"] for m in words["matters"] for t in words["things"]]
    chance.shuffle(triples)
    for number, (matter, thing, where) in enumerate(triples[: max(answers - own, 0)]):
        slug = f"invented-{number}"
        text = yaml.safe_dump(
            _answer(slug, matter, thing, where, number, words["asked"]), allow_unicode=True, sort_keys=False
        )
        (folder / "templates" / f"{slug}.yml").write_text(text)


def _answer(slug: str, matter: str, thing: str, where: str, number: int, asked: list[str]) -> dict[str, object]:
    questions = [form.format(m=matter, t=thing, w=where) for form in asked[:SAMPLES]]
    return {
        "slug": slug,
        "title": {"ru": f"{matter[:10].capitalize()}, {thing[:9]}, {where[:6]}"},
        "topic": "agency",
        "owner": "front-office",
        "review_by": "2027-06-01",
        "short": {"ru": f"{thing.capitalize()}, {matter}, {where}: окно {number}. Ответим за {number % 29} дней."},
        "samples": {"ru": questions},
    }  # fmt: skip
