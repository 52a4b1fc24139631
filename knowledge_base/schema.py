"""The content of an agency, one frozen model per kind.

A pack is a folder of YAML files that ``knowledge_base.load`` turns into one ``Pack``. Every model
refuses unknown keys, so a misspelled key is an error with a line and never a silent loss.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge_base.basics import Key as Key
from knowledge_base.basics import Language as Language
from knowledge_base.basics import Localized as Localized
from knowledge_base.basics import Model as Model
from knowledge_base.basics import NonBlank as NonBlank
from knowledge_base.basics import Slug as Slug
from knowledge_base.schema_answers import TemplateButton as TemplateButton
from knowledge_base.schema_answers import Variant as Variant
from knowledge_base.schema_guidance import GUIDANCE as GUIDANCE
from knowledge_base.schema_guidance import Canned as Canned
from knowledge_base.schema_guidance import Conduct as Conduct
from knowledge_base.schema_guidance import Guidance as Guidance
from knowledge_base.schema_guidance import Script as Script
from knowledge_base.schema_guidance import Untypical as Untypical
from knowledge_base.schema_journeys import Journey as Journey
from knowledge_base.schema_menus import Menu as Menu
from knowledge_base.schema_menus import MenuItem as MenuItem
from knowledge_base.schema_plainness import PlainLanguage as PlainLanguage
from knowledge_base.schema_registers import Municipality as Municipality
from knowledge_base.schema_registers import Segment as Segment
from knowledge_base.schema_registers import Situation as Situation
from knowledge_base.schema_registers import Topic as Topic
from knowledge_base.schema_reviews import Reviews as Reviews
from knowledge_base.schema_terms import Body as Body
from knowledge_base.schema_terms import Calendar as Calendar
from knowledge_base.schema_terms import Interval as Interval
from knowledge_base.schema_terms import Policy as Policy
from knowledge_base.schema_terms import Weekday as Weekday
from knowledge_base.schema_touchpoints import Need as Need
from knowledge_base.schema_touchpoints import Touchpoint as Touchpoint

TEMPLATE_PLACEHOLDERS = frozenset({"agency", "due"})
"""What the text of an answer may name in braces: who answers, and by when a person would if he were called now."""


class PackFile(Model):
    """A file that the pack gives out: a blank form, a sample."""

    slug: Slug
    title: Localized
    """What it is called on buttons, and the file itself once downloaded; at most 30 characters."""
    path: Annotated[str, StringConstraints(pattern=r"^files/[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=120)]
    """Where it lies in the pack's folder."""


class StoredFile(PackFile):
    """A file of the pack, with what reading it told."""

    sha256: str
    size: int
    media_type: str


class Template(Model):
    """An approved answer to one topic."""

    slug: Slug
    title: Localized
    """Two to four words for buttons and menus, at most 30 characters."""
    topic: Key
    """Code of the classifier's topic, declared in ``topics.yml``."""
    situation: Slug | None = None
    """Life situation, declared in ``situations.yml``."""
    owner: Slug
    """Team that keeps the answer true, declared in ``teams.yml``."""
    review_by: dt.date
    sensitive: bool = False
    """A person is offered first and no score is ever asked."""
    unmet: bool = False
    """A need this agency can't meet: why not, and who can."""
    public: bool = True
    """Listed among the frequent questions; false: said only to whoever asks."""
    withdrawn: bool = False
    """It proved wrong: a person answers instead, until it is put right."""
    short: Localized
    """The answer, about 350 characters at most. It and ``more`` may hold TEMPLATE_PLACEHOLDERS."""
    more: Localized | None = None
    """The rest, shown behind the button "more"."""
    files: Annotated[tuple[Slug, ...], Field(max_length=8)] = ()
    """Blank forms and samples, declared in ``files.yml``; offered by a button."""
    buttons: tuple[TemplateButton, ...] = ()
    variants: Annotated[tuple[Variant, ...], Field(max_length=12)] = ()
    """What some clients get instead of these texts; these are the default."""
    samples: dict[Language, tuple[NonBlank, ...]]
    """Questions as people type them; the engine is trained on these."""


class IntentKind(StrEnum):
    COMMAND = "command"
    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"


class Intent(Model):
    """A general intent (``my-status``, ``human``, ``greeting`` ...) with its samples."""

    slug: Slug
    kind: IntentKind
    samples: dict[Language, tuple[NonBlank, ...]]


# --- services ----------------------------------------------------------------


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    SCORE = "score"
    PLACE = "place"
    """A text, or a place sent from the map."""
    FILE = "file"
    """Documents and photos. Never a step of its own unless required: taken at any step, asked for in the summary."""


class Choice(Model):
    value: Slug
    title: Localized


