"""One conversation, decided without a database: what the saver would do is done here in memory.

Everything said is rendered for every channel by the real renderer, and checked as it goes: texts exist, every
placeholder is filled in, nothing exceeds a messenger's limits, every button carries an action of ours.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.channels.page.capabilities import CAPABILITIES as PAGE
from bot.channels.telegram.capabilities import CAPABILITIES as TELEGRAM
from bot.channels.vk.capabilities import CAPABILITIES as VK
from bot.domain import decision as made
from bot.domain.case_effects import CloseCase, StartCase
from bot.domain.decide import decide
from bot.domain.decision import CaseView, Decision, EpisodeView, Need, Query, RequestView, Scene, StageReached, View
from bot.domain.dialog import Dialog, Offered
from bot.domain.events import ClientActed, Event
from bot.domain.messages import Channel, Incoming, Kind, Rendered
from bot.domain.profile import NOBODY, Profile, SetProfile
from bot.domain.reactions import EpisodeOfMessage
from bot.domain.rendering import render
from bot.domain.speech import Say
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.domain.wording import Voice, phrase
from knowledge_base.load import load_pack
from knowledge_base.schema import Pack
from nlu.understanding import Candidate, Outcome, Understanding
from tests.domain.checks import check_filled, check_fits, keys_of

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {Channel.TELEGRAM: TELEGRAM, Channel.VK: VK, Channel.PAGE: PAGE}
ADDRESS = 7
WEDNESDAY = dt.datetime(2026, 11, 25, 11, 40, tzinfo=dt.UTC)
"""14:40 in the office: open, and no holiday near."""
NIGHT = dt.datetime(2026, 11, 25, 20, 0, tzinfo=dt.UTC)
"""23:00 in the office."""
ROUNDS = 4


@cache
def real_pack() -> Pack:
    return load_pack(ROOT / "knowledge_base" / "packs" / "ministry", REQUIRED_TEXTS)


# --- what an engine would have understood ------------------------------------------


def understood(
    text: str,
    outcome: Outcome,
    *slugs: str,
    score: float = 0.9,
    rules: tuple[str, ...] = (),
    number: str | None = None,
    parts: tuple[Understanding, ...] = (),
    language: str = "ru",
) -> Understanding:
    """A reading with these candidates, best first."""
    candidates = tuple(Candidate(slug, round(score / (1 + place), 3)) for place, slug in enumerate(slugs))
    best = slugs[0] if slugs and outcome is not Outcome.UNKNOWN else None
    return Understanding(text, outcome, best, candidates, "test", language, 0.1, number, rules, parts)


def nothing(text: str) -> Understanding:
    return understood(text, Outcome.UNKNOWN)


# --- the conversation ----------------------------------------------------------------


@dataclass(slots=True)
class Talk:
    """Named ways to act, and what came of it. ``last`` is the last decision."""

    pack: Pack = field(default_factory=real_pack, repr=False)
    channel: Channel = Channel.TELEGRAM
    now: dt.datetime = WEDNESDAY
    dialog: Dialog = field(default_factory=lambda: Dialog("ru"))
    requests: dict[int, RequestView] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    episodes: dict[int, EpisodeView] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    profile: Profile = NOBODY
    closed: dict[int, CaseView] = field(default_factory=dict)
    effects: list[made.Effect] = field(default_factory=list)
    last: Decision = field(default_factory=lambda: Decision(Dialog("ru")))
    heard: list[Rendered] = field(default_factory=list)
    """What the client hears of the last decision."""
    posted: list[Rendered] = field(default_factory=list)
    """What staff read of the last decision."""
    ids: int = 100
    events: int = 0

    # what a client does

    def say(self, text: str, reading: Understanding | None = None) -> Talk:
        return self.act(Kind.TEXT, text=text, reading=reading or nothing(text))

    def ask(self, slug: str, text: str = "") -> Talk:
        """A question that a template answers."""
        text = text or f"расскажите про {slug}"
        return self.say(text, understood(text, Outcome.ANSWER, slug))

    def command(self, slug: str, text: str = "", number: str | None = None) -> Talk:
        """A wish that is a command: typed in the client's own words."""
        text = text or slug
        return self.say(text, understood(text, Outcome.COMMAND, slug, number=number))

    def press(self, wanted: str) -> Talk:
        """A button by its label among those shown last, else by its action."""
        shown = next((o.action for o in self.dialog.offered if o.label == wanted), wanted)
        return self.act(Kind.BUTTON, action=shown)

    def start(self, argument: str = "") -> Talk:
        return self.act(Kind.START, text=argument)

    def act(self, kind: Kind, reading: Understanding | None = None, **what: Any) -> Talk:
        self.events += 1
        return self.happen(ClientActed(self.events, Incoming(self.channel, "1", kind, **what), reading))

    # what happens

    def happen(self, event: Event) -> Talk:
        decided = self.decided(event)
        facts = self._apply(decided.effects)
        self.profile = next((one.profile for one in decided.effects if isinstance(one, SetProfile)), self.profile)
        dialog = self._real_case(decided.dialog, facts)
        self.heard = self._rendered(decided.says, dialog.language, facts)
        self.posted = self._rendered([p.say for p in decided.staff], self.pack.agency.default_language, facts)
        rows = next((rendered.rows for rendered in reversed(self.heard) if rendered.rows), ())
        if rows:
            offered = tuple(Offered(b.label, b.action) for row in rows for b in row if b.action)
            dialog = replace(dialog, offered=offered)
        self.dialog, self.last = dialog, decided
        self.effects.extend(decided.effects)
        return self

    def decided(self, event: Event) -> Decision:
        loaded: dict[Query, object] = {}
        for _ in range(ROUNDS):
            scene = Scene(self.dialog, View(ADDRESS, self.channel, dict(loaded), self.profile), self.pack, self.now)
            result = decide(scene, event)
            if isinstance(result, Decision):
                again = decide(scene, event)
                assert again == result, "the same scene and event decide the same"
                return result
            assert isinstance(result, Need)
            assert result.query not in loaded, "asks again for what is loaded"
            loaded[result.query] = self._load(result.query)
        raise AssertionError("asks to see more than three times")

    def later(self, **span: float) -> Talk:
        self.now += dt.timedelta(**span)
        return self

    # what came of it

    @property
    def text(self) -> str:
        """All that the client heard, as one text."""
        return "\n\n".join(one.text for one in self.heard)

    @property
    def staff_text(self) -> str:
        return "\n\n".join(one.text for one in self.posted)

    @property
    def labels(self) -> list[str]:
        return [button.label for one in self.heard for row in one.rows for button in row]

    def done(self, kind: type[Any]) -> list[Any]:
        """Effects of one kind that the last decision has."""
        return [effect for effect in self.last.effects if isinstance(effect, kind)]

    def words(self, key: str) -> str:
        """A text of the pack up to its first placeholder, without marks."""
        return plain(phrase(self.pack, key, self.dialog.language)).split("{")[0].strip()

    def hears(self, *keys: str) -> bool:
        """Whether the last decision said these texts of the pack, in this order."""
        said = [key for one in self.last.says for part in one.parts for key in keys_of(part)]
        places = [said.index(key) if key in said else -1 for key in keys]
        return -1 not in places and places == sorted(places)

    # what a saver does

    def _apply(self, effects: Sequence[made.Effect]) -> dict[str, str | int | dt.datetime]:
        facts: dict[str, str | int | dt.datetime] = {}
        for effect in effects:
            match effect:
                case made.OpenEpisode(name, kind, slug):
                    self.ids += 1
                    facts[name] = self.ids
                    self.episodes[self.ids] = EpisodeView(self.ids, kind, slug, None, None)
                case made.RecordHelped(episode, helped):
                    self.episodes[episode] = replace(self.episodes[episode], helped=helped)
                case made.RecordScore(episode, value):
                    self.episodes[episode] = replace(self.episodes[episode], score=value)
                case made.KeepPersonal(ref, _, value):
                    self.personal[ref] = value
                case made.ForgetPersonal(refs):
                    for ref in refs:
                        self.personal.pop(ref, None)
                case made.CreateRequest():
                    self._create(effect, facts)
                case made.MoveRequest(request, stage):
                    moved = self.requests[request]
                    history = (*moved.history, StageReached(stage, self.now))
                    self.requests[request] = replace(moved, stage=stage, history=history)
                case CloseCase(case):
                    was = self.dialog.case(case)
                    assert was is not None, "a case that isn't open was closed"
                    self.closed[case] = CaseView(case, was.reason, was.team, was.policy, was.request, True)
                case StartCase():
                    self.ids += 1
                    facts |= {"case": self.ids, "case_due": effect.term.due_at}
        return facts

    def _create(self, effect: made.CreateRequest, facts: dict[str, str | int | dt.datetime]) -> None:
        assert effect.token not in self.tokens, "one filling-in became two requests"
        self.ids += 1
        number = f"{effect.series}-{effect.year}-{self.ids:06d}"
        self.requests[self.ids] = RequestView(
            self.ids,
            number,
            effect.service,
            effect.stage,
            self.now,
            effect.due_at,
            (StageReached(effect.stage, self.now),),
        )
        self.tokens[effect.token] = self.ids
        facts |= {"request": self.ids, "number": number}

    def _real_case(self, dialog: Dialog, facts: Mapping[str, str | int | dt.datetime]) -> Dialog:
        new = dialog.case(0)
        if new is None:
            return dialog
        request = facts["request"] if new.request is not None else None
        assert isinstance(facts["case"], int)
        assert request is None or isinstance(request, int)
        return dialog.without_case(0).with_case(replace(new, id=facts["case"], request=request))

    def _load(self, query: Query) -> object:
        match query:
            case made.MyRequests():
                return tuple(sorted(self.requests.values(), key=lambda r: -r.id)[:10])
            case made.RequestByNumber(number):
                return next((r for r in self.requests.values() if r.number == number), None)
            case made.RequestByToken(token):
                return self.requests.get(self.tokens.get(token, -1))
            case made.RequestById(id_):
                return self.requests.get(id_)
            case made.CaseById(id_):
                return self.closed.get(id_)
            case made.EpisodeById(id_):
                return self.episodes.get(id_)
            case EpisodeOfMessage(message):
                return self.episodes.get(int(message or 0))
        return None

    def _rendered(
        self, said: Sequence[Say], language: str, facts: Mapping[str, str | int | dt.datetime]
    ) -> list[Rendered]:
        voice = Voice(self.pack, language, self.now, facts, self.personal)
        for one in said:
            for part in one.parts:
                check_filled(self.pack, part, language, facts, self.personal)
            for row in one.rows:
                for offered in row:
                    check_filled(self.pack, offered.label, language, facts, self.personal)
                    names = set(re.findall(r"\{(\w+)\}", offered.action))
                    assert names <= set(facts), f"{offered.action}: no such fact"
        for limits in LIMITS.values():
            for one in said:
                for piece in render(one, voice, limits):
                    check_fits(piece, limits)
        return [piece for one in said for piece in render(one, voice, LIMITS[self.channel])]


def plain(text: str) -> str:
    """Without bold and code marks."""
    return text.replace("**", "").replace("`", "")
