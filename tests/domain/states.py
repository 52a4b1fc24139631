"""States of dialogs and events as hypothesis draws them: likely ones, old ones, forged ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.domain.decision import CaseView, EpisodeView, RequestView, StageReached
from bot.domain.dialog import Activity, Comment, Dialog, Form, FormMode, Missing, Offered, OpenCase, Pause
from bot.domain.events import (
    ClientActed,
    ClientUnreachable,
    Event,
    FileArrived,
    FileTurnedDown,
    HandlingFailed,
    TimerFired,
    TimerKind,
)
from bot.domain.messages import Channel, FileOffer, FileRef, Incoming, Kind
from knowledge_base.schema import FieldType, Service
from nlu.understanding import Candidate, Outcome, Understanding
from tests.domain.talk import WEDNESDAY, real_pack

PACK = real_pack()
TEMPLATES = sorted(PACK.templates)
SERVICES = sorted(PACK.services)
KNOWN = [*TEMPLATES, *SERVICES, *sorted(PACK.intents)]
LANGUAGES = ("ru", "en", "de")
SAMPLES = tuple(sample for t in PACK.templates.values() for sample in t.samples.get("ru", ())[:2])

moments = st.integers(-3 * 86400, 3 * 86400).map(lambda seconds: WEDNESDAY + dt.timedelta(seconds=seconds))
ids = st.one_of(st.integers(1, 12), st.just(10**17))
tokens = st.integers(1, 6).map(str)
slugs = st.one_of(st.sampled_from(KNOWN), st.sampled_from(("gone", "no-such-thing")))
clean_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
texts = st.one_of(
    clean_text,
    st.sampled_from(SAMPLES),
    st.sampled_from(("В начало", "да", "5", "Жалоба", "/", "😀", "...", " ", "")),
    st.sampled_from(("как подать?", "Анна Петрова", "8 900 123-45-67", "человек", "стоп", "с" * 5000)),
)

# --- actions -----------------------------------------------------------------------

_verbs = st.sampled_from(
    ("v", "skip", "back", "send", "edit", "fix", "summary", "resume", "drop", "cancel", "exit", "no")
)
_steps = st.sampled_from(("-", "review", "gone", *(f.name for s in PACK.services.values() for f in s.fields)))
_values = st.sampled_from(("", ":complaint", ":5", ":text", ":gone"))
actions = st.one_of(
    st.builds("t:{}".format, slugs),
    st.builds("m:{}".format, slugs),
    st.builds("s:{}".format, slugs),
    st.builds("sn:{}".format, slugs),
    st.builds("menu:{}".format, st.sampled_from(("gone", *PACK.menus))),
    st.builds(
        "c:{}".format, st.sampled_from(("human", "my-status", "my-data", "settings", "assistant", "other", "x", ""))
    ),
    st.builds("h:{}:{}".format, ids, st.integers(0, 1)),
    st.builds("r:{}:{}".format, ids, st.integers(0, 5)),
    st.builds("rx:{}".format, ids),
    st.builds("q:{}".format, ids),
    st.builds("w:{}".format, ids),
    st.builds("l:{}".format, st.sampled_from((*LANGUAGES, "xx", ""))),
    st.builds("f:{}:{}:{}{}".format, tokens, _steps, _verbs, _values),
    clean_text,
    st.binary(max_size=64).map(lambda data: data.decode("utf-8", "ignore").replace("\0", "")),
)

# --- dialogs -----------------------------------------------------------------------


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form of the pack or of an older release, its values as they are kept."""
    slug = draw(st.sampled_from((*SERVICES, "gone")))
    service = PACK.services.get(slug)
    names = [field.name for field in service.fields] if service else ["text"]
    values = {name: draw(_kept(service, name)) for name in draw(st.sets(st.sampled_from([*names, "gone"])))}
    return Form(
        slug,
        draw(tokens),
        draw(st.sampled_from([*names, "gone"])),
        values,
        draw(st.sampled_from(FormMode)),
        resume=draw(st.sampled_from((FormMode.ASK, FormMode.REVIEW, FormMode.PICK))),
        fixing=draw(st.booleans()),
    )


