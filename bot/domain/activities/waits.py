"""Other bodies that are waited for, in words."""

from __future__ import annotations

from bot.domain.decision import Scene
from bot.domain.dialog import OpenCase
from bot.domain.speech import Param, Ref, When


def named(scene: Scene, body: str) -> Param:
    """A body as people read it."""
    return Ref(f"body/{body}") if body in scene.pack.bodies else body


def lines(scene: Scene, case: OpenCase | None) -> tuple[Ref, ...]:
    """For the client's timeline: whom else we wait for."""
    return tuple(
        Ref(
            "status.waits" if wait.due_at > scene.now else "status.waits_late",
            {"body": named(scene, wait.body), "when": When(wait.due_at)},
        )
        for wait in (case.waits if case is not None else ())
    )
