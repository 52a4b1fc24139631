"""The files of a pack, each turned into models; every fault is kept with its line.

What one file says about another is not looked at here: see ``knowledge_base.rules``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from knowledge_base import schema
from knowledge_base.faults import Fault
from knowledge_base.source import Place, Source, read_source

ModelT = TypeVar("ModelT", bound=BaseModel)

LISTS: dict[str, type[schema.Model]] = {
    "teams": schema.Team,
    "bodies": schema.Body,
    "topics": schema.Topic,
    "situations": schema.Situation,
    "segments": schema.Segment,
    "municipalities": schema.Municipality,
    "touchpoints": schema.Touchpoint,
    "policies": schema.Policy,
    "rules": schema.Rule,
    "calendars": schema.Calendar,
    "menus": schema.Menu,
    "intents": schema.Intent,
    "files": schema.PackFile,
    **schema.GUIDANCE,
}
"""Files that hold a list of models."""
FOLDERS: dict[str, type[schema.Model]] = {
    "templates": schema.Template,
    "services": schema.Service,
    "journeys": schema.Journey,
}
"""Folders that hold one model a file, the file named by its slug."""

_KEY: TypeAdapter[str] = TypeAdapter(schema.Key)
_QUESTIONS: TypeAdapter[dict[str, tuple[str, ...]]] = TypeAdapter(dict[schema.Slug, tuple[schema.NonBlank, ...]])


@dataclass(frozen=True, slots=True)
class Item(Generic[ModelT]):
    """A model and where it is written."""

    model: ModelT
    source: Source
    place: Place

    def fault(self, place: Place, what: str, remedy: str) -> Fault:
        """A fault at a place within the item."""
        return self.source.fault((*self.place, *place), what, remedy)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language and where it is written."""

    value: str
    source: Source
    place: Place


@dataclass(frozen=True, slots=True)
class Given:
    """What a file that the pack gives out holds. ``sha256`` is empty for one too big to be read."""

    size: int
    sha256: str = ""
    media_type: str | None = None


@dataclass(slots=True)
class Draft:
    """A pack as far as it could be read. ``names`` also holds the slugs of broken items."""

    version: str = ""
    agency: Item[schema.Agency] | None = None
    items: dict[str, dict[str, Item[Any]]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, dict[str, Text]] = field(default_factory=dict)
    questions: dict[str, tuple[tuple[str, ...], Source]] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    """By path within the pack."""
    raw: dict[str, bytes] = field(default_factory=dict)
    """The YAML files as they are, by path within the pack."""
    faults: list[Fault] = field(default_factory=list)


def empty_draft(version: str = "") -> Draft:
    """A pack of which nothing has been read yet."""
    kinds = (*LISTS, *FOLDERS)
    return Draft(version, items={kind: {} for kind in kinds}, names={kind: set() for kind in kinds})


def read_into(draft: Draft, name: str, raw: bytes) -> None:
    """One YAML file into the draft; what is wrong with it becomes its faults."""
    draft.raw[name] = raw
    source, faults = read_source(name, raw)
    if faults:
        draft.faults.extend(faults)
        _remember_broken(draft, source)
    else:
        _file_into(draft, source)


def _remember_broken(draft: Draft, source: Source) -> None:
    """Keep the name of an unreadable file, lest every reference to it becomes a fault too."""
    folder, _, rest = source.name.partition("/")
    if folder in FOLDERS and rest:
        draft.names[folder].add(rest.removesuffix(".yml"))


def _file_into(draft: Draft, source: Source) -> None:
    folder, _, rest = source.name.partition("/")
    stem = source.name.removesuffix(".yml")
    if source.name == "pack.yml":
        draft.agency = model_of(draft, source, (), source.data, schema.Agency)
    elif stem in LISTS:
        _read_list(draft, source, stem)
    elif folder in FOLDERS and rest and "/" not in rest:
        _read_named(draft, source, folder, rest.removesuffix(".yml"))
    elif folder == "texts" and rest and "/" not in rest:
        _read_texts(draft, source, rest.removesuffix(".yml"))
    elif folder == "questions" and rest:
        _read_questions(draft, source)
    else:
        known = ["pack.yml", *(f"{kind}.yml" for kind in LISTS), *(f"{kind}/..." for kind in FOLDERS)]
        hint = nearest(source.name, known)
        draft.faults.append(
            Fault(source.name, 1, "no file of this name belongs to a pack", hint or "move or delete it")
        )


def _read_list(draft: Draft, source: Source, kind: str) -> None:
    if not isinstance(source.data, list):
        draft.faults.append(source.fault((), "a list is expected", "begin every entry with '- '"))
        return
    for index, data in enumerate(source.data):
        keep_item(draft, source, (index,), data, kind)


def _read_named(draft: Draft, source: Source, kind: str, stem: str) -> None:
    draft.names[kind].add(stem)
    slug = source.data.get("slug") if isinstance(source.data, dict) else None
    if isinstance(slug, str) and slug != stem:
        what = f"slug {slug!r} differs from the file's name"
        draft.faults.append(source.fault(("slug",), what, f"rename the file to {slug}.yml or mend the slug"))
    keep_item(draft, source, (), source.data, kind)