def _kept(service: Service | None, name: str) -> st.SearchStrategy[str]:
    field = next((f for f in service.fields if f.name == name), None) if service else None
    if field is not None and field.type is FieldType.CHOICE:
        return st.sampled_from([*(choice.value for choice in field.choices), "gone"])
    if field is not None and field.type is FieldType.SCORE:
        return st.sampled_from("12345")
    return clean_text.filter(str.strip) | st.just("7.1.applicant-name")


_activities: st.SearchStrategy[Activity] = st.one_of(
    forms(), forms(), st.builds(Comment, episode=ids), st.builds(Missing, episode=ids)
)
_offered = st.builds(Offered, label=st.one_of(texts, st.sampled_from(("Подробнее", "5"))), action=actions)
_pauses = st.lists(st.builds(Pause, start=moments, end=moments), max_size=2).map(
    lambda found: tuple(sorted(found, key=lambda pause: pause.start))
)
_cases = st.lists(
    st.builds(
        OpenCase,
        id=st.integers(1, 12),
        reason=st.sampled_from(("asked", "unknown", "low_score", "rule", "broken", "request")),
        due_at=moments,
        request=st.none() | st.integers(1, 4),
        waiting=st.booleans(),
        answered=st.booleans(),
        taken_by=st.none() | st.integers(1, 3),
        told_due=st.none() | moments,
        team=st.sampled_from(("", "gone", *PACK.teams)),
        policy=st.sampled_from(("", "gone", *PACK.policies)),
        since=st.none() | moments,
        first=st.booleans(),
        pauses=_pauses | st.builds(Pause, start=moments).map(lambda pause: (pause,)),
    ),
    max_size=3,
    unique_by=lambda case: case.id,
).map(tuple)
dialogs = st.builds(
    Dialog,
    language=st.sampled_from(LANGUAGES),
    greeted=st.booleans(),
    stack=st.lists(_activities, max_size=3, unique_by=lambda a: a.token if isinstance(a, Form) else id(a)).map(tuple),
    offered=st.lists(_offered, max_size=4).map(tuple),
    misses=st.integers(0, 3),
    question=texts,
    cases=_cases,
    led=st.booleans(),
    scores_declined=st.booleans(),
    flood_level=st.sampled_from((0.0, 0.0, 0.0, 19.5, 20.5, 22.0)),
    flood_at=st.none() | moments,
    held=st.sampled_from((0, 0, 3, 9)),
    held_text=texts,
    heard=st.sampled_from(("", "3", "7")),
    filled=st.sampled_from(("", "", "gone", "text", "place", "contact", "kind")),
)

# --- what else is known ----------------------------------------------------------------


@st.composite
def _requests(draw: st.DrawFn) -> dict[int, RequestView]:
    found = {}
    for number in draw(st.sets(st.integers(1, 12), max_size=7)):
        slug = draw(st.sampled_from(("appeal", "appeal", "feedback", "gone")))
        stages = [stage.slug for stage in PACK.services["appeal"].stages]
        stage = draw(st.sampled_from([*stages, "gone"]))
        reached = stages[: stages.index(stage) + 1] if stage in stages else ["gone"]
        history = tuple(StageReached(one, WEDNESDAY) for one in reached if draw(st.booleans()))
        found[number] = RequestView(
            number, f"ОТ-2026-{number:06d}", slug, stage, WEDNESDAY, draw(st.none() | moments), history
        )
    return found


requests = _requests()
closed = st.dictionaries(
    st.integers(1, 12),
    st.builds(
        CaseView,
        id=st.just(0),
        reason=st.sampled_from(("asked", "request")),
        team=st.sampled_from(("gone", *PACK.teams)),
        policy=st.sampled_from(("", "gone", *PACK.policies)),
        request=st.none() | st.integers(1, 4),
        closed=st.booleans(),
    ),
    max_size=4,
).map(lambda found: {n: replace(view, id=n) for n, view in found.items()})
episodes = st.dictionaries(
    st.integers(1, 12),
    st.builds(
        EpisodeView,
        id=st.just(0),
        kind=st.sampled_from(("answer", "case")),
        slug=slugs,
        score=st.none() | st.integers(1, 5),
        helped=st.none() | st.booleans(),
    ),
    max_size=12,
).map(lambda found: {n: EpisodeView(n, e.kind, e.slug, e.score, e.helped) for n, e in found.items()})

# --- events ------------------------------------------------------------------------

