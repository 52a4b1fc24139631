"""Sending a filled-in form: a request with its number and case, or a plain word of feedback."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import request as life
from bot.domain import terms
from bot.domain.activities import handoff, survey
from bot.domain.activities.handed import posts
from bot.domain.attachments import FilesOf, PlaceFiles
from bot.domain.decision import (
    CreateRequest,
    Decision,
    Need,
    RecordFeedback,
    RequestByToken,
    RequestView,
    Result,
    Scene,
)
from bot.domain.dialog import Form
from bot.domain.speech import Fact, Lines, Offer, Personal, Ref, Say, StaffSay, When, offer, say
from knowledge_base.schema import FieldType, Service


def submit(scene: Scene, service: Service, form: Form) -> Result:
    """The form leaves the stack; what it held becomes a request or feedback."""
    query = FilesOf(form.token)
    sent = any(f.type is FieldType.FILE and f.name in form.values for f in service.fields)
    if sent and query not in scene.view.loaded:
        return Need(query)
    dialog = replace(scene.dialog, stack=tuple(a for a in scene.dialog.stack if a != form))
    closed = replace(scene, dialog=dialog)
    return _request(closed, service, form) if service.numbered else _feedback(closed, service, form)


def pressed_again(scene: Scene, token: str) -> RequestByToken | RequestView | None:
    """The request that this filling-in has become, once loaded."""
    query = RequestByToken(token)
    if query not in scene.view.loaded:
        return query
    found = scene.view.loaded[query]
    return found if isinstance(found, RequestView) else None


def _request(scene: Scene, service: Service, form: Form) -> Decision:
    now, agency = scene.now, scene.pack.agency
    files = scene.view.loaded.get(FilesOf(form.token))
    due = terms.days_later(agency.timezone, now, service.days) if service.days else None
    created = CreateRequest(
        token=form.token,
        service=service.slug,
        series=service.series,
        year=terms.day_of(now, agency.timezone).year,
        stage=service.stages[0].slug,
        due_at=due,
        values=form.values,
        stage_due_at=life.ends_by(service, service.stages[0].slug, now, agency.timezone),
    )
    opened = Decision(scene.dialog)
    if service.policy is not None:
        opened = handoff.open_case(
            scene,
            "request",
            service.team,
            service.policy,
            of_request=True,
            number=Fact("number"),
            title=Ref(f"service/{service.slug}/noun"),
        )
    receipt = Say(
        (
            Ref(
                f"service/{service.slug}/receipt",
                {"number": Fact("number"), "due": When(due) if due else "", "first": Fact("case_due")},
            ),
        ),
        ((Offer(Ref(f"service/{service.slug}/where"), "q:{request}"), offer("button.menu", "menu:main")),),
    )
    return replace(
        opened,
        says=(receipt,),
        effects=(created, *opened.effects, *((PlaceFiles(form.token),) if files is not None else ())),
        staff=(*opened.staff, *_posts(service, form), *(posts(files) if files else ())) if opened.staff else (),
        outcome="form.sent",
        slug=service.slug,
    )


def _posts(service: Service, form: Form) -> tuple[StaffSay, ...]:
    """Every field for staff, one a line."""
    posts = []
    for field in service.fields:
        value = form.values.get(field.name)
        if value is None:
            continue
        where = f"service/{service.slug}/field/{field.name}"
        shown: Ref | Personal | str = Personal(value) if field.personal else value
        if field.type is FieldType.CHOICE:
            shown = Ref(f"{where}/choice/{value}")
        if field.type is FieldType.FILE:
            shown = Ref("file.count", {"count": value})
        posts.append(Ref("form.summary_line", {"label": Ref(f"{where}/label"), "value": shown}))
    return (StaffSay(say("status.body", lines=Lines(tuple(posts)))),) if posts else ()


def _feedback(scene: Scene, service: Service, form: Form) -> Decision:
    by_type = {field.type: form.values.get(field.name) for field in service.fields}
    texts = [form.values.get(f.name, "") for f in service.fields if f.type is FieldType.TEXT]
    value = by_type.get(FieldType.SCORE)
    score = int(value) if value else None
    effect = RecordFeedback(service.slug, texts[0] if len(texts) > 1 else "", score, texts[-1] if texts else "")
    receipt = Say((Ref(f"service/{service.slug}/receipt"),))
    decided = Decision(scene.dialog, says=(receipt,), effects=(effect,), outcome="form.sent", slug=service.slug)
    if score is not None and score <= survey.LOW:
        rows = ((offer("button.person", "c:human"), offer("button.menu", "menu:main")),)
        return replace(decided, says=(receipt, say("score.low_person", rows)))
    return decided
