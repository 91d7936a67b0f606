from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from notifications.quiet import QuietHours

# With odd offsets, an hour or half an hour or two of summer, at midnight, in the south, and none.
ZONES = [
    "UTC", "Europe/Vienna", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Havana", "Africa/Casablanca", "Asia/Kathmandu", "Asia/Beirut", "Pacific/Chatham",
    "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Kiritimati", "America/Santiago",
]  # fmt: skip
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.mark.requirement("R11.4")
@given(clocks, clocks, zones, moments)
@example(time(22), time(2, 30), ZoneInfo("Europe/Vienna"), datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
@example(
    time(1, 15), time(2, 30), ZoneInfo("Europe/Vienna"), datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
)
@example(time(0), time(23, 59), ZoneInfo("Africa/Casablanca"), datetime(2026, 2, 15, tzinfo=UTC))
def test_quiet_hours_end_at_the_first_minute_that_is_not_quiet(start, end, zone, moment):
    assume(start != end)
    quiet = QuietHours(start, end, zone)
    until = quiet.until(moment)
    if until is None:
        assert not quiet.hold(moment)
        return
    assert quiet.hold(moment)
    assert not quiet.hold(until)
    assert moment < until <= moment + timedelta(hours=26)
    inside = moment
    while inside < until:
        assert quiet.hold(inside)
        inside += 7 * MINUTE
    assert quiet.hold(until - timedelta(microseconds=1))


@given(clocks, clocks, zones, moments)
def test_it_is_quiet_by_the_clock_on_the_wall(start, end, zone, moment):
    assume(start != end)
    shown = moment.astimezone(zone).time().replace(second=0, microsecond=0)
    minutes = [each.hour * 60 + each.minute for each in (start, end, shown)]
    since_start = (minutes[2] - minutes[0]) % 1440
    assert QuietHours(start, end, zone).hold(moment) == (
        since_start < (minutes[1] - minutes[0]) % 1440
    )


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-06-01 20:30", "2026-06-02 05:00"),  # half past ten in summer
        ("2026-06-01 19:59", None),
        ("2026-06-02 04:59:59", "2026-06-02 05:00"),
        ("2026-06-02 05:00", None),
        ("2026-12-01 21:30", "2026-12-02 06:00"),  # in winter
        ("2026-03-28 22:00", "2026-03-29 05:00"),  # a night of one hour less
        ("2026-10-24 21:00", "2026-10-25 06:00"),  # and of one hour more
    ],
)
def test_from_ten_to_seven_in_vienna(moment, until):
    night = QuietHours(time(22), time(7), ZoneInfo("Europe/Vienna"))
    assert night.until(at(moment)) == (at(until) if until else None)


def test_an_end_that_is_skipped_in_spring_is_the_moment_of_the_change():
    night = QuietHours(time(22), time(2, 30), ZoneInfo("Europe/Vienna"))
    assert night.until(at("2026-03-29 00:30")) == at("2026-03-29 01:00")


def test_an_hour_that_comes_twice_in_autumn_is_quiet_twice():
    night = QuietHours(time(22), time(2, 30), ZoneInfo("Europe/Vienna"))
    assert night.until(at("2026-10-25 00:10")) == at("2026-10-25 00:30")
    assert night.until(at("2026-10-25 00:40")) is None
    assert night.until(at("2026-10-25 01:10")) == at("2026-10-25 01:30")