class ServiceField(Model):
    """One question of a form."""

    name: Slug
    type: FieldType
    ask: Localized
    """The question itself, short."""
    hint: Localized | None = None
    """What to write and an example."""
    why: Localized | None = None
    """Why it is asked; shown under the hint."""
    label: Localized
    """One or two words for the summary."""
    required: bool = True
    personal: bool = False
    """Stored encrypted, apart from the request."""
    holds_question: bool = False
    """A question typed here is the value itself; elsewhere it is one asked aside, and answered."""
    choices: tuple[Choice, ...] = ()
    min_length: int = 0
    max_length: int = 4000


class Stage(Model):
    slug: Slug
    title: Localized
    days: int | None = None
    """Calendar days from acceptance by which the stage ends; none: no term of its own."""
    client_acts: bool = False
    """Something is expected of the client at this stage."""
    final: bool = False
    refusal: bool = False
    """Ends the request without what was asked for; beside the path, with a reason and what to do next time."""


class Service(Model):
    """A declared form with a journey."""

    slug: Slug
    title: Localized
    """A verb for buttons: "write an appeal"."""
    noun: Localized | None = None
    """What a request of this kind is called in lists; none: the title."""
    where: Localized | None = None
    """Button that shows where a request of this kind stands; none: the one common to all."""
    description: Localized
    topic: Key
    situation: Slug | None = None
    owner: Slug
    review_by: dt.date
    team: Slug
    policy: Slug | None = None
    """Response policy of the case it opens; none: no person is asked."""
    series: NonBlank = "ОТ"
    """Prefix of the public number."""
    days: int | None = None
    """Calendar days within which the final answer is promised."""
    numbered: bool = True
    """False: no number and no journey (a plain word of feedback)."""
    fields: tuple[ServiceField, ...]
    stages: tuple[Stage, ...] = ()
    receipt: Localized
    """Said when accepted. Placeholders: {number} {due} {first}."""
    offline: Localized
    """How to do the same without a messenger."""
    samples: dict[Language, tuple[NonBlank, ...]]


# --- teams and rules --------------------------------------------------------


class Team(Model):
    slug: Slug
    title: Localized
    """As a client reads it: "отдел субсидий"."""
    topics: tuple[Key, ...] = ()
    """Classifier topics that this team answers for."""


class Rule(Model):
    """A staff rule: these words hand the conversation to a person at once."""

    slug: Slug
    title: Localized
    phrases: tuple[NonBlank, ...]
    """A message matches when it holds every word (lemma) of one of the phrases."""
    team: Slug
    policy: Slug


# --- texts -----------------------------------------------------------------


class Thresholds(Model):
    """Zones of the calibrated confidence of the best candidate."""

    answer: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """At or above: answered."""
    clarify: Annotated[float, Field(gt=0, lt=1)] = 0.25
    """At or above: asked back with buttons; below: not known."""
    margin: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Lead over the second candidate that an answer needs."""


class Agency(Model):
    """``pack.yml``: who speaks, and the defaults."""

    name: Slug
    title: Localized
    languages: tuple[Language, ...]
    default_language: Language
    timezone: NonBlank
    office: Slug
    """Calendar that tells when a person is there."""
    default_team: Slug
    handoff_policy: Slug
    """Policy of a case opened because a person was asked for."""
    incident_team: Slug
    incident_policy: Slug
    """Team and policy for "the assistant is broken"."""
    thresholds: Thresholds = Thresholds()
    plain_language: PlainLanguage = PlainLanguage()
    reviews: Reviews = Reviews()
    keep_texts_days: int | None = Field(default=None, ge=30)
    """Days after which the texts of messages are forgotten; none: kept until erased."""
    keep_questions_days: int = Field(default=1095, ge=30)
    """The same for questions, which stand apart from whoever asked."""
    unknown_before_handoff: int = 2
    """Unknown questions in a row after which a person is offered first."""


class Pack(Model):
    """The whole content, loaded at once; ``version`` is the hash of its files."""

    version: str
    agency: Agency
    templates: dict[str, Template]
    intents: dict[str, Intent]
    services: dict[str, Service]
    topics: dict[str, Topic]
    situations: dict[str, Situation]
    segments: dict[str, Segment] = Field(default_factory=dict)
    calendars: dict[str, Calendar]
    policies: dict[str, Policy]
    teams: dict[str, Team]
    bodies: dict[str, Body] = Field(default_factory=dict)
    rules: dict[str, Rule]
    menus: dict[str, Menu]
    files: dict[str, StoredFile] = Field(default_factory=dict)
    municipalities: dict[str, Municipality] = Field(default_factory=dict)
    canned: dict[str, Canned] = Field(default_factory=dict)
    untypical: dict[str, Untypical] = Field(default_factory=dict)
    scripts: dict[str, Script] = Field(default_factory=dict)
    conduct: dict[str, Conduct] = Field(default_factory=dict)
    touchpoints: dict[str, Touchpoint] = Field(default_factory=dict)
    journeys: dict[str, Journey] = Field(default_factory=dict)
    texts: dict[str, Localized]
    questions: dict[str, tuple[str, ...]]
    """Test questions by slug, never trained on."""
