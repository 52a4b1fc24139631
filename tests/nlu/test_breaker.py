"""What fails is left alone, and looked at before it is used again. The clock is turned by hand."""

from __future__ import annotations

from nlu.breaker import Breaker, State


def _closed(now: list[float]) -> Breaker:
    breaker = Breaker(lambda: now[0], failures=3, first_pause=1.0, longest_pause=8.0)
    assert breaker.looks()
    breaker.close()
    return breaker


def test_nothing_is_used_before_it_was_looked_at() -> None:
    breaker = Breaker(lambda: 0.0)
    assert not breaker.allows
    assert breaker.looks()
    assert breaker.state is State.HALF_OPEN
    assert not breaker.allows
    assert not breaker.looks(), "one looks at a time"
    breaker.close()
    assert breaker.allows


def test_three_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    breaker = _closed([0.0])
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows
    for _ in range(3):
        breaker.failed()
    assert not breaker.allows


def test_one_heavy_failure_opens_it() -> None:
    breaker = _closed([0.0])
    breaker.failed(heavily=True)
    assert breaker.state is State.OPEN


def test_each_pause_without_a_success_is_twice_as_long_up_to_the_longest() -> None:
    now = [0.0]
    breaker = _closed(now)
    breaker.failed(heavily=True)
    for pause in (1, 2, 4, 8, 8):
        now[0] += pause - 0.01
        assert not breaker.looks()
        now[0] += 0.01
        assert breaker.looks()
        breaker.reopen()
    now[0] += 8
    assert breaker.looks()
    breaker.close()
    breaker.succeeded()
    breaker.failed(heavily=True)
    now[0] += 1
    assert breaker.looks(), "a success makes the next pause short again"


def test_what_was_begun_before_it_opened_changes_nothing() -> None:
    now = [0.0]
    breaker = _closed(now)
    breaker.failed(heavily=True)
    breaker.succeeded()
    breaker.failed(heavily=True)
    assert breaker.state is State.OPEN
    now[0] += 1
    assert breaker.looks()
