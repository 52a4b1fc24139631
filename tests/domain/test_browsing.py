"""Frequent questions in chat: topics, their questions, the answer; only what is public, and a way on from anywhere."""

from __future__ import annotations

import pytest

from bot.domain import public
from bot.domain.messages import Channel
from tests.domain.talk import WEDNESDAY, Talk, real_pack


@pytest.mark.parametrize("channel", Channel)
def test_every_public_answer_can_be_leafed_to(channel: Channel) -> None:
    seen: set[str] = set()
    topics = Talk(channel=channel).press("c:answers")
    while True:
        for action in [o.action for o in topics.dialog.offered if o.action.startswith("aq:")]:
            questions = Talk(channel=channel).press(action)
            while not (page := {o.action for o in questions.dialog.offered if o.action.startswith("t:")}) <= seen:
                seen |= page
                if "Ещё" in questions.labels:
                    questions.press("Ещё")
            assert "Темы" in questions.labels
        more = next((o.action for o in topics.dialog.offered if o.label == "Ещё"), "at:0")
        if more == "at:0":
            break
        topics.press(more)
    assert seen == {f"t:{slug}" for slug in real_pack().templates}
    assert Talk(channel=channel).press(min(seen)).last.outcome == "answer"


def test_what_is_not_public_and_what_is_gone_is_not_shown() -> None:
    pack = real_pack()
    hidden = {slug: one.model_copy(update={"public": one.topic != "land"}) for slug, one in pack.templates.items()}
    pack = pack.model_copy(update={"templates": hidden})
    assert "land" in public.by_topic(real_pack(), WEDNESDAY)
    assert "land" not in public.by_topic(pack, WEDNESDAY)
    assert Talk(pack=pack).press("aq:land:0").hears("answers.topics")
    assert Talk(pack=pack).press("at:999").hears("answers.topics")
