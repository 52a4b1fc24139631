"""Answering a question: a template, a question back, or an honest "I don't know"."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import reviews, variants
from bot.domain.activities import blanks, handoff
from bot.domain.decision import Decision, OpenEpisode, RecordQuestion, RememberWatch, Scene
from bot.domain.speech import MOST_BUTTONS, Offer, Ref, Say, offer, say
from bot.domain.told import told
from bot.domain.variants import Chosen
from knowledge_base.schema import Template
from nlu.understanding import Outcome, Understanding

CHOICES = 3
COMMANDS = {"human": "button.person", "my-status": "button.my_requests", "my-data": "button.my_data"}
"""Labels of the commands that may be meant."""
NEAR_SHARE = 0.25
"""Of the threshold for asking back: below that a topic is not near, it is chance."""
PARTS = 3
ORDER = ("first", "second", "third")


def answer(scene: Scene, slugs: tuple[str, ...], outcome: str = "answer") -> Decision:
    """The short answers of one to three templates, the last one asking whether it helped."""
    known = [slug for slug in slugs if slug in scene.pack.templates][:PARTS]
    templates = [scene.pack.templates[slug] for slug in known if not reviews.expired(scene.pack, slug, scene.now)]
    if not templates:
        return overdue(scene, known[0]) if known else unknown(scene, None)
    effects, says = [], []
    for number, template in enumerate(templates):
        name = f"episode{number}"
        effects.append(OpenEpisode(name, "answer", template.slug))
        said = _chosen(scene, template)
        says.append(Say((told(scene.pack, said.short, scene.now),), _answer_rows(scene, template, said, name)))
    if len(templates) < len(known):
        says.append(_rest())
    return Decision(
        replace(scene.dialog, misses=0, about=templates[0].slug),
        says=tuple(says),
        effects=tuple(effects),
        outcome=outcome,
        slug=templates[0].slug,
    )


def overdue(scene: Scene, slug: str) -> Decision:
    """The answer may be true no more, and the pack wants a person to answer then."""
    title = scene.pack.templates[slug].title[scene.pack.agency.default_language]
    said = " · ".join(part for part in (title, scene.dialog.question) if part)
    team = handoff.team_for(scene, slug)
    return replace(handoff.hand_over(scene, "overdue", "handoff.overdue", team=team, said=said), slug=slug)


def more(scene: Scene, slug: str) -> Decision | None:
    """The rest of an answer; None when the pack has none any more."""
    template = scene.pack.templates.get(slug)
    if template is None:
        return None
    said = _chosen(scene, template)
    if said.more is None or reviews.expired(scene.pack, slug, scene.now):
        return answer(scene, (slug,))
    parts: tuple[Ref, ...] = (told(scene.pack, said.more, scene.now),)
    if scene.dialog.language not in said.languages:
        parts = (Ref("answer.other_language"), *parts)
    rows = tuple(row for row in (blanks.offered(template), *_links(said)) if row)
    return Decision(scene.dialog, says=(Say(parts, rows),), outcome="more", slug=slug)


def watch(scene: Scene, slug: str) -> Decision | None:
    """Promises to tell when a need can be met; None when nothing is unmet here."""
    template = scene.pack.templates.get(slug)
    if template is None or not template.unmet:
        return None
    return Decision(
        scene.dialog, says=(say("answer.will_tell"),), effects=(RememberWatch(slug),), outcome="watch", slug=slug
    )


def need_met(scene: Scene, slug: str) -> Decision:
    """A need that could not be met can be met now: whoever asked is told."""
    template = scene.pack.templates.get(slug)
    if template is None or template.unmet:
        return Decision(scene.dialog, outcome="watch.gone")
    said = _chosen(scene, template)
    words = (Ref("answer.now_possible"), told(scene.pack, said.short, scene.now))
    possible = Say(words, _answer_rows(scene, template, said, "episode0"))
    return Decision(
        scene.dialog,
        says=(possible,),
        effects=(OpenEpisode("episode0", "answer", slug),),
        outcome="watch.told",
        slug=slug,
    )


def clarify(scene: Scene, understood: Understanding) -> Decision:
    """Two or three near topics: a short question instead of a guess."""
    offers = _near(scene, understood)
    if len(offers) < 2:
        return unknown(scene, understood)
    rows = (*((one,) for one in offers), (offer("button.other", "c:other"),))
    return Decision(
        scene.dialog, says=(Say((_which(scene, understood),), rows),), outcome="clarify", slug=understood.slug
    )


def _which(scene: Scene, understood: Understanding) -> Ref:
    """The question that tells near topics of different teams apart; else one that fits any topics."""
    pack = scene.pack
    slugs = [one.slug for one in understood.candidates if one.slug in pack.templates or one.slug in pack.services]
    topics = {slug: (pack.templates.get(slug) or pack.services[slug]).topic for slug in slugs[:CHOICES]}
    abouts = [topic for topic in dict.fromkeys(topics.values()) if pack.topics[topic].about]
    teams = {handoff.team_for(scene, slug) for slug in topics}
    if len(teams) < 2 or len(abouts) != len(set(topics.values())) or not 2 <= len(abouts) <= CHOICES:
        return Ref("answer.clarify")
    key = "answer.clarify_two" if len(abouts) == 2 else "answer.clarify_three"
    return Ref(key, {name: Ref(f"topic/{topic}") for name, topic in zip(ORDER, abouts, strict=False)})


def other_tongue(scene: Scene, understood: Understanding) -> Decision:
    """A language that nobody taught the assistant: said in those that it speaks, with near topics and a person."""
    near = _near(scene, understood)[:2] if understood.outcome is Outcome.CLARIFY else ()
    rows = ((offer("button.to_person", "c:human"),), *((one,) for one in near))
    return Decision(scene.dialog, says=(say("answer.other_tongue", rows),), outcome="unknown.language")


def and_the_rest(answered: Decision, understood: Understanding) -> Decision:
    """More questions than were answered: a person is offered for the others, and they are kept as gaps."""
    gaps = tuple(RecordQuestion(question, "unknown", None) for question in understood.unanswered)
    return replace(answered, says=(*answered.says, _rest()), effects=(*answered.effects, *gaps))


def _rest() -> Say:
    return say("answer.rest", ((offer("button.to_person", "c:human"),),))


def unknown(scene: Scene, understood: Understanding | None) -> Decision:
    """No verified answer: said so, with near topics and a person; the second time a person is called."""
    text = understood.text if understood else ""
    misses = scene.dialog.misses + 1
    if misses >= scene.pack.agency.unknown_before_handoff:
        called = handoff.hand_over(scene, "unknown", "handoff.failed_twice", said=text)
        return replace(called, outcome="unknown")
    person = offer("button.to_person", "c:human")
    near = _near(scene, understood, least=scene.pack.agency.thresholds.clarify * NEAR_SHARE)
    near = tuple(one for one in near if one.action != person.action)[:2]
    rows = ((person,), *((one,) for one in near or (offer("button.menu", "menu:main"),)))
    key = "answer.unknown_near" if near else "answer.unknown"
    limit = say(key, rows, due=handoff.promised_by(scene), hours=handoff.hours_note(scene))
    return Decision(replace(scene.dialog, misses=misses), says=(limit,), outcome="unknown")


def other(scene: Scene) -> Decision:
    """None of the offered topics fits."""
    return replace(unknown(scene, None), outcome="clarify.other")


def understood_slugs(understood: Understanding) -> tuple[str, ...]:
    """Templates to answer with: of each part of a message with several questions, else the best one."""
    if understood.parts:
        found = [part.slug for part in understood.parts if part.outcome is Outcome.ANSWER and part.slug]
        return tuple(dict.fromkeys(found))
    return (understood.slug,) if understood.slug else ()


def _near(scene: Scene, understood: Understanding | None, least: float = 0) -> tuple[Offer, ...]:
    pack, found = scene.pack, []
    for candidate in understood.candidates if understood else ():
        if candidate.score < least:
            break
        if candidate.slug in pack.templates:
            found.append(Offer(Ref(f"template/{candidate.slug}/title"), f"t:{candidate.slug}"))
        elif candidate.slug in pack.services:
            found.append(Offer(Ref(f"service/{candidate.slug}/title"), f"s:{candidate.slug}"))
        elif candidate.slug in COMMANDS:
            found.append(offer(COMMANDS[candidate.slug], f"c:{candidate.slug}"))
    return tuple(found[:CHOICES])


def _chosen(scene: Scene, template: Template) -> Chosen:
    return variants.chosen(template, scene.view.profile, scene.dialog.language)


def _answer_rows(scene: Scene, template: Template, said: Chosen, episode: str) -> tuple[tuple[Offer, ...], ...]:
    first: list[Offer] = []
    if template.sensitive:
        first.append(offer("button.person", "c:human"))
    if said.more is not None:
        first.append(offer("button.more", f"m:{template.slug}"))
    first.extend(blanks.offered(template))
    if what := variants.unasked(template, scene.view.profile):
        first.append(offer("button.who_i_am", f"pw:{what}:0"))
    helped = (offer("button.helped", f"h:{{{episode}}}:1"), offer("button.not_helped", f"h:{{{episode}}}:0"))
    if template.unmet:
        first.append(offer("button.tell_me", f"n:{template.slug}"))
    last = () if template.sensitive else helped
    # Links that find no room here stand under the longer answer.
    rows = [tuple(first), *_links(said, MOST_BUTTONS - len(first) - len(last)), last]
    return tuple(row for row in rows if row)


def _links(said: Chosen, most: int = MOST_BUTTONS) -> tuple[tuple[Offer, ...], ...]:
    offers = []
    for key, button in said.buttons[:most]:
        label = Ref(key)
        if button.link:
            offers.append(Offer(label, link=button.link))
        else:
            offers.append(Offer(label, f"t:{button.template}" if button.template else f"s:{button.service}"))
    return tuple(tuple(offers[i : i + 2]) for i in range(0, len(offers), 2))
