"""The name of a topic in the staff group follows its case, and changes only when that does."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.activities.titles import Standing, standing, title
from bot.domain.acts import Claim, Close
from bot.domain.events import StaffActed, StaffPerson, StaffWrote, TimerFired, TimerKind
from bot.domain.messages import Channel
from bot.domain.rendering import render
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.domain.wording import Voice
from tests.domain.talk import LIMITS, WEDNESDAY, Talk, real_pack
from tests.domain.test_form import appeal

OLGA = StaffPerson(1, "Ольга", "front-office")


def test_the_life_of_a_case_in_its_name() -> None:
    talk = Talk().start()
    names, changes = [talk.dialog.titled], 0

    def then() -> None:
        nonlocal changes
        names.append(talk.dialog.titled)
        changes += talk.last.retitled

    talk.command("human", "позовите человека")
    then()
    number = talk.dialog.cases[0].id
    talk.say("ау")
    then()
    talk.happen(StaffActed(OLGA, Claim(number)))
    then()
    talk.happen(StaffWrote(OLGA, "?? Какой район?"))
    then()
    talk.say("Озёрский")
    then()
    talk.happen(TimerFired(number, TimerKind.ALARM, talk.dialog.cases[0].due_at))
    then()
    talk.happen(StaffWrote(OLGA, "Готово."))
    then()
    talk.happen(StaffActed(OLGA, Close(number)))
    then()
    talk.say("спасибо")
    then()
    assert names == ["", "new", "new", "taken", "asked", "taken", "late", "answered", "closed", "closed"]
    assert changes == 7, "no call for what stays as it is"


def test_the_most_urgent_of_two_cases_names_the_topic() -> None:
    talk = appeal("review").press("Отправить")
    talk.happen(StaffActed(OLGA, Claim(talk.dialog.cases[0].id)))
    assert talk.dialog.titled == "taken"
    talk.command("human", "позовите человека")
    assert talk.dialog.titled == "new"
    late = replace(talk.dialog.cases[0], late=True)
    assert standing(talk.dialog.with_case(late)) == "late"


def test_every_name_fits_a_topic_and_tells_by_sign_and_word() -> None:
    assert {f"staff.topic.{one}" for one in Standing} < REQUIRED_TEXTS
    seen = set()
    for language in ("ru", "en"):
        voice = Voice(real_pack(), language, WEDNESDAY, {}, {})
        for one in Standing:
            dialog = replace(Talk().dialog, titled=one.value)
            (name,) = render(title(10**12, Channel.PAGE, dialog), voice, LIMITS[Channel.TELEGRAM])
            assert len(name.text) <= 128
            seen.add(name.text)
    assert len(seen) == 2 * len(Standing)
