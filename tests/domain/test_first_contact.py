"""Opening the chat, menus, settings, and small talk."""

from __future__ import annotations

import pytest

from bot.domain.actions import ShowMenu, parse
from bot.domain.decision import OpenEpisode, RecordQuestion, SetReachable
from bot.domain.dialog import Dialog
from bot.domain.messages import Channel, Kind
from nlu.understanding import Outcome
from tests.domain.talk import LIMITS, Talk, nothing, real_pack, understood


def test_the_first_contact_says_who_speaks_and_what_is_kept() -> None:
    talk = Talk().start()
    assert talk.hears("menu.welcome")
    assert talk.last.outcome == "welcome"
    assert talk.dialog.greeted
    assert "сохран" in talk.text
    assert {"Написать обращение", "Моя заявка", "Позвать сотрудника"} <= set(talk.labels)


def test_whoever_comes_back_is_greeted_shortly() -> None:
    assert Talk().start().start().hears("menu.again")


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_gets_the_menu_within_its_limits(channel: Channel) -> None:
    talk = Talk(channel=channel).start()
    assert 0 < len(talk.labels) <= LIMITS[channel].max_buttons


def test_a_share_link_opens_a_service_or_a_topic() -> None:
    form = Talk().start("appeal")
    assert form.hears("menu.welcome", "service/appeal/description")
    assert form.dialog.form is not None
    topic = Talk().start("agrostartup")
    assert topic.hears("menu.welcome", "template/agrostartup/short")
    assert Talk().start("gone").hears("menu.welcome")


def test_every_menu_entry_leads_somewhere() -> None:
    """Every button of every menu of the pack is pressed once."""
    for slug in real_pack().menus:
        shown = Talk().press(f"menu:{slug}")
        assert shown.last.outcome == "menu"
        for offered in shown.dialog.offered:
            talk = Talk(dialog=shown.dialog).press(offered.label)
            assert talk.heard, f"{offered.label} of {slug}"
            assert talk.last.outcome not in {"stale", "unknown"}, f"{offered.label} of {slug}"


def test_menus_below_the_first_lead_back() -> None:
    for slug in real_pack().menus:
        actions = [parse(o.action) for o in Talk().press(f"menu:{slug}").dialog.offered]
        assert (ShowMenu("main") in actions) == (slug != "main")


@pytest.mark.parametrize("action", ["menu:gone", "menu:main"])
def test_a_menu_that_is_gone_gives_the_main_one(action: str) -> None:
    assert Talk().press(action).hears("menu/main")


@pytest.mark.parametrize(
    "action", ["", "t:gone", "s:gone", "m:gone", "x", "f:9:text:skip", "h:x:1", "💥" * 16, "k:take:1", "q:-1"]
)
def test_a_button_that_is_no_more_gets_a_sensible_reply(action: str) -> None:
    talk = Talk().press(action)
    assert talk.last.outcome == "stale"
    assert talk.hears("menu.stale")
    assert "Позвать сотрудника" in talk.labels


def test_the_label_of_a_button_may_be_typed() -> None:
    talk = Talk().start()
    assert talk.say("меры поддержки").hears("menu/support")
    assert talk.say("  В НАЧАЛО! ").hears("menu/main")


def test_a_label_is_a_button_even_when_it_could_be_a_question() -> None:
    talk = Talk().start()
    assert talk.ask("support-list", "Меры поддержки").last.outcome == "menu"


def test_a_label_not_shown_any_more_is_just_words() -> None:
    talk = Talk().start().ask("agrostartup")
    assert talk.say("Все темы").last.outcome == "unknown"


# --- language and data ---------------------------------------------------------------


def test_the_language_is_changed_by_a_button() -> None:
    talk = Talk().press("c:settings")
    assert talk.hears("settings.what")
    talk.press("In English")
    assert talk.dialog.language == "en"
    assert "English" in talk.text
    assert Talk(dialog=talk.dialog).press("menu:main").heard[0].text == "What can I do for you?"


def test_a_language_the_agency_lacks_shows_the_settings() -> None:
    talk = Talk().press("l:de")
    assert talk.dialog.language == "ru"
    assert talk.hears("settings.what")


def test_a_long_question_in_another_language_changes_it() -> None:
    text = "How do I get a subsidy for my farm?"
    talk = Talk().say(text, understood(text, Outcome.ANSWER, "subsidy-apply", language="en"))
    assert talk.dialog.language == "en"
    short = Talk().say("ok", understood("ok", Outcome.SMALLTALK, "thanks", language="en"))
    assert short.dialog.language == "ru"


def test_a_few_letters_are_enough_to_come_back_to_the_pack_s_own_language() -> None:
    said = understood("привет", Outcome.SMALLTALK, "greeting", language="ru")
    assert Talk(dialog=Dialog("en")).say("привет", said).dialog.language == "ru"
    hello = understood("hello", Outcome.SMALLTALK, "greeting", language="en")
    assert Talk().say("hello", hello).dialog.language == "en"


