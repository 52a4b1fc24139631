"""How a form speaks: its question, summary and ways out."""

from __future__ import annotations

from bot.domain.dialog import Form
from bot.domain.speech import MOST_BUTTONS, Lines, Offer, Param, Personal, Ref, Say, offer, say
from knowledge_base.schema import FieldType, Service, ServiceField


def press(form: Form, step: str, verb: str, value: str = "") -> str:
    """The action of a button of this form."""
    return f"f:{form.token}:{step}:{verb}" + (f":{value}" if value else "")


def steps(service: Service) -> tuple[ServiceField, ...]:
    """What is asked one after another. Files that nobody must send are no step: the summary offers them."""
    asked = tuple(f for f in service.fields if f.type is not FieldType.FILE or f.required)
    return asked or service.fields


def opening(service: Service, form: Form) -> Say:
    """What the service is, then its first question."""
    first = question(service, form, steps(service)[0])
    return Say((Ref(f"service/{service.slug}/description"), *first.parts), first.rows)


def other_ways(service: Service, current: Say) -> Say:
    """How to do the same without a messenger; the form goes on where it stands."""
    return Say((Ref(f"service/{service.slug}/offline"), *current.parts[:1]), current.rows)


def question(service: Service, form: Form, field: ServiceField) -> Say:
    """One step: number, question, hint, why it is asked, ways on and out."""
    where = f"service/{service.slug}/field/{field.name}"
    asked = steps(service)
    parts = [Ref("form.aside", {"ask": Ref(f"{where}/ask")})]
    if field in asked:
        key = "form.step" if field.required else "form.step_optional"
        parts = [Ref(key, {"step": asked.index(field) + 1, "total": len(asked), "ask": Ref(f"{where}/ask")})]
    notes = tuple(
        Ref(key, {"text": Ref(f"{where}/{part}")})
        for part, key, told in (("hint", "form.hint", field.hint), ("why", "form.why", field.why))
        if told
    )
    if notes:
        parts.append(Ref("form.notes", {"notes": Lines(notes)}))
    if field.name in form.values:
        parts.append(Ref("form.now", {"value": shown(service, form, field)}))
    choices = _choices(service, form, field)
    room = MOST_BUTTONS - sum(len(row) for row in choices)
    rows = (*choices, _ways(service, form, field)[: max(room, 0)])
    return Say(tuple(parts), tuple(row for row in rows if row))


def heard(service: Service, form: Form, field: ServiceField) -> Say:
    """A spoken value, to be confirmed before it is taken."""
    value: Param = Personal(form.heard) if field.personal else form.heard
    rows = (
        (
            offer("button.heard_right", press(form, field.name, "right")),
            offer("button.heard_wrong", press(form, field.name, "wrong")),
        ),
    )
    return say("form.heard", rows, text=value)


def summary(service: Service, form: Form) -> Say:
    """Everything filled in, to send or to correct."""
    lines = tuple(
        Ref(
            "form.summary_line",
            {"label": Ref(f"service/{service.slug}/field/{field.name}/label"), "value": shown(service, form, field)},
        )
        for field in service.fields
    )
    files = tuple(
        offer("button.attach", press(form, "review", "fix", field.name))
        for field in service.fields
        if field not in steps(service)
    )
    rows = (
        (offer("button.send", press(form, "review", "send")), *files),
        (offer("button.edit", press(form, "review", "edit")), offer("button.exit", press(form, "-", "exit"))),
        (offer("button.cancel", press(form, "-", "cancel")),),
    )
    return say("form.summary", rows, lines=Lines(lines), title=Ref(f"service/{service.slug}/noun"))


def pick(service: Service, form: Form) -> Say:
    """Which of the fields to correct."""
    offers = tuple(
        Offer(Ref(f"service/{service.slug}/field/{field.name}/label"), press(form, "review", "fix", field.name))
        for field in service.fields
    )
    rows = tuple(offers[i : i + 2] for i in range(0, len(offers), 2))
    # Where a long form leaves it no room it can be typed, and any field's "back" leads to the summary too.
    back = (offer("button.summary", press(form, "review", "summary")),) if len(offers) < MOST_BUTTONS else ()
    return say("form.pick", tuple(row for row in (*rows, back) if row))


def confirm_drop(form: Form) -> Say:
    rows = ((offer("button.resume", press(form, "-", "resume")), offer("button.drop", press(form, "-", "drop"))),)
    return say("form.confirm_drop", rows)


def draft_found(service: Service, form: Form) -> Say:
    """There is a draft of this service: go on or begin anew."""
    rows = (
        (offer("button.resume", press(form, "-", "resume")), offer("button.afresh", f"sn:{service.slug}")),
        (offer("button.drop", press(form, "-", "drop")),),
    )
    return say("form.draft_found", rows, title=Ref(f"service/{service.slug}/noun"))


def shown(service: Service, form: Form, field: ServiceField) -> Param:
    """A value as the client reads it."""
    value = form.values.get(field.name)
    if value is None:
        return Ref("form.empty")
    if field.personal:
        return Personal(value)
    if field.type is FieldType.CHOICE:
        return Ref(f"service/{service.slug}/field/{field.name}/choice/{value}")
    if field.type is FieldType.FILE:
        return Ref("file.count", {"count": value})
    return value if len(value) <= 300 else value[:300] + "…"


def _choices(service: Service, form: Form, field: ServiceField) -> tuple[tuple[Offer, ...], ...]:
    if field.type is FieldType.SCORE:
        return (tuple(offer(f"button.score{n}", press(form, field.name, "v", str(n))) for n in range(5, 0, -1)),)
    where = f"service/{service.slug}/field/{field.name}/choice"
    offers = [
        Offer(Ref(f"{where}/{choice.value}"), press(form, field.name, "v", choice.value)) for choice in field.choices
    ]
    return tuple(tuple(offers[i : i + 2]) for i in range(0, len(offers), 2))


def _ways(service: Service, form: Form, field: ServiceField) -> tuple[Offer, ...]:
    """Ways on and out, the likeliest first; those that find no room can be typed."""
    ways = []
    if field.type is FieldType.FILE and field.name in form.values:
        ways.append(offer("button.next", press(form, field.name, "next")))
        ways.append(offer("button.no_files", press(form, field.name, "skip")))
    elif not field.required:
        ways.append(offer("button.skip", press(form, field.name, "skip")))
    if form.fixing or field is not steps(service)[0]:
        ways.append(offer("button.back", press(form, field.name, "back")))
    if form.values:
        ways.append(offer("button.exit", press(form, "-", "exit")))
    ways.append(offer("button.cancel", press(form, "-", "cancel")))
    if not form.values:
        ways.append(offer("button.other_ways", press(form, "-", "offline")))
    return tuple(ways)
