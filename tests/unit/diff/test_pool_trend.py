"""When a pool runs dry: what is told, what is not, and how far a true-forward is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reconciler.book.catalog import Catalog
from reconciler.diff.pool_trend import empty_since, forecast
from reconciler.diff.true_forward import true_forward
from reconciler.model.catalog import License
from reconciler.model.desired import Capacity, LicenseCapacity
from reconciler.model.pool_trends import Forecast, PoolReading, TrueForward

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def seen(*used: int | None, total: int | None = 100) -> list[PoolReading]:
    """One reading a day from the start."""
    return [PoolReading(START + timedelta(days=day), total, units) for day, units in enumerate(used)]


def told(found: Forecast | str) -> Forecast:
    """A forecast that must be there."""
    assert isinstance(found, Forecast), found
    return found


@pytest.mark.parametrize(
    ("readings", "total", "why"),
    [
        (seen(*range(30)), None, "Webex tells no total"),
        ([], 100, "no reading of it so far"),
        (seen(None, None), 100, "no reading of it so far"),
        (seen(1, 2, 3, 4, 5, 6), 100, "too few readings: 6 in 5 days, and 5 in 14 are needed"),
        (seen(1, *[None] * 30, 9), 100, "too few readings: 2 in 31 days, and 5 in 14 are needed"),
    ],
)
def test_why_there_is_no_forecast(readings: list[PoolReading], total: int | None, why: str) -> None:
    """Never a date from too little; the reason says what is missing."""
    assert forecast(readings, total) == why


def test_units_taken_all_at_once_are_no_trend() -> None:
    """A department of 300 that came on one day in three months does not come every three months."""
    found = told(forecast(seen(*[100] * 45, *[400] * 46, total=500), 500))
    assert not found.trend
    assert found.dry is None
    assert found.dry_early is not None


def test_growth_on_working_days_is_a_trend() -> None:
    """Five a week, two days of nothing: the week's mean."""
    used = [sum(day % 7 < 5 for day in range(end)) for end in range(57)]
    found = told(forecast(seen(*used), 60))
    assert found.trend
    assert found.per_day == pytest.approx(5 / 7)
    assert found.dry == date(2026, 4, 26) + timedelta(days=28)


def test_use_that_never_changed_has_no_trend_and_no_spread() -> None:
    """It may last for ever, as far as anybody saw."""
    found = told(forecast(seen(*[40] * 20), 50))
    assert (found.trend, found.spread, found.dry, found.dry_early, found.dry_late) == (False, 0.0, None, None, None)


def test_no_further_ahead_than_four_times_back() -> None:
    """Two weeks of readings say nothing about next year."""
    found = told(forecast(seen(*range(15)), 1_000))
    assert found.horizon == date(2026, 3, 15) + timedelta(days=56)
    assert found.dry is None


def test_older_than_three_months_counts_for_nothing() -> None:
    """What grew last year and stands still since has no trend."""
    found = told(forecast(seen(*range(50), *[50] * 91), 60))
    assert (found.days, found.per_day, found.trend) == (90, 0.0, False)


def test_two_readings_around_midnight_are_a_day_apart_and_one_day_has_one() -> None:
    """Use grows by day, not by minute: five units between 23:55 and 0:05 are no storm. The last reading of a day counts."""
    daily = seen(*range(0, 100, 5))
    late = PoolReading(daily[3].at.replace(hour=23, minute=55), 100, daily[3].consumed)
    early = PoolReading(daily[4].at.replace(hour=0, minute=5), 100, daily[4].consumed)
    close = [*daily[:3], PoolReading(daily[3].at, 100, 0), late, early, *daily[5:]]
    assert forecast(close, 200) == forecast(daily, 200)


def test_the_day_is_the_one_in_utc() -> None:
    """Readings carry any zone."""
    east = timezone(timedelta(hours=9))
    daily = seen(*range(20))
    assert forecast([PoolReading(item.at.astimezone(east), 100, item.consumed) for item in daily], 50) == forecast(
        daily, 50
    )


def test_what_a_plan_adds_is_in_use_at_once() -> None:
    """It brings the day nearer; where it takes the last unit, the day is the one of the last reading."""
    daily = seen(*range(20))
    assert told(forecast(daily, 40, 11)).dry == date(2026, 3, 20) + timedelta(days=10)
    assert told(forecast(daily, 40, 21)).dry == date(2026, 3, 20)


def test_since_when_no_unit_is_left() -> None:
    """The first reading of an unbroken row of full ones; what Webex did not tell breaks it."""
    assert empty_since(seen(100, 90, 100, 101)) == START + timedelta(days=2)
    assert empty_since(seen(100, 90)) is None
    assert empty_since(seen(100, None, 100)) == START + timedelta(days=2)
    assert empty_since([]) is None


@pytest.mark.parametrize(
    ("name", "policy", "expected"),
    [
        ("Webex Calling - Professional", LicenseCapacity(), TrueForward(20.0, "contract", 12, 3)),
        ("Webex Suite", LicenseCapacity("uncapped"), TrueForward(15.0, "contract", 11, 2)),
        ("Single License - Webex Suite", LicenseCapacity(), TrueForward(15.0, "contract", 11, 2)),
        ("Webex Suite", LicenseCapacity("overage", 50.0), TrueForward(50.0, "files", 15, 6)),
    ],
)
def test_the_true_forward_is_where_the_contract_or_the_files_put_it(
    name: str, policy: LicenseCapacity, expected: TrueForward
) -> None:
    """120 % of ten bought, 115 % for the Suite by any of its names, or the overage of the files."""
    pool = License("L", name, 10, 9, subscription="Sub-1")
    assert true_forward(Capacity(default=policy), Catalog([pool], {}, ()), pool) == expected


def test_no_total_no_true_forward() -> None:
    """And without a known use nobody knows the room."""
    pools = [License("A", "A", None, 9), License("B", "B", 10, None)]
    found = [true_forward(Capacity(), Catalog(pools, {}, ()), pool) for pool in pools]
    assert found == [None, TrueForward(20.0, "contract", 12, None)]
