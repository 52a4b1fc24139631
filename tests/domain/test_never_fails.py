"""Whatever happens in whatever state: a decision, and for a client never silence."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import flood
from bot.domain.activities import handoff
from bot.domain.attachments import KeepFiles
from bot.domain.case_effects import CloseCase, HandCase, PauseTerm, ReopenCase, ResumeTerm, StopTerm, TakeCase
from bot.domain.decision import KeepPersonal, MoveRequest, RecordComment, RecordHelped, RecordScore, SetReachable
from bot.domain.dialog import Dialog, Form, FormMode
from bot.domain.events import ClientActed, Event, StaffActed, StaffPressed, StaffWrote
from bot.domain.messages import Kind
from bot.storage.dialogs import _DIALOG
from tests.domain import states
from tests.domain.staff_states import staff_events
from tests.domain.talk import Talk

scenes = st.builds(
    Talk,
    dialog=states.dialogs,
    requests=states.requests,
    episodes=states.episodes,
    closed=states.closed,
    tokens=st.dictionaries(states.tokens, st.integers(1, 12), max_size=2),
    now=states.moments,
)
MANY = int(os.environ.get("OTKLIK_EXAMPLES", "120"))
Many = settings(max_examples=MANY)


@Many
@given(scenes, states.client_events())
def test_a_client_is_never_left_without_a_word(talk: Talk, event: ClientActed) -> None:
    before = talk.dialog
    talk.happen(event)
    if talk.last.says:
        return
    led = handoff.leads(before) and event.incoming.kind in (Kind.TEXT, Kind.PLACE, Kind.CONTACT)
    if event.incoming.kind in (Kind.EDIT, Kind.REACTION):
        return  # a slip of the pen mended, a thumb: seen, and no reason to speak
    blocked = event.incoming.kind in (Kind.BLOCKED, Kind.UNBLOCKED)
    held = flood.press(before, talk.now)[1] is flood.Pressure.HOLD
    album = bool(event.incoming.album) and event.incoming.album == before.album
    assert led or blocked or held or album, f"silence after {event.incoming}: {talk.last.outcome}"


def _sign(talk: Talk) -> bool:
    """Something is said, or a file goes out without a word."""
    return bool(talk.last.staff or talk.last.says) or any(isinstance(e, KeepFiles) for e in talk.last.effects)


@Many
@given(scenes, st.one_of(staff_events, states.other_events))
def test_what_staff_and_timers_cause_is_decided_too(talk: Talk, event: Event) -> None:
    talk.happen(event)
    if isinstance(event, StaffPressed | StaffActed) and talk.last.outcome != "staff.note":
        assert _sign(talk), "a person of the staff got no sign"
    if isinstance(event, StaffWrote) and not event.text.startswith("//"):
        assert _sign(talk), "a person of the staff got no sign"


@Many
@given(scenes, st.one_of(states.client_events(), states.client_events(), staff_events, states.other_events))
def test_what_is_left_behind_can_be_kept_and_used(talk: Talk, event: Event) -> None:
    """The new state survives the database, and its forms belong to it in good order."""
    talk.happen(event)
    assert _DIALOG.validate_json(_DIALOG.dump_json(talk.dialog)) == talk.dialog
    assert talk.last.outcome, "the step that answered has a name"
    ids = [case.id for case in talk.dialog.cases]
    assert len(set(ids)) == len(ids)
    assert 0 not in ids


@Many
@given(scenes, st.one_of(states.client_events(), staff_events))
def test_nothing_foreign_is_touched(talk: Talk, event: Event) -> None:
    """Effects name only what belongs to this conversation, whatever a button was forged to say."""
    episodes, requests = set(talk.episodes), set(talk.requests)
    cases = {case.id for case in talk.dialog.cases}
    own = {activity.episode for activity in talk.dialog.stack if not isinstance(activity, Form)}
    talk.happen(event)
    for effect in talk.last.effects:
        match effect:
            case RecordScore(episode=id_) | RecordHelped(episode=id_):
                assert id_ in episodes
            case RecordComment(episode=id_):
                assert id_ in own
            case MoveRequest(request=id_):
                assert id_ in requests
            case TakeCase(case=id_) | CloseCase(case=id_) | StopTerm(case=id_) | HandCase(case=id_):
                assert id_ in cases
            case PauseTerm(case=id_) | ResumeTerm(case=id_):
                assert id_ in cases
            case ReopenCase(case=id_):
                assert id_ in talk.closed
                assert id_ not in cases
            case SetReachable():
                assert isinstance(event, ClientActed)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Event, int]]:
    """A conversation from its first message on, with the seconds before each event."""
    event = st.one_of(states.client_events(), states.client_events(), states.client_events(), staff_events)
    return draw(st.lists(st.tuples(event, st.sampled_from((2, 30, 4000))), min_size=1, max_size=12))


@settings(max_examples=MANY // 3)
@given(lives())
def test_a_whole_life_of_a_conversation(life: list[tuple[Event, int]]) -> None:
    """From the first contact on: one open form at most, and a person leads only while a case is open."""
    talk = Talk()
    for number, (drawn, wait) in enumerate(life):
        event = replace(drawn, id=number + 1) if isinstance(drawn, ClientActed) else drawn
        talk.later(seconds=wait).happen(event)
        open_forms = [a for a in talk.dialog.stack if isinstance(a, Form) and a.mode is not FormMode.PAUSED]
        assert len(open_forms) <= 1
        if open_forms:
            assert talk.dialog.stack[-1] == open_forms[0] or not isinstance(talk.dialog.stack[-1], Form)
        assert not talk.dialog.led or talk.dialog.cases
        assert len({a.service for a in talk.dialog.stack if isinstance(a, Form)}) == sum(
            isinstance(a, Form) for a in talk.dialog.stack
        ), "two drafts of one service"


SECRETS = {"applicant-name": "Незабудкина Клеопатра", "contact": "8 900 777-66-55"}


@given(
    st.sampled_from(sorted(SECRETS)),
    st.booleans(),
    st.dictionaries(st.sampled_from(("kind", "text")), st.just("complaint"), max_size=2),
)
def test_personal_values_are_kept_apart(name: str, fixing: bool, values: dict[str, str]) -> None:
    """Neither the dialog nor any effect but one holds what was typed into a personal field."""
    secret = SECRETS[name]
    form = Form("appeal", "5", name, values, fixing=fixing)
    talk = Talk(dialog=Dialog("ru", stack=(form,))).say(secret)
    kept = [effect for effect in talk.last.effects if isinstance(effect, KeepPersonal)]
    assert len(kept) == 1
    assert talk.last.private
    assert secret not in _DIALOG.dump_json(talk.last.dialog).decode()
    others = [effect for effect in talk.last.effects if not isinstance(effect, KeepPersonal)]
    assert kept[0].value not in repr((talk.last.dialog, talk.last.says, others, talk.last.staff))


@given(states.dialogs)
def test_dialogs_survive_the_database(dialog: Dialog) -> None:
    assert _DIALOG.validate_json(_DIALOG.dump_json(dialog)) == dialog


def test_a_dialog_of_an_older_or_newer_worker_is_read() -> None:
    assert _DIALOG.validate_json('{"language": "ru"}') == Dialog("ru")
    assert _DIALOG.validate_json('{"language": "ru", "invented_later": [1]}') == Dialog("ru")
