from datetime import UTC, date, datetime, timedelta

from adapters.system.clock import SystemClock
from domain.periods import bogota_date
from tests.fakes.clock import FakeClock


def test_the_instant_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_the_day_is_the_one_in_bogota() -> None:
    clock = SystemClock()

    before, today, after = bogota_date(clock.now()), clock.today(), bogota_date(clock.now())

    assert today in (before, after)


def test_the_evening_in_bogota_is_still_that_day() -> None:
    assert FakeClock(datetime(2026, 11, 23, 4, 59, 59, tzinfo=UTC)).today() == date(2026, 11, 22)
    assert FakeClock(datetime(2026, 11, 23, 5, 0, 0, tzinfo=UTC)).today() == date(2026, 11, 23)