def keep_item(draft: Draft, source: Source, place: Place, data: Any, kind: str) -> None:
    """File data of a kind into the draft; what is wrong with it becomes its faults."""
    key_name = "key" if kind == "topics" else "slug"
    name = data.get(key_name) if isinstance(data, dict) else None
    if isinstance(name, str):
        draft.names[kind].add(name)
    item = model_of(draft, source, place, data, LISTS.get(kind) or FOLDERS[kind])
    if item is None:
        return
    first = draft.items[kind].setdefault(str(name), item)
    if first is not item:
        where = f"{first.source.name}:{first.source.line(first.place)}"
        draft.faults.append(
            item.fault((key_name,), f"{name!r} is declared twice", f"rename one (the other is at {where})")
        )


def _read_texts(draft: Draft, source: Source, language: str) -> None:
    if not isinstance(source.data, dict):
        draft.faults.append(source.fault((), "a mapping of keys to texts is expected", "write key: text"))
        return
    for place, value in _leaves(source.data, ()):
        key = ".".join(str(part) for part in place)
        if not isinstance(value, str) or not value.strip():
            remedy = "write the text, in quotes if it looks like a number"
            draft.faults.append(source.fault(place, f"text {key!r} is not a text", remedy))
            continue
        try:
            _KEY.validate_python(key)
        except ValidationError:
            remedy = "use Latin letters, digits, dots, dashes, at most 80 characters"
            draft.faults.append(source.fault(place, f"text key {key!r} is not allowed", remedy))
        text = Text(value.strip(), source, place)
        if draft.texts.setdefault(key, {}).setdefault(language, text) is not text:
            draft.faults.append(source.fault(place, f"text {key!r} is given twice", "keep one of the two"))


def _leaves(data: dict[str, Any], place: Place) -> Iterator[tuple[Place, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*place, key))
        else:
            yield (*place, key), value


def _read_questions(draft: Draft, source: Source) -> None:
    try:
        parsed = _QUESTIONS.validate_python(source.data)
    except ValidationError as error:
        draft.faults.extend(_told(source, (), detail, None) for detail in error.errors())
        return
    for slug, questions in parsed.items():
        if slug in draft.questions:
            other = draft.questions[slug][1]
            where = f"{other.name}:{other.line((slug,))}"
            what = f"test questions for {slug!r} are given twice"
            draft.faults.append(source.fault((slug,), what, f"join them with those at {where}"))
        draft.questions.setdefault(slug, (questions, source))


def model_of(draft: Draft, source: Source, place: Place, data: Any, model: type[ModelT]) -> Item[ModelT] | None:
    """Data as a model; None where it does not fit, which becomes faults of the draft."""
    try:
        return Item(model.model_validate(data), source, place)
    except ValidationError as error:
        draft.faults.extend(_told(source, place, detail, model) for detail in error.errors())
        return None


def _told(source: Source, place: Place, detail: ErrorDetails, model: type[BaseModel] | None) -> Fault:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    name = str(loc[-1]) if loc else "the file"
    kind = detail["type"]
    if kind == "missing":
        what, remedy = f"{name!r} is missing", "add it"
    elif kind == "extra_forbidden":
        fields = _fields_at(model, loc[:-1]) if model else ()
        what, remedy = f"unknown key {name!r}", nearest(name, fields) or "remove it"
    elif kind == "string_type":
        what, remedy = f"{name!r} is not text", "write text, in quotes if it looks like a number or yes/no"
    elif kind == "string_too_short":
        what, remedy = f"{name!r} is empty", "write the text or remove the key"
    elif kind == "string_pattern_mismatch":
        what, remedy = f"{name!r} has a form that is not allowed", f"it must match {detail['ctx']['pattern']}"
    elif kind in {"tuple_type", "list_type"}:
        what, remedy = f"{name!r} is not a list", "begin every entry with '- '"
    elif kind in {"model_type", "dict_type"}:
        what, remedy = f"{name!r} is not a mapping", "write 'key: value' lines under it"
    else:
        what, remedy = f"{name!r}: {detail['msg'][:1].lower()}{detail['msg'][1:]}", "mend the value"
    return source.fault((*place, *loc), what, remedy)


def nearest(name: str, known: Iterator[str] | list[str] | set[str] | tuple[str, ...]) -> str | None:
    """The remedy "did you mean ..." when a known name is near."""
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]!r}?" if found else None


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Names of the fields of the model found by following ``loc`` down from ``model``."""
    here: Any = model
    for part in loc:
        if isinstance(part, str) and isinstance(here, type) and issubclass(here, BaseModel):
            here = here.model_fields[part].annotation
        else:
            here = get_args(here)[-1 if get_origin(here) is dict else 0]
        if get_origin(here) in (Union, UnionType):
            here = get_args(here)[0]
    return tuple(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else ()
