"""A template is shown as clients will read it: by the renderer that speaks to them, whatever was typed so far."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dialog import Dialog
from bot.domain.messages import Channel, Style
from bot.domain.previews import Flaw, Shown, preview
from bot.domain.profile import Profile
from tests.domain.checks import check_fits
from tests.domain.talk import LIMITS, WEDNESDAY, Talk, real_pack

SLUG = "agrostartup"


def item(**changed: Any) -> dict[str, Any]:
    return {**real_pack().templates[SLUG].model_dump(mode="json"), **changed}


def shown(typed: dict[str, Any], channel: Channel = Channel.TELEGRAM, language: str = "ru") -> Shown:
    return preview(real_pack(), SLUG, typed, language, LIMITS[channel], WEDNESDAY)


def flaws(found: Shown) -> list[tuple[Flaw, str]]:
    return [(one.flaw, one.words) for one in found.remarks]


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("slug", [SLUG, "contacts", "subsidy-documents"])
def test_a_live_template_looks_as_its_clients_see_it(slug: str, channel: Channel) -> None:
    """Word for word and button for button what the assistant says."""
    typed = real_pack().templates[slug].model_dump(mode="json")
    found = preview(real_pack(), slug, typed, "ru", LIMITS[channel], WEDNESDAY)
    talk = Talk(channel=channel, dialog=Dialog("ru", greeted=True)).ask(slug)
    assert [one.text for one in found.first] == [one.text for one in talk.heard]
    assert [[b.label for row in one.rows for b in row] for one in found.first] == [talk.labels]
    assert all(flaw is not Flaw.PLACEHOLDER for flaw, _ in flaws(found))
    if found.more:
        assert [one.text for one in found.more] == [one.text for one in talk.press(f"m:{slug}").heard]


def test_formatting_is_shown_where_the_channel_shows_it() -> None:
    typed = item(short={"ru": "Приём **до 30 апреля**, код `АГ-1`."})
    marks = {channel: {one.style for one in shown(typed, channel).first[0].marks} for channel in Channel}
    assert marks == {Channel.TELEGRAM: set(Style), Channel.PAGE: set(Style), Channel.VK: set()}
    assert shown(typed).first[0].text == "Приём до 30 апреля, код АГ-1."


def test_placeholders_are_filled_in_and_unknown_ones_told() -> None:
    found = shown(item(short={"ru": "{agency} ответит {due}. Код {code}, {телефон}."}))
    assert found.first[0].text.startswith("Министерство")
    assert "сегодня" in found.first[0].text
    assert flaws(found) == [(Flaw.PLACEHOLDER, "{code}"), (Flaw.PLACEHOLDER, "{телефон}")]


def test_what_a_channel_cannot_hold_is_told() -> None:
    long = item(more={"ru": "Предложение как предложение. " * 200})
    assert [len(shown(long, channel).more) for channel in Channel] == [2, 1, 2]
    assert (Flaw.SPLIT, "") in flaws(shown(long))
    label = "Очень длинная надпись на кнопке, сорок пять"
    wide = item(buttons=[{"text": {"ru": label}, "template": "contacts"}])
    assert flaws(shown(wide)) == []
    assert flaws(shown(wide, Channel.VK)) == [(Flaw.LABEL, label)]
    many = item(
        more=None, buttons=[{"text": {"ru": f"Кнопка {n}"}, "link": f"https://e.invalid/{n}"} for n in range(8)]
    )
    assert [flaw for flaw, _ in flaws(shown(many))] == [Flaw.NO_ROOM] * 5


def test_what_is_half_written_is_shown_as_far_as_it_goes() -> None:
    assert flaws(shown({})) == [(Flaw.NO_TEXT, "")]
    found = shown(
        {"short": {"ru": "Звоните 102."}, "buttons": [{"text": {"ru": "Куда"}}, {"link": "https://e.invalid"}]}
    )
    assert found.first[0].text == "Звоните 102."
    assert flaws(found) == [(Flaw.NOWHERE, "Куда"), (Flaw.NOWHERE, "2")]
    assert flaws(shown({"short": {"ru": "Звоните 102."}}, language="en")) == [(Flaw.OTHER_LANGUAGE, "")]
    markup = shown({"short": {"ru": "<b>жирно</b> <script>alert(1)</script>"}})
    assert markup.first[0].text == "<b>жирно</b> <script>alert(1)</script>"


def test_each_variant_is_shown_as_its_readers_get_it() -> None:
    pack = real_pack()
    slug = "support-list"
    variant = pack.templates[slug].variants[0]
    who = Profile(variant.segment or "", variant.situation or "")
    typed = pack.templates[slug].model_dump(mode="json")
    talk = Talk(profile=who, dialog=Dialog("ru", greeted=True)).ask(slug)
    found = preview(pack, slug, typed, "ru", LIMITS[Channel.TELEGRAM], WEDNESDAY, who)
    assert [one.text for one in found.first] == [one.text for one in talk.heard]
    assert found.first != preview(pack, slug, typed, "ru", LIMITS[Channel.TELEGRAM], WEDNESDAY).first


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("ru", "en", "text", "link")), inner),
    max_leaves=6,
)
fields = st.sampled_from(("title", "short", "more", "buttons", "files", "variants", "sensitive", "unmet"))


@given(st.dictionaries(fields, anything), st.sampled_from(Channel))
def test_whatever_was_typed_is_shown_within_the_limits(typed: dict[str, Any], channel: Channel) -> None:
    for one in (found := shown(typed, channel)).first + found.more:
        check_fits(one, LIMITS[channel])


def test_buttons_that_lead_in_a_circle_just_answer() -> None:
    """Each press is an answer; nothing goes round by itself, in a preview or in a talk."""
    pack = real_pack()
    circle = {"contacts": "leadership", "leadership": "contacts"}
    templates = {
        slug: pack.templates[slug].model_validate(
            {**pack.templates[slug].model_dump(), "buttons": [{"text": {"ru": "Дальше"}, "template": to}]}
        )
        for slug, to in circle.items()
    }
    talk = Talk(pack=pack.model_copy(update={"templates": {**pack.templates, **templates}})).ask("contacts")
    for slug in ("leadership", "contacts", "leadership"):
        assert talk.press("Дальше").last.slug == slug
    assert preview(talk.pack, "contacts", templates["contacts"].model_dump(), "ru", LIMITS[Channel.VK], WEDNESDAY).first
