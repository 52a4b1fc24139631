"""How a message is read, whoever yields the probabilities: the in-process classifier or Rasa.

A message is cleaned and taken apart; whoever ranks the intents is asked about what the samples don't tell;
his rankings become readings by the pack's thresholds, and readings an ``Understanding``.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from knowledge_base.schema import IntentKind, Pack
from nlu.cleaning import Cleaned, clean
from nlu.entities import reader_for, series_of
from nlu.entity import Entity
from nlu.familiar import Familiar
from nlu.features import kept_words
from nlu.numbers import Found, NumberReader
from nlu.phrases import is_wrapping, questions, says_only_a_number, unwrapped, without_fillers
from nlu.several import Pieces, Reading, several
from nlu.spelling import spelling_of
from nlu.understanding import Candidate, Outcome, Understanding
from nlu.words import lemma, lemmas, tokens

MY_STATUS = "my-status"
MAX_CANDIDATES, MAX_PIECES = 5, 8
_FEW_WORDS = 2
"""A rest so short after a greeting may still be small talk («привет, бот»)."""
_OFFERED = frozenset({Outcome.ANSWER, Outcome.SERVICE})
"""What a question back can offer."""
SAMPLES_SAY = 0.4
"""Against the classifier, where a vague word is asked back: more, and the right topic comes first less often."""
STRANGER = 10.0
"""So many times likelier than out of scope must a topic be: an answer to a stranger's question harms most.

Of samples left out, 94 of 100 out of scope are then rejected instead of 89, for 1 in 100 fewer answered right.
"""
_OUTCOMES = {
    IntentKind.COMMAND: Outcome.COMMAND,
    IntentKind.SMALLTALK: Outcome.SMALLTALK,
    IntentKind.OUT_OF_SCOPE: Outcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message as the classifier is asked about it."""

    bare: str
    greeted: str
    """With what it is wrapped in, but for fillers; the same as ``bare`` where that says enough."""
    pieces: tuple[str, ...]
    """Its questions, where there seem to be several."""

    @property
    def texts(self) -> list[str]:
        return [self.bare, self.greeted, *map(unwrapped, self.pieces)]


_NOTHING = Reading(Outcome.UNKNOWN, None, ())
_STATUS = Reading(Outcome.COMMAND, MY_STATUS, (Candidate(MY_STATUS, 1.0),))


Ranking = Sequence[tuple[str, float]]
"""Intents with their calibrated probabilities, best first; six say all that is needed."""


