"""A pack, or any list of examples, as a Rasa project: what ``scripts/rasa train`` trains. Imports nothing of Rasa.

    write_pack(load_pack(folder), project)                          # a pack, with its test questions
    write_project([("когда вы открыты", "working-hours"), ...], project)   # anything else

The project is a folder: ``config.yml``, ``domain.yml``, ``data/nlu.yml`` and, given questions, ``tests/nlu.yml``.
Intents are flat, one a slug: a ResponseSelector would hide the confidence that the zones of the pack judge.
What scripts/rasa_tools does with it: ``train_model(project, out)`` gives a model file, ``RasaServer(model)`` serves it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from knowledge_base.schema import IntentKind, Pack
from nlu.embedding import encoder_name
from nlu.entities import lookups, patterns, places_of, series_of
from nlu.examples import examples, prepared
from nlu.numbers import NumberReader
from nlu.training_example import Example, merged

HOME = Path(__file__).parent
PROJECT = HOME / "rasa_project"
LOCK = HOME.parent / "scripts" / "locks" / "rasa.txt"
Asked = Iterable[tuple[str, str]]
"""Cleaned texts and the slugs they stand for."""

_SLUG = re.compile(r"[\w.-]+")
_MARKED = str.maketrans("[]", "()")
"""Square brackets would mark an entity."""


def write_pack(pack: Pack, folder: Path) -> None:
    """Write the project of a pack into a folder, which is made anew."""
    write_project(
        examples(pack), folder, questions=asked_questions(pack), series=series_of(pack), places=places_of(pack)
    )


def asked_questions(pack: Pack) -> tuple[tuple[str, str], ...]:
    """The pack's test questions as a classifier is asked them, with their slugs."""
    reader = NumberReader(series_of(pack))
    smalltalk = {slug for slug, intent in pack.intents.items() if intent.kind is IntentKind.SMALLTALK}
    return tuple(
        (prepared(text, reader, keep_greetings=slug in smalltalk), slug)
        for slug, texts in pack.questions.items()
        for text in texts
    )


def write_project(
    learned: Iterable[Example | tuple[str, str]],
    folder: Path,
    *,
    questions: Asked = (),
    series: Iterable[str] = (),
    places: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Write a project into a folder, which is made anew.

    ``learned``: cleaned texts, each one line. ``series``: prefixes of request numbers; ``places``: names of
    municipalities by slug. Raises ValueError for a name that Rasa would not take for a flat intent.
    """
    lessons = merged(one if isinstance(one, Example) else Example(*one) for one in learned)
    slugs = sorted({one.slug for one in lessons})
    for slug in slugs:
        if not _SLUG.fullmatch(slug):
            raise ValueError(f"{slug!r} cannot be an intent: only letters, digits, '.', '-' and '_' may be in it")
    if not slugs:
        raise ValueError("there is nothing to learn from")
    names = lookups(places or {})
    found = patterns(series)
    shown = _shown(found, series, names)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(PROJECT / "config.yml", folder / "config.yml")
    domain = {"version": "3.1", "intents": slugs, "entities": sorted(shown)}
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True, sort_keys=False), encoding="utf-8")
    blocks = [*_intents(lessons), *_entities(shown, slugs[0]), *_patterns(found), *_names(names)]
    _write(folder / "data" / "nlu.yml", blocks)
    if asked := [Example(text, slug) for text, slug in questions]:
        (folder / "tests").mkdir()
        _write(folder / "tests" / "nlu.yml", _intents(merged(asked)))


def model_name(version: str) -> str:
    """The name of the model of a content of this version, by code and encoder as they are: ``VERSION-CODE``."""
    digest = hashlib.sha256()
    home = [*HOME.glob("*.py"), *HOME.glob("language/*.yml"), *PROJECT.glob("*.py"), *PROJECT.glob("*.yml")]
    for path in [*sorted(home), LOCK]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(encoder_name().encode())
    return f"{version}-{digest.hexdigest()[:12]}"


def _write(path: Path, blocks: Iterable[str]) -> None:
    path.write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")


def _intents(lessons: Sequence[Example]) -> Iterator[str]:
    """A block of plain examples an intent, and one of those that weigh otherwise or that nobody types."""
    plain: dict[str, list[str]] = defaultdict(list)
    special: dict[str, list[str]] = defaultdict(list)
    for one in lessons:
        if one.weight == 1.0 and one.asked:
            plain[one.slug].append(_line(one.text))
        else:
            metadata = json.dumps({"weight": one.weight, "asked": one.asked})
            special[one.slug].append(f"  - text: {_quoted(_line(one.text))}\n    metadata: {metadata}\n")
    for slug, texts in plain.items():
        yield f"- intent: {_quoted(slug)}\n{_listed(texts)}"
    for slug, texts in special.items():
        yield f"- intent: {_quoted(slug)}\n  examples:\n{''.join(texts)}"


def _shown(
    found: Mapping[str, Sequence[str]], series: Iterable[str], names: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Two texts of every kind of entity. Raises ValueError for a pattern whose kind has none."""
    shown: dict[str, list[str]] = dict(yaml.safe_load((PROJECT / "entity_samples.yml").read_text(encoding="utf-8")))
    if prefix := min(series, default=""):
        shown["request_number"] = [f"{prefix}-2026-{order:06d}".lower() for order in (1, 2)]
    if forms := [form for slug in sorted(names) for form in names[slug]]:
        shown["municipality"] = [forms[0], forms[-1]]
    if missing := sorted(set(found) - set(shown)):
        raise ValueError(f"nlu/rasa_project/entity_samples.yml shows no {', '.join(missing)}")
    return shown


def _entities(shown: Mapping[str, Sequence[str]], slug: str) -> Iterator[str]:
    """Examples that show entities, under any intent; the classifier does not learn them."""
    texts = [_quoted(f"[{text}]({kind})") for kind in sorted(shown) for text in shown[kind]]
    told = "".join(f"  - text: {text}\n    metadata: {{shows_entity: true}}\n" for text in texts)
    yield f"- intent: {_quoted(slug)}\n  examples:\n{told}"


def _patterns(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for kind in sorted(found):
        yield f"- regex: {kind}\n{_listed(found[kind])}"


def _names(names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """All forms of the municipalities' names, longest first, and what each stands for."""
    forms = sorted({form for listed in names.values() for form in listed}, key=lambda form: (-len(form), form))
    if forms:
        yield f"- lookup: municipality\n{_listed(forms)}"
    for slug in sorted(names):
        if names[slug]:
            yield f"- synonym: {_quoted(slug)}\n{_listed(names[slug])}"


def _line(text: str) -> str:
    return " ".join(text.translate(_MARKED).split())


def _listed(texts: Iterable[str]) -> str:
    return "  examples: |\n" + "".join(f"    - {text}\n" for text in texts)


def _quoted(text: str) -> str:
    """A YAML string in quotes; a plain one Rasa would look through for environment variables."""
    return json.dumps(text, ensure_ascii=False)
