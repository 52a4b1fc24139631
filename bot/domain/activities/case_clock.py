"""The term of an open case: begun, paused while somebody else owes an answer, resumed, stopped."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import terms
from bot.domain.case_effects import CaseEffect, PauseTerm, ResumeTerm, StartTerm, StopTerm
from bot.domain.decision import Scene
from bot.domain.dialog import OpenCase, Owes, Pause
from knowledge_base.schema import Policy

Changed = tuple[OpenCase, tuple[CaseEffect, ...]]
"""The case after it, and what is to be saved."""


def policy_of(scene: Scene, case: OpenCase) -> Policy:
    """The policy a case runs by; the agency's own where the pack has dropped it since."""
    policies = scene.pack.policies
    return policies.get(case.policy) or policies[scene.pack.agency.handoff_policy]


def begin(scene: Scene, case: OpenCase) -> Changed:
    """A term for the next answer."""
    marks = terms.marks(policy_of(scene, case), scene.pack.calendars, scene.now, first=False)
    begun = replace(case, waiting=True, due_at=marks.due_at, since=scene.now, first=False, pauses=(), late=False)
    return begun, (StartTerm(case.id, marks),)


def pause(scene: Scene, case: OpenCase, owed_by: Owes = Owes.CLIENT) -> Changed:
    """Somebody else owes an answer. Whoever was asked last is waited for."""
    if not case.waiting or case.since is None or case.owed_by is owed_by:
        return case, ()
    if case.paused:
        pauses = (*case.pauses[:-1], replace(case.pauses[-1], owed_by=owed_by))
        return replace(case, pauses=pauses), (PauseTerm(case.id, owed_by),)
    return replace(case, pauses=(*case.pauses, Pause(scene.now, owed_by=owed_by))), (PauseTerm(case.id, owed_by),)


def resume(scene: Scene, case: OpenCase) -> Changed:
    """It was given: the time that took does not count."""
    if not case.waiting or not case.paused or case.since is None:
        return case, ()
    pauses = (*case.pauses[:-1], replace(case.pauses[-1], end=scene.now))
    marks = terms.marks(policy_of(scene, case), scene.pack.calendars, case.since, first=case.first, pauses=pauses)
    late = case.late and marks.due_at <= scene.now
    return replace(case, pauses=pauses, due_at=marks.due_at, late=late), (ResumeTerm(case.id, marks),)


def stop(scene: Scene, case: OpenCase) -> Changed:
    """A person answered."""
    if not case.waiting:
        return case, ()
    pauses = (*case.pauses[:-1], replace(case.pauses[-1], end=scene.now)) if case.paused else case.pauses
    return replace(case, waiting=False, pauses=pauses, late=False), (StopTerm(case.id),)
