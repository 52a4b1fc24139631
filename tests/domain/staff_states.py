"""Whatever staff may do, in the group or at the desk."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.domain.acts import Act, Answer, Claim, Close, Desk, HandOn, Move, Note, Reopen
from bot.domain.events import Event, StaffActed, StaffPerson, StaffPressed, StaffWrote
from bot.domain.staff import Role
from tests.domain.states import PACK, clean_text, file_offers, texts

_staff = st.builds(
    StaffPerson,
    id=st.none() | st.integers(1, 3),
    name=st.just("Мария"),
    team=st.sampled_from(("gone", *PACK.teams)),
    role=st.sampled_from(("gone", *Role)),
)
_numbers = st.integers(1, 12)
_pressed = st.one_of(
    st.builds("k:{}:{}".format, st.sampled_from(("take", "done", "hand", "open", "x")), _numbers),
    st.builds("k:to:{}:{}".format, _numbers, st.sampled_from(("gone", *PACK.teams))),
    clean_text,
)
_words = st.sampled_from(("", " ", "Слушаю."))
_acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(Claim, case=_numbers),
    st.builds(Answer, text=texts, asks=st.booleans()),
    st.builds(Note, text=texts),
    st.builds(Close, case=_numbers, ask_score=st.booleans()),
    st.builds(HandOn, case=_numbers, team=st.sampled_from(("gone", *PACK.teams)), to=st.none() | st.integers(1, 3)),
    st.builds(Reopen, case=_numbers),
    st.builds(
        Move,
        request=_numbers,
        stage=st.sampled_from(("accepted", "in-work", "answered", "refused", "gone")),
        reason=_words,
        advice=_words,
    ),
)
staff_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(StaffWrote, staff=_staff, text=st.one_of(texts, st.just("// заметка"))),
    st.builds(StaffWrote, staff=_staff, text=texts, files=st.lists(file_offers, max_size=2).map(tuple)),
    st.builds(StaffPressed, staff=_staff, action=_pressed),
    st.builds(StaffActed, staff=_staff, act=_acts, desk=st.sampled_from(Desk)),
)
