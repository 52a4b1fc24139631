"""What a typed text means here: a label, a value, a question, a command or words about a score."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import assert_never

from bot.domain import pressing
from bot.domain.actions import PressForm
from bot.domain.activities import answering, form, form_words, handoff, smalltalk, spoken, status, survey
from bot.domain.decision import Decision, Need, RecordQuestion, Result, Scene
from bot.domain.dialog import Comment, Form, FormMode, Missing, Offered
from bot.domain.events import ClientActed
from knowledge_base.schema import FieldType
from nlu.understanding import Outcome, Understanding

FEW_WORDS = 2
"""So short a thank-you wants no answer; a longer one may hold a question."""


def text(scene: Scene, event: ClientActed) -> Result:
    said, understood = event.incoming.text.strip(), event.understood
    pressed = _typed_label(scene, said)
    if pressed is not None:
        return pressing.button(scene, event, pressed)
    if handoff.leads(scene.dialog):
        thanked = understood is not None and understood.slug == "thanks" and len(said.split()) <= FEW_WORDS
        return _to_person(scene, event, owed=not thanked)
    current = scene.dialog.form
    if current is not None and current.service in scene.pack.services:
        return _in_form(scene, event, current, said, understood)
    spoken_by_emoji = understood is not None and understood.outcome is Outcome.SMALLTALK
    if understood is None or not (spoken_by_emoji or any(c.isalnum() for c in said)):
        return smalltalk.silence(scene)
    top = scene.dialog.stack[-1] if scene.dialog.stack else None
    if isinstance(top, Comment | Missing) and understood.slug != "human":
        return survey.words(scene, top, said)
    kept = understood.outcome is Outcome.COMMAND and understood.slug != "withdraw"
    asked = scene.dialog.question if kept else said
    dialog = replace(scene.dialog, question=asked, language=_language(scene, understood))
    return _question(replace(scene, dialog=dialog), event, understood)


QUOTED = 100
"""Characters of a quoted message that staff see: enough to find it."""


def _to_person(scene: Scene, event: ClientActed, *, owed: bool) -> Decision:
    """The client's words for the person who leads, with the beginning of what they reply to."""
    said, quoted = event.incoming.text.strip(), " ".join(event.incoming.quoted.split())
    if not quoted:
        return handoff.forward(scene, said, owed=owed)
    quote = quoted if len(quoted) <= QUOTED else f"{quoted[:QUOTED]}…"
    return handoff.forward(scene, said, "staff.client_replied", owed=owed, quote=quote)


SURE_OF_LANGUAGE = 12
"""Letters from which on a message shows a foreign language: names and brands are shorter."""
SURE_OF_OWN = 3
"""The same for the pack's own language, and for small talk, which is made of that language's words."""
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")


def _language(scene: Scene, understood: Understanding) -> str:
    """The language of the dialog: that of a long enough message, where the pack speaks it."""
    agency = scene.pack.agency
    letters = sum(c.isalpha() for c in _ADDRESS.sub("", understood.text))
    plain = understood.language == agency.default_language or understood.outcome is Outcome.SMALLTALK
    known = understood.language in agency.languages
    sure = letters >= (SURE_OF_OWN if plain else SURE_OF_LANGUAGE)
    return understood.language if known and sure else scene.dialog.language


def _question(scene: Scene, event: ClientActed, understood: Understanding) -> Result:
    """A question or a wish in the client's own words; kept apart from him, too."""
    result = _decided(scene, event, understood)
    asks = understood.outcome is not Outcome.SMALLTALK and _bare_number(understood) is None
    if isinstance(result, Need) or not asks:
        return result
    # The reading may be near and the answer "I don't know" all the same.
    unanswered = result.outcome.split(".")[0] == Outcome.UNKNOWN
    outcome, slug = (Outcome.UNKNOWN, None) if unanswered else (understood.outcome, understood.slug)
    kept = RecordQuestion(
        understood.text, outcome.value, slug, understood.candidates, understood.language, understood.engine
    )
    return replace(result, effects=(*result.effects, kept))


def _bare_number(understood: Understanding) -> str | None:
    """The end of a request's number, where the message is nothing else."""
    return next((found.value for found in understood.entities if found.kind == "bare_number"), None)


def _decided(scene: Scene, event: ClientActed, understood: Understanding) -> Result:
    for slug in understood.rules:
        rule = scene.pack.rules.get(slug)
        if rule is not None:
            reason = "broken" if rule.policy == scene.pack.agency.incident_policy else "rule"
            return handoff.hand_over(
                scene, reason, "handoff.rule", team=rule.team, policy=rule.policy, said=understood.text
            )
    waited_for = scene.dialog.handed_over
    if waited_for is None:
        return _understood(scene, event, understood)
    asked = understood.outcome is Outcome.COMMAND and understood.slug == "human"
    if asked or understood.outcome in (Outcome.UNKNOWN, Outcome.CLARIFY, Outcome.SMALLTALK):
        return handoff.join(scene, waited_for, understood.text, asked=asked)
    return _and_forward(scene, _understood(scene, event, understood), understood.text)


def _and_forward(scene: Scene, answered: Result, text: str) -> Result:
    """Whoever waits for a person is still answered; the person sees the words as well."""
    if isinstance(answered, Need):
        return answered
    passed = handoff.forward(replace(scene, dialog=answered.dialog), text, "staff.client_said")
    return replace(
        answered,
        dialog=passed.dialog,
        effects=(*answered.effects, *passed.effects),
        staff=(*answered.staff, *passed.staff),
    )


