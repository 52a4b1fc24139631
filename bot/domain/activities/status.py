"""Where a request stands: a readable timeline, never a code."""

from __future__ import annotations

import datetime as dt

from bot.domain import request as life
from bot.domain import terms
from bot.domain.activities import form_words, waits
from bot.domain.decision import Decision, MyRequests, Need, RequestById, RequestByNumber, RequestView, Result, Scene
from bot.domain.dialog import Form, FormMode
from bot.domain.speech import Lines, Offer, Ref, Rows, Say, When, WhenStyle, offer, say
from knowledge_base.schema import Service, Stage


def mine(scene: Scene) -> Result:
    """All requests of the client: one is shown at once, several are offered."""
    query = MyRequests()
    if query not in scene.view.loaded:
        return Need(query)
    found = scene.view.loaded[query]
    requests = [r for r in found if isinstance(r, RequestView)] if isinstance(found, tuple) else []
    if not requests:
        draft = next((a for a in scene.dialog.stack if isinstance(a, Form) and a.mode is FormMode.PAUSED), None)
        if draft is not None and draft.values and draft.service in scene.pack.services:
            found_draft = form_words.draft_found(scene.pack.services[draft.service], draft)
            return Decision(scene.dialog, says=(found_draft,), outcome="status.draft", slug=draft.service)
        rows: Rows = ((offer("button.appeal", "s:appeal"), offer("button.menu", "menu:main")),)
        return Decision(scene.dialog, says=(say("status.none", rows),), outcome="status.none")
    if len(requests) == 1:
        return shown(scene, requests[0])
    rows = tuple((Offer(Ref("status.button", {"number": r.number}), f"q:{r.id}"),) for r in requests[:6])
    lines = Lines(tuple(_line(scene, request) for request in requests))
    return Decision(scene.dialog, says=(say("status.list", rows, lines=lines),), outcome="status.list")


def by_number(scene: Scene, number: str) -> Result:
    query = RequestByNumber(number)
    if query not in scene.view.loaded:
        return Need(query)
    return _found(scene, scene.view.loaded[query], number)


def by_id(scene: Scene, request: int) -> Result:
    query = RequestById(request)
    if query not in scene.view.loaded:
        return Need(query)
    return _found(scene, scene.view.loaded[query], "")


def by_order(scene: Scene, number: str) -> Result:
    """A bare number («123», «2026-123»): the client's own request that ends so, the latest of them."""
    query = MyRequests()
    if query not in scene.view.loaded:
        return Need(query)
    year, _, order = number.rpartition("-")
    ending = f"-{year}-{int(order):06d}" if year else f"-{int(order):06d}"
    found = scene.view.loaded[query]
    own = [r for r in found if isinstance(r, RequestView)] if isinstance(found, tuple) else []
    meant = next((request for request in own if request.number.endswith(ending)), None)
    if meant is not None:
        return shown(scene, meant)
    series = next(service.series for service in scene.pack.services.values() if service.numbered)
    rows = ((offer("button.my_requests", "c:my-status"), offer("button.menu", "menu:main")),)
    told = say("status.only_a_number", rows, example=f"{series}-{scene.now.year}-000123")
    return Decision(scene.dialog, says=(told,), outcome="status.only_a_number")


def ask_to_withdraw(scene: Scene) -> Decision:
    """Taking a request back is a person's work, and asked for twice: nothing is withdrawn by one message."""
    rows = ((offer("button.withdraw_surely", "c:human"), offer("button.menu", "menu:main")),)
    return Decision(scene.dialog, says=(say("status.withdraw_ask", rows),), outcome="status.withdraw_asked")


def shown(scene: Scene, request: RequestView) -> Decision:
    """One request as a timeline."""
    service = scene.pack.services.get(request.service)
    if service is None:
        return Decision(scene.dialog, says=(say("status.no_service", number=request.number),), outcome="status")
    head = Ref("status.head", {"number": request.number, "title": Ref(f"service/{service.slug}/noun")})
    lines = Lines(tuple(_stages(scene, service, request)))
    stage = next((s for s in service.stages if s.slug == request.stage), None)
    acts = Ref("status.you_act" if stage and stage.client_acts else "status.nothing_from_you")
    if stage is not None and (stage.final or stage.refusal):
        acts = Ref("status.finished")
    rows = ((offer("button.person", "c:human"), offer("button.menu", "menu:main")),)
    why = tuple(
        Ref("status.why_refused", {"reason": last.reason, "advice": last.advice})
        for last in request.history[-1:]
        if last.reason
    )
    waiting = waits.lines(scene, next((case for case in scene.dialog.cases if case.request == request.id), None))
    body = Say((head, Ref("status.body", {"lines": lines}), *waiting, *why, acts), rows)
    return Decision(scene.dialog, says=(body,), outcome="status", slug=service.slug)


def stage_changed(scene: Scene, request: RequestView, stage: str) -> Say:
    """Tells that a request has moved."""
    return say(
        "status.moved",
        ((Offer(Ref(f"service/{request.service}/where"), f"q:{request.id}"),),),
        number=request.number,
        stage=Ref(f"service/{request.service}/stage/{stage}"),
    )


def refused(request: RequestView, reason: str, advice: str) -> Say:
    """Tells of a refusal: why, and what to do to avoid it next time."""
    rows: Rows = ((offer("button.person", "c:human"), offer("button.where", f"q:{request.id}")),)
    return say("status.refused", rows, number=request.number, reason=reason, advice=advice)


def _found(scene: Scene, found: object, number: str) -> Result:
    if isinstance(found, RequestView):
        return shown(scene, found)
    rows = ((offer("button.my_requests", "c:my-status"), offer("button.person", "c:human")),)
    return Decision(scene.dialog, says=(say("status.not_found", rows, number=number),), outcome="status.not_found")


def _line(scene: Scene, request: RequestView) -> Ref:
    known = scene.pack.services.get(request.service)
    stage = known and next((s for s in known.stages if s.slug == request.stage), None)
    if known is None or stage is None:
        return Ref("status.line_bare", {"number": request.number})
    return Ref(
        "status.line",
        {
            "number": request.number,
            "title": Ref(f"service/{known.slug}/noun"),
            "stage": Ref(f"service/{known.slug}/stage/{stage.slug}"),
        },
    )


def _stages(scene: Scene, service: Service, request: RequestView) -> list[Ref]:
    reached = {stage.stage: stage.at for stage in request.history}
    path = life.path(service)
    end = life.stage_of(service, request.stage)
    if end is not None and end.refusal:
        path = (*(stage for stage in path if stage.slug in reached), end)
    slugs = [stage.slug for stage in path]
    position = slugs.index(request.stage) if request.stage in slugs else 0
    return [
        _stage_line(scene, service, request, stage, number, position, reached.get(stage.slug))
        for number, stage in enumerate(path)
    ]


def _stage_line(
    scene: Scene,
    service: Service,
    request: RequestView,
    stage: Stage,
    number: int,
    position: int,
    at: dt.datetime | None,
) -> Ref:
    title = Ref(f"service/{service.slug}/stage/{stage.slug}")
    if number < position or (number == position and (stage.final or stage.refusal or number == 0)):
        if at is None:
            return Ref("status.done_bare", {"stage": title})
        return Ref("status.done", {"stage": title, "when": When(at, WhenStyle.STAMP)})
    key = "status.now" if number == max(position, 1) else "status.next"
    if stage.days is None:
        return Ref(f"{key}_bare", {"stage": title})
    due = terms.days_later(scene.pack.agency.timezone, request.created_at, stage.days)
    return Ref(key, {"stage": title, "when": When(due, WhenStyle.BY)})