_candidates = st.lists(
    st.builds(Candidate, slug=slugs, score=st.floats(0, 1)), max_size=5, unique_by=lambda c: c.slug
).map(tuple)


@st.composite
def readings(draw: st.DrawFn, text: str, depth: int = 1) -> Understanding:
    outcome = draw(st.sampled_from(Outcome))
    candidates = draw(_candidates)
    slug = candidates[0].slug if candidates and outcome is not Outcome.UNKNOWN else None
    slug = draw(st.one_of(st.just(slug), slugs)) if outcome is not Outcome.UNKNOWN else None
    parts = tuple(draw(st.lists(readings(text, depth - 1), max_size=3))) if depth else ()
    rules = tuple(draw(st.lists(st.sampled_from(("gone", *PACK.rules)), max_size=1)))
    number = draw(st.sampled_from((None, None, "ОТ-2026-000003", "ОТ-2026-999999")))
    return Understanding(
        text, outcome, slug, candidates, "test", draw(st.sampled_from(LANGUAGES)), 0.1, number, rules, parts
    )


_messages = st.sampled_from(("", "3", "7", "11"))
file_offers = st.builds(
    FileOffer,
    kind=st.sampled_from(("photo", "voice", "document")),
    reference=st.sampled_from(("", "AgAD")),
    name=clean_text,
    size=st.sampled_from((0, 5, 2**40)),
)


@st.composite
def client_events(draw: st.DrawFn) -> ClientActed:
    kind = draw(st.sampled_from((*Kind, Kind.TEXT, Kind.TEXT, Kind.BUTTON, Kind.BUTTON)))
    what: dict[str, Any] = {}
    match kind:
        case Kind.FILES:
            what = {
                "name": draw(st.sampled_from(("photo", "voice", "document"))),
                "text": draw(st.one_of(st.just(""), texts)),
                "album": draw(st.sampled_from(("", "", "7"))),
                "files": tuple(draw(st.lists(file_offers, max_size=3))),
            }
        case Kind.TEXT:
            what = {"text": draw(texts), "message": draw(_messages), "quoted": draw(clean_text)}
        case Kind.EDIT:
            what = {"text": draw(texts), "message": draw(_messages)}
        case Kind.PLACE:
            what = {"text": draw(st.sampled_from(("56.63400, 47.89990", "Ферма (1.00000, -2.00000)")))}
        case Kind.CONTACT:
            what = {"text": draw(st.sampled_from(("+79001234567", "112", "")))}
        case Kind.REACTION:
            what = {"text": draw(st.sampled_from(("👍", "👎", "❤", ""))), "message": draw(_messages)}
        case Kind.BUTTON:
            what = {"action": draw(actions), "text": draw(st.sampled_from(("", "Кнопка")))}
        case Kind.COMMAND:
            what = {
                "name": draw(
                    st.sampled_from(("start", "human", "status", "my_status", "cancel", "stop", "help", "STOP", "?"))
                ),
                "text": draw(st.sampled_from(("", "ОТ-2026-000003", "x"))),
            }
        case Kind.START:
            what = {"text": draw(st.one_of(st.just(""), slugs, clean_text))}
        case Kind.OTHER:
            what = {"name": draw(st.sampled_from(("voice", "sticker", "location", "poll", "?"))), "text": draw(texts)}
    incoming = Incoming(draw(st.sampled_from(Channel)), "1", kind, **what)
    understood = draw(readings(what["text"])) if kind in (Kind.TEXT, Kind.EDIT) else None
    return ClientActed(draw(st.integers(1000, 9000)), incoming, understood)


other_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(TimerFired, case=st.integers(1, 12), kind=st.sampled_from(TimerKind), due_at=moments),
    st.builds(HandlingFailed, id=st.integers(1, 99)),
    st.just(ClientUnreachable()),
    st.builds(
        FileArrived,
        file=st.builds(FileRef, st.just("ab"), clean_text, st.just("image/jpeg"), st.integers(1, 9)),
        token=st.one_of(st.just(""), tokens),
        team=st.sampled_from(("", "gone", *PACK.teams)),
    ),
    st.builds(
        FileTurnedDown,
        why=st.sampled_from(("file.too_big", "file.bad_type", "file.gone")),
        token=st.one_of(st.just(""), tokens),
        team=st.sampled_from(("", *PACK.teams)),
    ),
)
