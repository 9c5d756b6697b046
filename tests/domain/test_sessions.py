from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.ids import AccountId, AgencyId, SessionId
from domain.sessions import (
    ACCESS_TOKEN_LIFETIME,
    RefreshVerdict,
    Session,
    SessionToken,
    TokenKind,
    new_token,
    token_hash,
)

START = datetime(2026, 11, 22, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_session(*, staff: bool = False, user_agent: str | None = None) -> Session:
    return Session.begin(
        id=SessionId(uuid4()),
        agency_id=AgencyId(uuid4()),
        account_id=AccountId(uuid4()),
        staff=staff,
        user_agent=user_agent,
        at=START,
    )


def used_until(session: Session, end: datetime, *, every: timedelta) -> Session:
    at = session.created_at + every
    while at <= end:
        session.touch(at=at)
        at += every
    return session


@pytest.mark.parametrize(("staff", "idle"), [(False, 7 * DAY), (True, 30 * MINUTE)])
def test_a_session_that_is_not_used_ends_after_its_idle_time(staff: bool, idle: timedelta) -> None:
    session = a_session(staff=staff)

    assert session.is_live(at=START + idle - SECOND)
    assert not session.is_live(at=START + idle)
    assert not session.is_live(at=START + idle + SECOND)


@pytest.mark.parametrize(("staff", "idle"), [(False, 7 * DAY), (True, 30 * MINUTE)])
def test_using_a_session_starts_its_idle_time_anew(staff: bool, idle: timedelta) -> None:
    session = a_session(staff=staff)

    session.touch(at=START + idle - SECOND)

    assert session.is_live(at=START + 2 * idle - 2 * SECOND)
    assert not session.is_live(at=START + 2 * idle - SECOND)


@pytest.mark.parametrize(("staff", "absolute", "every"), [(False, 30 * DAY, DAY), (True, 12 * HOUR, 10 * MINUTE)])
def test_a_session_in_use_ends_at_its_absolute_limit(staff: bool, absolute: timedelta, every: timedelta) -> None:
    session = used_until(a_session(staff=staff), START + absolute, every=every)

    assert session.is_live(at=START + absolute - SECOND)
    assert not session.is_live(at=START + absolute)
    assert session.expires_at == session.latest_end == START + absolute


def test_being_seen_is_noted_once_a_minute() -> None:
    session = a_session()

    assert not session.touch(at=START + MINUTE - SECOND)
    assert session.last_seen_at == START
    assert session.touch(at=START + MINUTE)
    assert session.last_seen_at == START + MINUTE
    assert not session.touch(at=START + MINUTE + SECOND)


def test_a_session_that_is_over_cannot_be_touched_back_to_life() -> None:
    session = a_session(staff=True)

    assert not session.touch(at=START + 30 * MINUTE)
    assert not session.is_live(at=START + 30 * MINUTE)


def test_an_ended_session_stays_ended() -> None:
    session = a_session()

    session.end(at=START + SECOND)
    session.end(at=START + MINUTE)

    assert session.ended_at == START + SECOND
    assert not session.is_live(at=START + SECOND)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        ("", None),
        ("\r\n", None),
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"),
        ("curl\x00/8\n", "curl/8"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_user_agent_is_kept_short_and_printable(sent: str | None, kept: str | None) -> None:
    assert a_session(user_agent=sent).user_agent == kept


def test_an_access_token_lasts_fifteen_minutes() -> None:
    pair = a_session().issue(at=START)

    assert pair.access.kind is TokenKind.ACCESS
    assert pair.access.expires_at == START + timedelta(minutes=15) == START + ACCESS_TOKEN_LIFETIME


def test_no_token_outlives_its_session() -> None:
    session = used_until(a_session(staff=True), START + 12 * HOUR, every=10 * MINUTE)

    pair = session.issue(at=START + 12 * HOUR - MINUTE)

    assert pair.access.expires_at == pair.refresh.expires_at == START + 12 * HOUR


def test_a_new_pair_counts_as_use() -> None:
    session = a_session(staff=True)

    session.issue(at=START + 29 * MINUTE)

    assert session.last_seen_at == START + 29 * MINUTE
    assert session.is_live(at=START + 58 * MINUTE)


def test_only_the_hash_of_a_token_is_kept() -> None:
    pair = a_session().issue(at=START)

    for token, stored in ((pair.access_token, pair.access), (pair.refresh_token, pair.refresh)):
        assert stored.token_hash == token_hash(token)
        assert token not in repr(stored) + repr(pair)


def test_a_token_carries_256_bits_and_never_comes_twice() -> None:
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert all(len(token) == 43 for token in tokens)


def test_the_hash_is_sha_256() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert token_hash("\ud800") != token_hash("\ud801")


def rotated(token: SessionToken, at: datetime) -> SessionToken:
    token.rotated_at = at
    return token


def test_the_newest_refresh_token_rotates() -> None:
    session = a_session()
    token = session.issue(at=START).refresh

    assert session.judge(token, at=START + DAY) is RefreshVerdict.ROTATE


def test_a_rotated_token_serves_ten_seconds_more() -> None:
    session = a_session()
    token = rotated(session.issue(at=START).refresh, START + DAY)

    assert session.judge(token, at=START + DAY) is RefreshVerdict.REPEAT
    assert session.judge(token, at=START + DAY + 9 * SECOND) is RefreshVerdict.REPEAT
    assert session.judge(token, at=START + DAY + 10 * SECOND) is RefreshVerdict.REPEAT
    assert session.judge(token, at=START + DAY + 11 * SECOND) is RefreshVerdict.REUSED


def test_an_access_token_refreshes_nothing() -> None:
    session = a_session()

    assert session.judge(session.issue(at=START).access, at=START) is RefreshVerdict.OVER


def test_nothing_refreshes_a_session_that_is_over() -> None:
    session = a_session(staff=True)
    token = session.issue(at=START).refresh

    assert session.judge(token, at=START + 30 * MINUTE - SECOND) is RefreshVerdict.ROTATE
    assert session.judge(token, at=START + 30 * MINUTE) is RefreshVerdict.OVER

    session.end(at=START + SECOND)
    assert session.judge(token, at=START + SECOND) is RefreshVerdict.OVER
    assert session.judge(rotated(token, START), at=START + MINUTE) is RefreshVerdict.OVER
