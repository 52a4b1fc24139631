"""Two to six buttons under a message: a choice, and not a wall."""

from __future__ import annotations

import pytest

from bot.domain.dialog import Form
from bot.domain.messages import Channel
from knowledge_base.schema import FieldType
from tests.domain.talk import Talk, real_pack

PACK = real_pack()
VALUES = {FieldType.PHONE: "8 911 765-43-21", FieldType.EMAIL: "anna@example.invalid", FieldType.NAME: "Смирнова Анна"}


def fits(talk: Talk) -> None:
    assert 2 <= len(talk.labels) <= 6, talk.labels
    assert len(set(talk.labels)) == len(talk.labels), talk.labels


@pytest.mark.parametrize("slug", sorted(PACK.menus))
def test_a_menu(slug: str) -> None:
    fits(Talk().press(f"menu:{slug}"))


@pytest.mark.parametrize("slug", sorted(PACK.templates))
def test_an_answer(slug: str) -> None:
    fits(Talk().ask(slug))


@pytest.mark.parametrize("slug", sorted(PACK.services))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_step_of_a_form(slug: str, language: str) -> None:
    talk = Talk(channel=Channel.PAGE).press(f"l:{language}").press(f"s:{slug}")
    for field in PACK.services[slug].fields:
        fits(talk)
        if field.choices:
            talk.press(f"f:{form(talk).token}:{field.name}:v:{field.choices[0].value}")
        elif field.type is FieldType.SCORE:
            talk.press("4")
        else:
            talk.say(VALUES.get(field.type, "Село Берёзовка, третий дом от реки"))
    fits(talk)
    fits(talk.press(f"f:{form(talk).token}:review:edit"))


def test_the_score_is_asked_by_its_five_figures_and_a_way_back() -> None:
    talk = Talk().press("s:feedback").say("консультация по субсидиям")
    assert talk.labels == ["5", "4", "3", "2", "1", "Назад"]


@pytest.mark.parametrize(("typed", "key"), [("Сохранить и выйти", "form.paused"), ("отменить", "form.confirm_drop")])
def test_a_way_out_that_found_no_room_can_be_typed(typed: str, key: str) -> None:
    assert Talk().press("s:feedback").say("консультация по субсидиям").say(typed).hears(key)


def form(talk: Talk) -> Form:
    assert talk.dialog.form is not None
    return talk.dialog.form