@pytest.mark.parametrize("text", ["https://example.invalid/a/long/path", "somebody@example.invalid", "John Deere"])
def test_addresses_and_brands_show_no_language(text: str) -> None:
    assert Talk().say(text, understood(text, Outcome.UNKNOWN, language="en")).dialog.language == "ru"


def test_the_language_of_the_screen_counts_at_first_and_when_it_changes() -> None:
    talk = Talk().act(Kind.START, language="en")
    assert talk.dialog.language == "en"
    assert talk.heard[0].text.startswith("Hello")
    talk.press("l:ru")
    assert talk.act(Kind.BUTTON, action="menu:main", language="en").dialog.language == "ru"
    assert talk.act(Kind.BUTTON, action="menu:main", language="ru").dialog.language == "ru"
    assert talk.act(Kind.BUTTON, action="menu:main", language="en").dialog.language == "en"
    assert Talk().act(Kind.START, language="de").dialog.language == "ru"


@pytest.mark.parametrize(("typed", "language"), [("in English", "en"), ("По-русски!", "ru")])
def test_a_language_is_changed_by_its_own_name(typed: str, language: str) -> None:
    assert Talk(dialog=Dialog("en" if language == "ru" else "ru")).say(typed).dialog.language == language


@pytest.mark.parametrize("way", ["c:my-data", "command"])
def test_what_is_kept_is_told_on_demand(way: str) -> None:
    talk = Talk().press(way) if way != "command" else Talk().act(Kind.COMMAND, name="mydata")
    assert talk.hears("data.what_is_kept")


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("status", "status.none"),
        ("my_status", "menu"),
        ("human", "handoff.asked"),
        ("settings", "settings"),
        ("privacy", "my_data"),
        ("help", "menu"),
        ("cancel", "menu"),
        ("STOP", "menu"),
        ("anything", "menu"),
    ],
)
def test_typed_commands(name: str, outcome: str) -> None:
    assert Talk().act(Kind.COMMAND, name=name).last.outcome == outcome


# --- small talk ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "key"),
    [
        ("greeting", "smalltalk.greeting"),
        ("thanks", "smalltalk.thanks"),
        ("insult", "smalltalk.insult"),
        ("gone", "smalltalk.silence"),
    ],
)
def test_small_talk_gets_a_short_reply(slug: str, key: str) -> None:
    talk = Talk().say("привет", understood("привет", Outcome.SMALLTALK, slug))
    assert talk.hears(key)
    assert talk.last.outcome == "smalltalk"


def test_whoever_is_angry_is_offered_a_person() -> None:
    talk = Talk().say("идиоты", understood("идиоты", Outcome.SMALLTALK, "insult"))
    assert "Позвать сотрудника" in talk.labels


@pytest.mark.parametrize("text", ["", " ", "...", "😀", "!?", "—"])
def test_nothing_to_read_is_answered_too(text: str) -> None:
    assert Talk().say(text).hears("smalltalk.silence")


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("voice", "media.voice"),
        ("video_note", "media.voice"),
        ("audio_message", "media.voice"),
        ("sticker", "media.sticker"),
        ("location", "media.location"),
        ("geo", "media.location"),
        ("contact", "media.contact"),
        ("photo", "media.file"),
        ("document", "media.file"),
        ("poll", "media.file"),
        ("invented_tomorrow" * 9, "media.file"),
    ],
)
def test_what_can_not_be_read_is_said_so(kind: str, key: str) -> None:
    talk = Talk().act(Kind.OTHER, name=kind)
    assert talk.hears(key)
    assert len(talk.last.outcome) <= 40


# --- blocked, floods ---------------------------------------------------------------------


def test_blocking_is_noted_and_not_answered() -> None:
    talk = Talk().act(Kind.BLOCKED)
    assert talk.last.effects == (SetReachable(False),)
    assert not talk.heard
    assert not talk.posted
    assert Talk(dialog=talk.dialog).act(Kind.UNBLOCKED).last.effects == (SetReachable(True),)


def test_a_flood_is_warned_of_once_then_held() -> None:
    talk = Talk()
    outcomes = [talk.ask("agrostartup").last.outcome for _ in range(25)]
    assert outcomes == ["answer"] * 20 + ["flood"] * 5
    said = Talk(dialog=Dialog("ru", flood_level=20, flood_at=talk.now)).ask("agrostartup")
    assert said.hears("error.flood")
    assert not said.ask("agrostartup").heard
    assert said.later(seconds=30).ask("agrostartup").last.outcome == "answer"


def test_blocking_comes_through_a_flood() -> None:
    talk = Talk(dialog=Dialog("ru", flood_level=22, flood_at=None)).act(Kind.BLOCKED)
    assert talk.last.outcome == "blocked"


def test_an_unknown_language_of_a_kept_dialog_still_speaks() -> None:
    assert Talk(dialog=Dialog("de")).start().heard


def test_nothing_is_recorded_of_small_talk() -> None:
    talk = Talk().say("привет", understood("привет", Outcome.SMALLTALK, "greeting")).say("...")
    assert not [e for e in talk.effects if isinstance(e, OpenEpisode | RecordQuestion)]
    assert nothing("x").slug is None
