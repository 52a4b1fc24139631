"""The register of touchpoints in words, and as the table of the order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.console.desk import Visit
from bot.console.labels import Chip
from bot.domain.touchpoints import Facts, Point, Proposal, State, What
from knowledge_base.schema import Need

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula for a spreadsheet (OWASP, CSV injection)."""


@dataclass(frozen=True, slots=True)
class TouchpointWords:
    """In one person's language."""

    visit: Visit

    def needs(self) -> Mapping[Need, str]:
        says = self.visit.says
        return {
            Need.INFORMATION: says("information and progress"),
            Need.CONSULTATION: says("consultation"),
            Need.FORMS: says("blank forms"),
            Need.SUBMISSION: says("submission of documents"),
            Need.RESULT: says("result"),
            Need.INSPECTION: says("inspection of objects"),
            Need.FEEDBACK: says("feedback"),
            Need.FEEDBACK_RESULT: says("result of the feedback"),
            Need.OTHER: says("another need"),
        }

    def of(self, facts: Facts) -> str:
        """The needs of a row."""
        names = self.needs()
        return "; ".join(names[need] for need in facts.needs)

    def digital(self, facts: Facts) -> str:
        return self.visit.says("digital") if facts.digital else self.visit.says("offline")

    def main(self, facts: Facts) -> str:
        return self.visit.says("key") if facts.main else self.visit.says("little used")

    def counted(self, facts: Facts) -> str:
        says = self.visit.says
        return says("contacts are counted") if facts.counted else says("contacts are not counted")

    def team(self, slug: str) -> str:
        team = self.visit.desk.pack.teams.get(slug)
        return self.visit.localized(team.title) if team else slug

    def what(self, what: What) -> str:
        says = self.visit.says
        return {
            What.NEW: says("A new touchpoint"),
            What.CHANGE: says("A change"),
            What.REMOVAL: says("Removal from the register"),
        }[what]

    def state(self, state: State) -> Chip:
        says = self.visit.says
        return {
            State.OPEN: Chip("warn", says("◔ waits for a decision"), says("The register stays as it is till then")),
            State.ACCEPTED: Chip("good", says("✓ accepted"), says("In the register")),
            State.RETURNED: Chip("calm", says("↩ returned"), says("The register stays as it was")),
        }[state]

    def changed(self, proposal: Proposal, point: Point) -> list[tuple[str, str, str]]:
        """What a change would alter: the field, as it is, as proposed."""
        pairs = zip(self._cells(point.facts), self._cells(proposal.facts), strict=True)
        return [(name, before, after) for (name, before), (_, after) in pairs if before != after]

    def _cells(self, facts: Facts) -> list[tuple[str, str]]:
        says = self.visit.says
        return [
            (says("Process"), facts.process),
            (says("Touchpoint"), facts.place),
            (says("Needs"), self.of(facts)),
            (says("Kind"), self.digital(facts)),
            (says("Use"), self.main(facts)),
            (says("Document or instruction"), facts.basis),
            (says("Counting"), self.counted(facts)),
        ]

    def table(self, rows: Iterable[Point]) -> str:
        """The order's five columns for Excel: with the mark by which it knows UTF-8, ``;`` between cells."""
        says, made = self.visit.says, io.StringIO()
        sheet = csv.writer(made, delimiter=";", lineterminator="\r\n")
        sheet.writerow(
            [
                says("Name of the process"),
                says("Touchpoint with the client"),
                says("Client's needs met in the touchpoint"),
                says("Kind of touchpoint (digital or offline; key or little used)"),
                says("Basis (document, instruction); counting of contacts"),
            ]
        )
        for row in rows:
            facts = row.facts
            kind = f"{self.digital(facts)}; {self.main(facts)}"
            basis = "; ".join(part for part in (facts.basis, self.counted(facts)) if part)
            sheet.writerow([harmless(text) for text in (facts.process, facts.place, self.of(facts), kind, basis)])
        return "\N{BYTE ORDER MARK}" + made.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text
