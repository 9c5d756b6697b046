from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Cure, TooManyAttempts
from domain.throttling import Attempts, Backoff

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RULE = Backoff(free=5)


def after(count: int, *, at: datetime = NOW) -> Attempts:
    """As many attempts as that, each as soon as it is allowed; the last one at `at`."""
    attempts = Attempts(count=count - 1, last_at=at)
    return attempts.another(RULE, at=at)


def test_five_attempts_are_free() -> None:
    attempts = Attempts()

    for _ in range(5):
        attempts = attempts.another(RULE, at=NOW)

    with pytest.raises(TooManyAttempts):
        attempts.another(RULE, at=NOW)


@pytest.mark.parametrize(("count", "wait"), [(5, 1), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (5000, 900)])
def test_the_wait_doubles_up_to_fifteen_minutes(count: int, wait: int) -> None:
    attempts = after(count)

    with pytest.raises(TooManyAttempts) as refusal:
        attempts.another(RULE, at=NOW + wait * SECOND - timedelta(milliseconds=1))
    assert refusal.value.retry_after_seconds == 1
    assert attempts.another(RULE, at=NOW + wait * SECOND).count == count + 1


def test_the_refusal_says_how_long_to_wait() -> None:
    with pytest.raises(TooManyAttempts) as refusal:
        after(9).another(RULE, at=NOW)

    assert refusal.value.retry_after_seconds == 16


def test_insisting_does_not_make_it_worse() -> None:
    attempts = after(8)

    for second in range(8):
        with pytest.raises(TooManyAttempts):
            attempts.another(RULE, at=NOW + second * SECOND)

    assert attempts.another(RULE, at=NOW + 8 * SECOND).count == 9


def test_a_quiet_day_is_a_new_beginning() -> None:
    day = timedelta(hours=24)

    assert after(50).another(RULE, at=NOW + day - SECOND).count == 51
    assert after(50).another(RULE, at=NOW + day) == Attempts(count=1, last_at=NOW + day)


def test_a_success_neither_counts_nor_blocks() -> None:
    assert after(7).one_less() == Attempts(count=6, last_at=NOW)
    assert Attempts().one_less() == Attempts()


@given(st.lists(st.floats(0, 3600), max_size=300))
def test_nobody_guesses_much_and_nobody_waits_long(pauses: list[float]) -> None:
    attempts, at, heard, waits = Attempts(), NOW, 0, [0]
    for pause in pauses:
        at += timedelta(seconds=pause)
        try:
            attempts = attempts.another(RULE, at=at)
            heard += 1
        except TooManyAttempts as refusal:
            waits.append(refusal.retry_after_seconds)
    hours = (at - NOW) / timedelta(hours=1)

    assert max(waits) <= 900
    assert heard <= 15 + 4 * hours + 1


def test_with_a_most_there_are_no_more_whatever_time_goes_by() -> None:
    rule = Backoff(free=2, most=4, cure=Cure.PASSWORD)
    attempts, at = Attempts(), NOW
    for _ in range(4):
        at += timedelta(hours=1)
        attempts = attempts.another(rule, at=at)

    for later in (at, at + timedelta(days=5000)):
        with pytest.raises(TooManyAttempts) as refusal:
            attempts.another(rule, at=later)
        assert (refusal.value.cure, refusal.value.retry_after_seconds) == (Cure.PASSWORD, 900)
    assert attempts.one_less().another(rule, at=at + timedelta(days=5000)).count == 4


def test_free_ones_are_forgotten_and_those_beyond_are_not() -> None:
    rule = Backoff(free=2, most=4)

    assert rule.remembered_until(2, at=NOW) == NOW + timedelta(hours=24)
    assert rule.remembered_until(3, at=NOW) is None
    assert RULE.remembered_until(3, at=NOW) == NOW + timedelta(hours=24)
