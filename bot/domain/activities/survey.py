"""Did it help, a score from 1 to 5, what was missing. Never twice, never pushed on who declined."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities import handoff
from bot.domain.decision import (
    Decision,
    EpisodeById,
    EpisodeView,
    Need,
    RecordComment,
    RecordHelped,
    RecordQuestion,
    RecordScore,
    Result,
    Scene,
)
from bot.domain.dialog import Comment, Missing
from bot.domain.speech import Offer, Say, offer, say

LOW = 2
"""This score and lower: what was missing is asked, and a person takes over."""


def score_rows(episode: str) -> tuple[tuple[Offer, ...], ...]:
    """Five scores, best first, and a way to decline; ``episode``: an id or a fact in braces."""
    scores = tuple(offer(f"button.score{value}", f"r:{episode}:{value}") for value in range(5, 0, -1))
    return (scores, (offer("button.no_score", f"r:{episode}:0"),))


def helped(scene: Scene, episode_id: int, did: bool) -> Result:
    """ "Did it help?" under an answer."""
    query = EpisodeById(episode_id)
    if query not in scene.view.loaded:
        return Need(query)
    episode = scene.view.loaded[query]
    if not isinstance(episode, EpisodeView):
        return _unknown_episode(scene)
    if episode.helped is not None:
        return Decision(scene.dialog, says=(say("score.noted_before"),), outcome="score.again")
    effect = RecordHelped(episode.id, did)
    settled = scene.dialog.settled()
    if not did:
        rows = ((offer("button.person", "c:human"), offer("button.no_words", f"rx:{episode.id}")),)
        return Decision(
            settled.push(Missing(episode.id)),
            says=(say("score.what_missing", rows),),
            effects=(effect,),
            outcome="helped.no",
            slug=episode.slug,
        )
    if scene.dialog.scores_declined or episode.score is not None:
        return Decision(settled, says=(say("score.glad"),), effects=(effect,), outcome="helped.yes", slug=episode.slug)
    told = say("score.glad_ask", score_rows(str(episode.id)))
    return Decision(settled, says=(told,), effects=(effect,), outcome="helped.yes", slug=episode.slug)


def scored(scene: Scene, episode_id: int, value: int) -> Result:
    """A score pressed; 0 declines for good."""
    query = EpisodeById(episode_id)
    if query not in scene.view.loaded:
        return Need(query)
    episode = scene.view.loaded[query]
    if not isinstance(episode, EpisodeView):
        return _unknown_episode(scene)
    settled = scene.dialog.settled()
    if value == 0:
        declined = replace(settled, scores_declined=True)
        return Decision(declined, says=(say("score.declined"),), outcome="score.declined")
    if episode.score is not None:
        return Decision(scene.dialog, says=(say("score.noted_before"),), outcome="score.again")
    effect = RecordScore(episode.id, value)
    if value > LOW:
        more = ((offer("button.add_words", f"rc:{episode.id}"), offer("button.menu", "menu:main")),)
        return Decision(
            settled, says=(say("score.thanks", more),), effects=(effect,), outcome="score", slug=episode.slug
        )
    rows = ((offer("button.person", "c:human"), offer("button.no_words", f"rx:{episode.id}")),)
    return Decision(
        settled.push(Comment(episode.id)),
        says=(say("score.low", rows),),
        effects=(effect,),
        outcome="score.low",
        slug=episode.slug,
    )


def words(scene: Scene, activity: Comment | Missing, text: str) -> Decision:
    """What was missing, in the client's words. After a low score a person takes over."""
    settled = replace(scene, dialog=scene.dialog.settled())
    kept = RecordComment(activity.episode, text)
    match activity:
        case Comment(low=False):
            return Decision(settled.dialog, says=(say("score.words_noted"),), effects=(kept,), outcome="score.words")
        case Comment():
            called = handoff.hand_over(settled, "low_score", "score.passed_on", said=text)
            return replace(called, effects=(kept, *called.effects), outcome="score.words")
        case Missing():
            rows = ((offer("button.to_person", "c:human"), offer("button.menu", "menu:main")),)
            gap, asked = RecordQuestion(text, "not_helped", None), scene.dialog.question
            return Decision(
                replace(settled.dialog, question=f"{asked}\n{text}" if asked else text),
                says=(say("score.missing_noted", rows),),
                effects=(kept, gap),
                outcome="helped.words",
            )


def add_words(scene: Scene, episode_id: int) -> Result:
    """Wishes to say more about a score given before."""
    query = EpisodeById(episode_id)
    if query not in scene.view.loaded:
        return Need(query)
    if not isinstance(scene.view.loaded[query], EpisodeView):
        return _unknown_episode(scene)
    rows = ((offer("button.no_words", f"rx:{episode_id}"),),)
    dialog = scene.dialog.settled().push(Comment(episode_id, low=False))
    return Decision(dialog, says=(say("score.your_words", rows),), outcome="score.add_words")


def no_words(scene: Scene) -> Decision:
    """No comment wished: fine."""
    return Decision(scene.dialog.settled(), says=(say("score.no_words"),), outcome="score.no_words")


def ask_score(key: str, fact: str) -> Say:
    """Asks for a score of an episode that this decision opens."""
    return say(key, score_rows(f"{{{fact}}}"))


def _unknown_episode(scene: Scene) -> Decision:
    """Forged, or another client's: nothing is told about it."""
    return Decision(scene.dialog, says=(say("score.gone"),), outcome="stale")