@dataclass(frozen=True, slots=True)
class _Message:
    """One message, cleaned and taken apart."""

    text: str
    cleaned: Cleaned
    """With misspelt words mended."""
    entities: tuple[Entity, ...]
    found: Found | None
    asked: _Asked | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Messages that are cleaned and taken apart, and what is still to be judged about them."""

    messages: Sequence[_Message]
    told: Mapping[str, Reading]
    """Pieces that the samples tell by themselves."""
    unjudged: Sequence[str]
    """Distinct cleaned pieces whose intents must be ranked; none of them empty."""
    started: float

    def needs(self, number: int) -> list[str]:
        """What must be ranked before this message is understood."""
        asked = self.messages[number].asked
        return [text for text in asked.texts if text not in self.told] if asked else []

    def only(self, numbers: Sequence[int]) -> Begun:
        """The messages with these numbers alone."""
        unjudged = list(dict.fromkeys(text for number in numbers for text in self.needs(number)))
        return replace(self, messages=[self.messages[number] for number in numbers], unjudged=unjudged)


class Reader:
    """Reads by the samples, thresholds and rules of a pack. Immutable; safe to share between threads."""

    def __init__(self, pack: Pack, familiar: Familiar) -> None:
        self._familiar = familiar
        self._thresholds = pack.agency.thresholds
        self._language = pack.agency.default_language
        self._numbers = NumberReader(series_of(pack))
        self._entities = reader_for(pack)
        self._spelling = spelling_of(pack)
        self._knows_status = MY_STATUS in pack.intents
        self._outcomes = {
            **dict.fromkeys(pack.templates, Outcome.ANSWER),
            **dict.fromkeys(pack.services, Outcome.SERVICE),
            **{slug: _OUTCOMES[intent.kind] for slug, intent in pack.intents.items()},
        }
        self._rules = {
            slug: tuple(lemmas(clean(phrase).text) for phrase in rule.phrases) for slug, rule in pack.rules.items()
        }

    @property
    def slugs(self) -> Collection[str]:
        """Everything that a ranking may name."""
        return self._outcomes.keys()

    def begin(self, texts: Sequence[str]) -> Begun:
        """Clean messages of any length and content and take them apart. Never raises."""
        started = time.perf_counter()
        messages = [self._message(text) for text in texts]
        pieces = dict.fromkeys(text for one in messages if one.asked for text in one.asked.texts)
        familiar = {text: self._familiar_reading(text) for text in pieces}
        told = {text: reading for text, reading in familiar.items() if reading is not None}
        unjudged = [text for text in pieces if text not in told]
        return Begun(messages, told, unjudged, started)

    def finish(self, begun: Begun, rankings: Sequence[Ranking], engine: str) -> list[Understanding]:
        """The messages understood, in order, by a ranking of each of the ``unjudged``; ``engine`` made them.

        ``ms`` of each is the time of the batch.
        """
        judged = {text: self._judged(text, ranking) for text, ranking in zip(begun.unjudged, rankings, strict=True)}
        readings = {**begun.told, **judged}
        return [self._understood(one, readings, begun.started, engine) for one in begun.messages]

    def _message(self, text: str) -> _Message:
        typed = clean(text)
        cleaned = replace(typed, text=self._spelling.mended(typed.text)) if typed.language == "ru" else typed
        found = self._numbers.find(cleaned.text)
        return _Message(text, cleaned, self._entities.read(typed.text), found, self._asked(cleaned, found))

    def _asked(self, cleaned: Cleaned, found: Found | None) -> _Asked | None:
        """What the classifier is asked about a message; None where there is nothing to ask."""
        if found and self._knows_status and says_only_a_number(found.rest):
            return None
        if not tokens(cleaned.text):
            return None
        text = found.in_words if found else cleaned.text
        line = text.replace("\n", " ")
        bare = unwrapped(line)
        enough = len(tokens(bare)) > _FEW_WORDS or self._familiar.slug_of(bare) is not None
        pieces = tuple(piece for piece in questions(text) if not is_wrapping(piece))
        many = 2 <= len(pieces) <= MAX_PIECES
        return _Asked(bare, bare if enough else without_fillers(line), pieces if many else ())

    def _understood(self, one: _Message, readings: Mapping[str, Reading], started: float, engine: str) -> Understanding:
        found = one.found
        tell = partial(self._told, language=one.cleaned.language, started=started, engine=engine)
        reading = _NOTHING
        parts: tuple[Understanding, ...] = ()
        rest: tuple[str, ...] = ()
        if one.asked is not None:
            reading, pieces, rest = _read(one.asked, readings)
            reading = self._about_a_request(reading) if found else reading
            parts = tuple(tell(piece, part) for piece, part in pieces)
        elif found and self._knows_status and says_only_a_number(found.rest):
            reading = _STATUS
        return replace(
            tell(one.text, reading),
            request_number=found.number if found else None,
            rules=self._rules_in(one.cleaned.text),
            parts=parts,
            entities=one.entities,
            unanswered=rest,
        )

    def _about_a_request(self, reading: Reading) -> Reading:
        """Vague words beside a request's number ask where that request is."""
        near = {candidate.slug for candidate in reading.candidates}
        return _STATUS if self._knows_status and reading.vague and MY_STATUS in near else reading

    def _told(self, text: str, reading: Reading, *, language: str, started: float, engine: str) -> Understanding:
        return Understanding(
            text=text,
            outcome=reading.outcome,
            slug=reading.slug,
            candidates=reading.candidates,
            engine=engine,
            language=language or self._language,
            ms=round((time.perf_counter() - started) * 1000, 3),
        )

    def _rules_in(self, text: str) -> tuple[str, ...]:
        if not self._rules:
            return ()
        held = {lemma(word) for word in kept_words(text)}
        return tuple(slug for slug, phrases in self._rules.items() if any(phrase <= held for phrase in phrases))

    def _familiar_reading(self, text: str) -> Reading | None:
        """A sample is what it stands for."""
        slug = self._familiar.slug_of(text)
        if slug is None:
            return None
        outcome = self._outcomes[slug]
        known = outcome is not Outcome.UNKNOWN
        return Reading(outcome, slug, (Candidate(slug, 1.0),)) if known else _NOTHING

    def _judged(self, text: str, ranking: Ranking) -> Reading:
        """A word or two that fit several topics alike are asked back, whatever the classifier makes of them."""
        near = self._familiar.near(text)
        kinds = [self._outcomes[slug] for slug in near]
        vague = Outcome.SMALLTALK not in kinds and sum(kind in _OFFERED for kind in kinds) > 1
        return self._vague(near, ranking) if vague else self._clear(ranking)

    def _vague(self, near: Mapping[str, float], ranking: Ranking) -> Reading:
        """The samples tell what the words may stand for, the classifier which is likelier."""
        shares = {slug: share / sum(near.values()) for slug, share in near.items()}
        scores = dict(ranking)
        pooled = [
            (slug, SAMPLES_SAY * shares.get(slug, 0.0) + (1 - SAMPLES_SAY) * scores.get(slug, 0.0))
            for slug in {**near, **scores}
        ]
        candidates = self._candidates(sorted(pooled, key=lambda item: (-item[1], item[0])))
        return Reading(Outcome.CLARIFY, candidates[0].slug, candidates, vague=True)

    def _candidates(self, ranked: Ranking) -> tuple[Candidate, ...]:
        known = [(slug, score) for slug, score in ranked if self._outcomes[slug] is not Outcome.UNKNOWN]
        return tuple(Candidate(slug, round(score, 4)) for slug, score in known[:MAX_CANDIDATES])

    def _clear(self, ranking: Ranking) -> Reading:
        """Outcome by kind of the best intent and by the zone of its score."""
        ranked = ranking[: MAX_CANDIDATES + 1]
        candidates = self._candidates(ranked)
        outside = max((score for slug, score in ranked if self._outcomes[slug] is Outcome.UNKNOWN), default=0.0)
        best, score = next(((one.slug, one.score) for one in candidates), ("", 0.0))
        lead = score - max((other for slug, other in ranked if slug != best), default=0.0)
        zones = self._thresholds
        if score < zones.clarify or outside * STRANGER >= score:
            return Reading(Outcome.UNKNOWN, None, candidates)
        if score < zones.answer or lead < zones.margin:
            return Reading(Outcome.CLARIFY, best, candidates)
        return Reading(self._outcomes[best], best, candidates)


def _read(asked: _Asked, readings: Mapping[str, Reading]) -> tuple[Reading, Pieces, tuple[str, ...]]:
    """The reading of a message, its questions when it clearly has several, and those that have no answer."""
    whole, wrapped, *inner = (readings[text] for text in asked.texts)
    answered, rest = several(list(zip(asked.pieces, inner, strict=True)))
    if answered:
        best = max((one for _, one in answered), key=lambda one: (one.slug == whole.slug, one.score))
        return best, answered, rest
    louder = not whole.vague and (not whole.sure or wrapped.score > whole.score)
    if wrapped.outcome is Outcome.SMALLTALK and louder:
        return wrapped, [], ()
    if not whole.sure and inner:
        loudest = max(inner, key=lambda reading: reading.score)
        if loudest.outcome is not Outcome.SMALLTALK and loudest.score > whole.score:
            return loudest, [], ()
    return whole, [], ()
