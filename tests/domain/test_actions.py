"""Buttons: what parses, what does not, and that nothing anyone sends raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import actions
from bot.domain.actions import (
    DoCommand,
    GiveScore,
    PressForm,
    SayHelped,
    SetLanguage,
    ShowMenu,
    ShowMore,
    ShowRequest,
    ShowTemplate,
    SkipWords,
    StartService,
    WithdrawCase,
)

VERBS = ("t", "m", "s", "sn", "menu", "c", "h", "r", "rx", "f", "q", "w", "l", "k", "")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("t:agrostartup", ShowTemplate("agrostartup")),
        ("m:agrostartup", ShowMore("agrostartup")),
        ("s:appeal", StartService("appeal")),
        ("sn:appeal", StartService("appeal", afresh=True)),
        ("menu:main", ShowMenu("main")),
        ("c:human", DoCommand("human")),
        ("h:12:1", SayHelped(12, True)),
        ("h:12:0", SayHelped(12, False)),
        ("r:12:5", GiveScore(12, 5)),
        ("r:12:0", GiveScore(12, 0)),
        ("rx:12", SkipWords(12)),
        ("f:33:text:skip", PressForm("33", "text", "skip")),
        ("f:33:kind:v:complaint", PressForm("33", "kind", "v", "complaint")),
        ("f:33:-:exit", PressForm("33", "-", "exit")),
        ("q:5", ShowRequest(5)),
        ("w:5", WithdrawCase(5)),
        ("l:en", SetLanguage("en")),
    ],
)
def test_reads_what_buttons_carry(text: str, action: actions.Action) -> None:
    assert actions.parse(text) == action


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "::",
        "t",
        "t:a:b",
        "x:1",
        "T:agrostartup",
        " t:agrostartup",
        "h:12",
        "h:12:2",
        "h:-1:1",
        "h:1.0:1",
        "h:٣:1",
        "h:²:1",
        "r:12:6",
        "r:12:-1",
        "r:12:05",
        "r:12:٣",
        "q:",
        "q:1e3",
        "q:0x1",
        "q: 1",
        "q:1 ",
        "q:9999999999999999999",
        "w:" + "9" * 60,
        "f:1:2",
        "f:1:2:3:4:5",
        "rx:",
        "k:take:1",
        "t:" + "a" * 99,
        '{"a":1}',
        "\x00",
        "q:1\n",
        "💥" * 16,
    ],
)
def test_anything_else_is_not_ours(text: str) -> None:
    assert actions.parse(text) is None


@pytest.mark.parametrize(
    ("text", "pressed"),
    [
        ("k:take:5", ("take", 5)),
        ("k:done:5", ("done", 5)),
        ("k:drop:5", None),
        ("k:take:", None),
        ("k:take:-5", None),
        ("k:take:5:5", None),
        ("t:take:5", None),
        ("", None),
        ("k:take:" + "9" * 19, None),
        ("k:take:٣", None),
        ("k:take:²", None),
    ],
)
def test_buttons_of_staff(text: str, pressed: tuple[str, int] | None) -> None:
    assert actions.parse_staff(text) == pressed


pieces = st.one_of(
    st.sampled_from(VERBS),
    st.text(max_size=12),
    st.integers().map(str),
    st.sampled_from(("0", "1", "5", "-", "v", "²", "٣")),
)
garbage = st.one_of(st.text(max_size=120), st.lists(pieces, max_size=7).map(":".join))


@given(garbage)
def test_never_raises(text: str) -> None:
    actions.parse(text)
    actions.parse_staff(text)


@given(st.binary(max_size=64))
def test_bytes_that_a_client_forges_do_no_harm(data: bytes) -> None:
    actions.parse(data.decode("utf-8", "replace"))
    actions.parse(data.decode("latin-1"))


slugs = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
ids = st.integers(0, 10**18 - 1)


@given(slugs, ids, st.integers(0, 5), st.booleans(), st.booleans())
def test_round_trips(slug: str, number: int, score: int, did: bool, afresh: bool) -> None:
    assert actions.parse(f"t:{slug}") == ShowTemplate(slug)
    assert actions.parse(f"{'sn' if afresh else 's'}:{slug}") == StartService(slug, afresh)
    assert actions.parse(f"h:{number}:{int(did)}") == SayHelped(number, did)
    assert actions.parse(f"r:{number}:{score}") == GiveScore(number, score)
    assert actions.parse(f"q:{number}") == ShowRequest(number)
    assert actions.parse(f"w:{number}") == WithdrawCase(number)
    assert actions.parse(f"f:{number}:{slug}:v:{slug}") == PressForm(str(number), slug, "v", slug)
    assert actions.parse_staff(f"k:take:{number}") == ("take", number)


@given(garbage)
def test_an_action_can_be_asked_for_in_one_way_only(text: str) -> None:
    """No two spellings of one number: a forged button can't look like another one."""
    match actions.parse(text):
        case ShowRequest(number):
            assert number == int(text.removeprefix("q:"))
            assert text.removeprefix("q:").isascii()
        case GiveScore(_, value):
            assert 0 <= value <= 5
