"""States in words and signs, never by colour alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from babel.units import format_unit

from bot.console.desk import Visit
from bot.domain.acts import Verb
from bot.domain.case import CaseState, WaitRow
from bot.domain.desk_views import ActRow, CaseRow, Delivery, FileShown, FileState, Line, LineKind, RequestRow
from bot.domain.downloads import previewed
from bot.domain.messages import Channel
from bot.domain.wording import UnknownText, phrase


@dataclass(frozen=True, slots=True)
class Chip:
    """A small sign with a word; ``title`` says it in full."""

    kind: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of everything on the desk, in one person's language."""

    visit: Visit

    def channel(self, channel: Channel) -> str:
        return self._phrase(f"channel.{channel.value}")

    def channel_sign(self, channel: Channel) -> str:
        """Two letters, told apart at a glance."""
        return {Channel.TELEGRAM: "TG", Channel.VK: "VK", Channel.PAGE: "WEB"}.get(channel, channel.value[:3].upper())

    def team(self, slug: str) -> str:
        team = self.visit.desk.pack.teams.get(slug)
        return self.visit.localized(team.title) if team else slug

    def service(self, slug: str) -> str:
        service = self.visit.desk.pack.services.get(slug)
        return self.visit.localized(service.noun or service.title) if service else slug

    def stage(self, service: str, slug: str) -> str:
        found = self.visit.desk.pack.services.get(service)
        stage = next((s for s in found.stages if s.slug == slug), None) if found else None
        return self.visit.localized(stage.title) if stage else slug

    def field(self, service: str, name: str) -> str:
        found = self.visit.desk.pack.services.get(service)
        field = next((f for f in found.fields if f.name == name), None) if found else None
        return self.visit.localized(field.label or field.ask) if field else name

    def value(self, service: str, name: str, value: str) -> str:
        """A choice by its title, everything else as it was written."""
        found = self.visit.desk.pack.services.get(service)
        field = next((f for f in found.fields if f.name == name), None) if found else None
        choice = next((c for c in field.choices if c.value == value), None) if field else None
        return self.visit.localized(choice.title) if choice else value

    def template(self, slug: str) -> str:
        """What the assistant answered with: a template, or a service's form."""
        template = self.visit.desk.pack.templates.get(slug)
        return self.visit.localized(template.title) if template else self.service(slug)

    def reason(self, reason: str) -> str:
        """Why there is a case."""
        says = self.visit.says
        names = {
            "asked": says("Asks for a person"),
            "unknown": says("The assistant has no answer"),
            "low_score": says("A low score"),
            "overdue": says("The answer is out of date"),
            "rule": says("A staff rule matched"),
            "broken": says("The assistant failed"),
            "request": says("A request"),
        }
        return names.get(reason, reason)

    def matter(self, case: CaseRow) -> str:
        """What a case is about, told apart from the others of its conversation."""
        if not case.request:
            return self.reason(case.reason)
        return f"{case.number or case.request} · {self.service(case.service)}"

    def why(self, key: str) -> str:
        """Why something could not be done: the pack's own words."""
        return self._phrase(key)

    def chip(self, case: CaseRow) -> Chip:
        """How much time a case has."""
        says, times = self.visit.says, self.visit.desk.times(self.visit.language)
        match case.state:
            case CaseState.CLOSED:
                return Chip("calm", "✕ " + says("closed"), says("The case is closed"))
            case CaseState.ANSWERED:
                return Chip(
                    "good", "✓ " + says("answered"), says("The client was answered; close it when it is settled")
                )
            case CaseState.ASKED:
                return Chip("calm", "‖ " + says("pause"), says("The client owes an answer, the term is paused"))
            case CaseState.BODY:
                return Chip("calm", "‖ " + says("pause"), says("Another body owes an answer, the term is paused"))
            case CaseState.NEW | CaseState.TAKEN:
                pass
            case _:
                assert_never(case.state)
        if case.term is None:
            return Chip("calm", "·", "")
        left, exact = times.left(case.term.due_at), times.exact(case.term.due_at)
        if case.term.late:
            return Chip("bad", left, says("The term has passed: %s") % exact)
        kind, sign = ("warn", "! ") if case.term.near else ("plain", "")
        return Chip(kind, sign + left, says("To be answered by %s") % exact)

    def body(self, body: str) -> str:
        """Another body's name."""
        known = self.visit.desk.pack.bodies.get(body)
        return self.visit.localized(known.title) if known else body

    def body_named(self, name: str) -> str:
        """The pack's own body of this name, else the name."""
        for slug, body in self.visit.desk.pack.bodies.items():
            if name.strip().casefold() in (title.casefold() for title in body.title.values()):
                return slug
        return name.strip()

    def pauses(self, case: CaseRow) -> bool:
        """Whether the term that runs would stand still for another body."""
        policy = self.visit.desk.pack.policies.get(case.policy)
        return case.term is not None and policy is not None and policy.pauses_for_bodies

    def wait(self, wait: WaitRow) -> Chip:
        """Whom we wait for, and until when."""
        says, times = self.visit.says, self.visit.desk.times(self.visit.language)
        exact = says("Asked by %(name)s, to answer by %(when)s") % {"name": wait.name, "when": times.exact(wait.due_at)}
        if wait.late:
            return Chip("bad", f"⇄ {self.body(wait.body)}: " + says("no answer yet"), exact)
        return Chip("plain", f"⇄ {self.body(wait.body)}, {times.near(wait.due_at)}", exact)

    def stage_chip(self, row: RequestRow) -> Chip | None:
        """How a request stands with its stage's term; None where there is nothing to say."""
        says = self.visit.says
        if row.over:
            return Chip("calm", "✕ " + says("over"), says("Nothing follows any more"))
        if row.late:
            return Chip("bad", "− " + says("late"), says("The term has passed"))
        if row.soon:
            return Chip("warn", "! " + says("soon late"), says("The term ends within three days"))
        return None

    def delivery(self, line: Line) -> Chip | None:
        says = self.visit.says
        match line.delivery:
            case None:
                return None
            case Delivery.PENDING:
                return Chip("calm", "… " + says("being sent"), "")
            case Delivery.SENT:
                return Chip("calm", "✓ " + says("delivered"), "")
            case Delivery.FAILED:
                return Chip("bad", "✕ " + says("not delivered"), "")
            case Delivery.UNKNOWN:
                return Chip("warn", "? " + says("perhaps delivered"), says("The connection broke: it may have arrived"))
            case _:
                assert_never(line.delivery)

    def file_state(self, file: FileShown) -> str:
        """How big it is, or why it can't be opened."""
        match file.state:
            case FileState.FETCHED:
                return self._size(file.size)
            case FileState.AWAITED:
                return "… " + self.visit.says("on its way")
            case FileState.REFUSED:
                return "✕ " + self.visit.says("not let in")
            case _:
                assert_never(file.state)

    def previewed(self, file: FileShown) -> bool:
        """Whether it is a picture to be shown in place."""
        return file.state is FileState.FETCHED and previewed(file.media_type, file.size)

    def _size(self, size: int) -> str:
        unit, base = ("megabyte", 1024 * 1024) if size >= 1024 * 1024 else ("kilobyte", 1024)
        value = max(round(size / base, 1 if unit == "megabyte" else None), 1)
        return format_unit(value, f"digital-{unit}", "short", locale=self.visit.language)

    def done(self, verb: Verb, detail: str = "") -> str:
        """What somebody did, after his name and a dash."""
        says = self.visit.says
        match verb:
            case Verb.CLAIM:
                return says("took the case")
            case Verb.ANSWER:
                return says("answered the client")
            case Verb.ASK:
                return says("asked the client, the term is paused")
            case Verb.NOTE:
                return says("left a note")
            case Verb.CLOSE:
                return says("closed the case")
            case Verb.HAND_ON:
                return says("handed on to: %s") % self.team(detail)
            case Verb.REOPEN:
                return says("opened the case again")
            case Verb.MOVE:
                return says("moved the request to: %s") % self._any_stage(detail)
            case Verb.ASK_BODY:
                return says("asked another body: %s") % self.body(detail)
            case Verb.BODY_ANSWERED:
                return says("noted an answer: %s") % self.body(detail)
            case _:
                assert_never(verb)

    def changes(self, acts: tuple[ActRow, ...]) -> list[str]:
        """A conflict in sentences."""
        times = self.visit.desk.times(self.visit.language)
        return [f"{act.name}, {times.short(act.at)}: {self.done(act.verb, act.detail)}" for act in acts]

    def _any_stage(self, slug: str) -> str:
        for service in self.visit.desk.pack.services.values():
            for stage in service.stages:
                if stage.slug == slug:
                    return self.visit.localized(stage.title)
        return slug

    def _phrase(self, key: str) -> str:
        try:
            return phrase(self.visit.desk.pack, key, self.visit.language)
        except UnknownText:
            return key


def beside(lines: Sequence[Line], files: Sequence[FileShown]) -> Mapping[int, Sequence[FileShown]]:
    """Files by the place of the line that they came with or after; -1: before all that is shown."""
    times, found = [line.at for line in lines], dict[int, list[FileShown]]()
    for file in files:
        after = bisect_right(times, file.at)
        spoke = LineKind.STAFF if file.by_staff else LineKind.CLIENT
        together = range(bisect_left(times, file.at), after)
        place = next((one for one in together if lines[one].kind is spoke), after - 1)
        found.setdefault(place, []).append(file)
    return found
