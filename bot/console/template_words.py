"""Templates in words: states, fields, faults, who did what."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from babel.dates import format_date

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.domain.drafts import GONE, Draft, State, Step, Verb
from bot.storage.release_history import ReleaseRow
from bot.usecases.read_templates import Card
from knowledge_base.faults import Fault
from knowledge_base.plain_language.result import Kind


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """In one person's language."""

    visit: Visit

    def state(self, state: State) -> Chip:
        says = self.visit.says
        match state:
            case State.DRAFT:
                return Chip("calm", says("✎ draft"), says("Being written; clients get the text before"))
            case State.REVIEW:
                return Chip("warn", says("◔ in review"), says("A colleague who has not written in it is to read it"))
            case State.APPROVED:
                return Chip("good", says("✓ approved"), says("Goes to clients with the next release"))
            case State.RELEASED:
                return Chip("plain", says("● released"), says("Clients get it"))
            case State.DROPPED:
                return Chip("calm", says("✕ dropped"), says("Nothing came of it"))
            case _:
                assert_never(state)

    def step(self, step: Step) -> str:
        says = self.visit.says
        if step.body == GONE:
            return says("proposed to take it away")
        names: Mapping[Verb, str] = {
            Verb.SAVED: says("saved it"),
            Verb.SUBMITTED: says("gave it to be read"),
            Verb.APPROVED: says("approved it"),
            Verb.RETURNED: says("sent it back"),
            Verb.RELEASED: says("released it"),
            Verb.DROPPED: says("dropped it"),
        }
        return names[step.verb]

    def field(self, name: str, language: str = "") -> str:
        says = self.visit.says
        names = {
            "title": says("Title"),
            "short": says("Answer"),
            "more": says("The rest"),
            "samples": says("Questions as people ask"),
            "topic": says("Topic"),
            "situation": says("Life situation"),
            "owner": says("Who keeps it true"),
            "review_by": says("Review by"),
            "sensitive": says("Sensitive"),
            "unmet": says("Can't be met"),
            "text": says("What it says"),
            "say": says("What can be answered"),
            "phrases": says("Words of such messages"),
            "topics": says("Topics"),
            "hides": says("The comment is hidden"),
            "public": says("Among the frequent questions"),
            "withdrawn": says("Not given: a person answers"),
            "files": says("Files"),
            "buttons": says("Buttons"),
            "variants": says("For some clients"),
            "segments": says("kinds of clients"),
            "segment": says("Who the client is"),
            "steps": says("Steps"),
            "slug": says("Code"),
        }
        known = names.get(name, name)
        return f"{known} ({language})" if language else known

    def whose(self, segment: str, situation: str) -> str:
        """For whom a variant is."""
        pack, local = self.visit.desk.pack, self.visit.localized
        found = [local(pack.segments[segment].title) if segment in pack.segments else segment]
        found.append(local(pack.situations[situation].title) if situation in pack.situations else situation)
        return " · ".join(one for one in found if one) or self.visit.says("for nobody yet")

    def hard(self, kind: Kind) -> str:
        """What makes words hard to read."""
        says = self.visit.says
        names: Mapping[Kind, str] = {
            Kind.FIGURE: says("hard to read"),
            Kind.LONG_SENTENCE: says("long sentence"),
            Kind.OFFICIALESE: says("officialese"),
            Kind.PASSIVE: says("nobody acts"),
            Kind.VERBAL_NOUN: says("an action told by a noun"),
            Kind.GENITIVES: says("a chain of genitives"),
            Kind.ABBREVIATION: says("not explained"),
        }
        return names[kind]

    def topic(self, key: str) -> str:
        topic = self.visit.desk.pack.topics.get(key)
        return self.visit.localized(topic.title) if topic else key or self.visit.says("without a topic")

    def team(self, slug: str) -> str:
        team = self.visit.desk.pack.teams.get(slug)
        return self.visit.localized(team.title) if team else slug

    def title(self, title: Mapping[str, str], slug: str) -> str:
        found = title.get(self.visit.language) or title.get(self.visit.desk.pack.agency.default_language)
        return found or slug

    def draft_title(self, draft: Draft) -> str:
        """What a draft is called, however much of it is written."""
        live = self.visit.desk.pack.templates.get(draft.slug)
        if draft.deletes:
            title = self.title(live.title if live else {}, draft.slug)
            return self.visit.says("take away “%(title)s”") % {"title": title}
        written = draft.item.get("title")
        return self.title(written if isinstance(written, dict) else {}, draft.slug)

    def in_the_way(self, fault: Fault, card: Card) -> str:
        """What stands in the way of a draft; of one that takes an answer away: where something still leads to it."""
        if not (card.draft and card.draft.deletes and fault.what.startswith(f"'{card.slug}' is not in ")):
            return self.fault(fault)
        says = self.visit.says
        folder, _, name = fault.file.partition("/")
        slug = name.removesuffix(".yml")
        if folder == "templates" and (other := self.visit.desk.pack.templates.get(slug)):
            told = says("A button of “%(title)s” leads here: take it out and release that first")
            return told % {"title": self.title(other.title, slug)}
        if fault.file == "menus.yml":
            return says("A button of the menu leads here: whoever keeps the folder has to take it out first")
        return says("%(file)s needs it: whoever keeps the folder has to change that first") % {"file": fault.file}

    def day(self, day: str) -> str:
        """ "1 June 2027"; as it was typed where it is no day."""
        try:
            return format_date(dt.date.fromisoformat(day), "d MMMM y", locale=self.visit.language)
        except ValueError:
            return day or "\N{EM DASH}"

    def reason(self, release: ReleaseRow) -> str:
        return self.visit.says("imported from the folder") if release.author == "import" else release.reason

    def author(self, author: str, names: Mapping[str, str]) -> str:
        says = self.visit.says
        return names.get(author) or {"import": says("the folder"), "cli": says("the server's shell")}.get(
            author, author
        )

    def fault(self, fault: Fault) -> str:
        """What is wrong, as a moderator reads it; one of the rarer ones as an operator does."""
        says = self.visit.says
        known = (
            (r"(\w+) has (\d+) characters, (\d+) are allowed", says("%(1)s: %(2)s characters, %(3)s at most")),
            (r"'(\w+)' has nothing in the default language '(\w+)'", says("%(1)s: nothing in “%(2)s”")),
            (r"'(.+)' is not in (\w+)", says("There is no “%(1)s” (%(2)s)")),
            (r"sample '(.+)' is also a sample of '(.+)'", says("The question “%(1)s” belongs to “%(2)s” already")),
            (r"test question '(.+)' is also a sample", says("“%(1)s” is a test question: word it otherwise")),
            (r"'(\w+)' is missing", says("%(1)s is missing")),
            (r"'(\w+)' is empty", says("%(1)s is empty")),
            (r"'(review_by)': .*", says("%(1)s: choose a day")),
            (r"'(topic|owner|situation)' has a form that is not allowed", says("%(1)s: choose one")),
            (
                r"(\w+): placeholder \{(.+)\} is unknown",
                says("%(1)s: nothing fills in “{%(2)s}”; {agency} and {due} are known"),
            ),
            (r"the button leads to its own answer", says("A button leads to its own answer")),
            (r"the variant names neither .*", says("A variant for some clients: choose for whom")),
            (r"the variant is for the same .*", says("Two variants are for the same clients: join them")),
            (r"the button leads to .*", says("Each button leads to one place: an answer, a service, or a link")),
        )
        for pattern, told in known:
            found = re.fullmatch(pattern, fault.what, re.DOTALL)
            if found:
                groups = {str(place): self.field(text) for place, text in enumerate(found.groups(), start=1)}
                return told % groups
        return f"{fault.what}; {fault.remedy}"