def _understood(scene: Scene, event: ClientActed, understood: Understanding) -> Result:
    number = _bare_number(understood)
    if number is not None:
        return status.by_order(scene, number)
    match understood.outcome:
        case Outcome.ANSWER:
            answered = answering.answer(scene, answering.understood_slugs(understood))
            return answering.and_the_rest(answered, understood) if understood.unanswered else answered
        case Outcome.CLARIFY | Outcome.UNKNOWN if understood.language not in scene.pack.agency.languages:
            return answering.other_tongue(scene, understood)
        case Outcome.CLARIFY:
            return answering.clarify(scene, understood)
        case Outcome.UNKNOWN:
            return answering.unknown(scene, understood)
        case Outcome.SERVICE if understood.slug in scene.pack.services:
            return form.start(scene, understood.slug, str(event.id))
        case Outcome.COMMAND if understood.slug is not None:
            return pressing.command(scene, understood.slug, understood.request_number or "")
        case Outcome.SMALLTALK if understood.slug is not None:
            return smalltalk.small_talk(scene, understood.slug)
        case Outcome.SERVICE | Outcome.COMMAND | Outcome.SMALLTALK:
            return answering.unknown(scene, understood)
        case _:
            assert_never(understood.outcome)


def _in_form(scene: Scene, event: ClientActed, current: Form, text: str, understood: Understanding | None) -> Result:
    """Inside a form a message is a value, a question or a command: chosen by fit."""
    if current.mode is FormMode.HEARD:
        if spoken.agreed(scene, text):
            return _confirmed(scene, current)
        current = replace(current, mode=FormMode.ASK, heard="")
    asks = understood is not None and _asks(scene, current, understood, text)
    if current.mode is not FormMode.ASK or asks or not text:
        if understood is not None and (asks or understood.outcome is Outcome.COMMAND):
            aside = _question(scene, event, understood)
            return pressing.beside_form(scene, aside) if isinstance(aside, Decision) else aside
        return form.refuse(scene, current, text)
    if event.incoming.voiced:
        return spoken.spoken(scene, current, text) or form.refuse(scene, current, text)
    return form.typed(scene, current, _value(scene, current, understood, text)) or form.refuse(scene, current, text)


def _confirmed(scene: Scene, current: Form) -> Decision:
    taken = spoken.pressed(scene, current, PressForm(current.token, current.step, "right"))
    assert taken is not None, "a heard value waits for it"
    return taken


def _value(scene: Scene, current: Form, understood: Understanding | None, text: str) -> str:
    """The value in the words around it: a telephone number within a sentence."""
    if understood is None or form.fits(scene, current, text):
        return text
    phones = {found.value for found in understood.entities if found.kind == "phone"}
    wanted = form.field_of(scene.pack.services[current.service], current).type is FieldType.PHONE
    return phones.pop() if wanted and len(phones) == 1 else text


MOST_OF_A_QUESTION = 300
"""Characters; a longer text in a form is what the form asks for."""
SURE_ASIDE = 0.99
"""Score from which on words that are no value of the step are a question even without its sign: a failed try
at a value ("not an address" for an e-mail) is near some topic as well."""


def _asks(scene: Scene, current: Form, understood: Understanding, text: str) -> bool:
    """Whether words typed in a form are a question of their own, not the value asked for."""
    sure = understood.outcome in (Outcome.ANSWER, Outcome.COMMAND)
    if not sure or not understood.candidates:
        return False
    certain = understood.candidates[0].score >= scene.pack.agency.thresholds.answer
    if understood.outcome is Outcome.COMMAND:
        return certain and len(text) <= 60
    short, no_value = len(text) <= MOST_OF_A_QUESTION, not form.fits(scene, current, text)
    if current.mode is FormMode.ASK and no_value and short and understood.candidates[0].score >= SURE_ASIDE:
        return True
    if current.mode is FormMode.ASK and form.field_of(scene.pack.services[current.service], current).holds_question:
        return False
    first = text.split()[0].casefold().strip(",.") if text.split() else ""
    by_language = scene.pack.texts["form.question_words"]
    words = by_language.get(scene.dialog.language, by_language[scene.pack.agency.default_language]).split()
    return certain and short and (text.endswith("?") or first in words)


def _typed_label(scene: Scene, text: str) -> str | None:
    """The action of a button whose label was typed: one shown last, or always a language by its own name."""
    wanted = _bare(text)
    if not wanted or len(text) > 70:
        return None
    texts, languages = scene.pack.texts, scene.pack.agency.languages
    named = tuple(Offered(texts[f"language.{spoken}"].get(spoken, ""), f"l:{spoken}") for spoken in languages)
    known = (*scene.dialog.offered, *named, *_ways_out(scene))
    return next((o.action for o in known if _bare(o.label) == wanted), None)


def _ways_out(scene: Scene) -> tuple[Offered, ...]:
    """A form can always be left by typing, also where its step has no room for the buttons."""
    form_now, texts = scene.dialog.form, scene.pack.texts
    if form_now is None:
        return ()
    ways = [("-", "exit", texts["button.exit"]), ("-", "cancel", texts["button.cancel"])]
    if form_now.mode is FormMode.PICK:
        ways.append(("review", "summary", texts["button.summary"]))
    return tuple(
        Offered(label, form_words.press(form_now, step, verb))
        for step, verb, labels in ways
        for label in labels.values()
    )


def _bare(label: str) -> str:
    return "".join(c for c in label.casefold() if c.isalnum() or c == " ").strip()
