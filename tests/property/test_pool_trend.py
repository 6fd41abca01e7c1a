"""What holds of every forecast of a pool, whatever its readings: exact where nothing is uncertain, and never more."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.diff.pool_trend import AHEAD, FEWEST_DAYS, FEWEST_READINGS, WINDOW_DAYS, band, forecast
from reconciler.model.pool_trends import Forecast, PoolReading

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
MANY = settings(max_examples=200, deadline=None, derandomize=True)

hours = st.integers(0, 23)
days_of_readings = st.sets(st.integers(0, 120), max_size=60).map(sorted)
stories = days_of_readings.flatmap(
    lambda days: st.tuples(*(st.builds(reading, st.just(day), st.integers(0, 200), hours) for day in days))
)


def reading(day: int, used: int, hour: int = 6, total: int | None = 100) -> PoolReading:
    """A reading so many days after the start."""
    return PoolReading(START.replace(hour=hour) + timedelta(days=day), total, used)


def seen(days: Iterable[int], used: Iterable[int]) -> list[PoolReading]:
    """One reading a day."""
    return [reading(day, units) for day, units in zip(days, used, strict=True)]


def told(readings: Sequence[PoolReading], total: int) -> Forecast:
    """A forecast that must be there."""
    found = forecast(readings, total)
    assert isinstance(found, Forecast), found
    return found


@MANY
@given(
    st.sets(st.integers(1, 89), min_size=3), st.integers(0, 50), st.integers(1, 40), st.integers(1, 3_000),
)  # fmt: skip
def test_a_perfect_line_is_found_exactly(between: set[int], start: int, slope: int, left: int) -> None:
    """Whatever days have no reading: its slope, the very day, and a range of that day alone."""
    days = [0, *sorted(between), 90]
    found = told(seen(days, (start + slope * day for day in days)), total := start + slope * 90 + left)
    ahead = math.ceil(left / slope)
    last = START.date() + timedelta(days=90)
    assert (found.per_day, found.spread, found.trend) == (slope, 0.0, True)
    expected = last + timedelta(days=ahead) if ahead <= AHEAD * 90 else None
    assert (found.dry_early, found.dry, found.dry_late) == (expected, expected, expected)
    assert band(found, 10) == (found.units + 10 * slope,) * 3
    assert found.units < total


@MANY
@given(st.integers(15, 90), st.integers(1, 5), st.data())
def test_noise_widens_the_range(last: int, slope: int, data: st.DataObject) -> None:
    """With the same ends, days that differ leave the middle where it is and put the ends of the range around it."""
    noise = data.draw(st.lists(st.integers(-4, 4), min_size=last - 1, max_size=last - 1))
    assume(any(noise))
    line = [100 + slope * day for day in range(last + 1)]
    noisy = [units + more for units, more in zip(line, [0, *noise, 0], strict=True)]
    total = line[-1] + 10 * slope
    calm, wild = told(seen(range(last + 1), line), total), told(seen(range(last + 1), noisy), total)
    assert wild.per_day == calm.per_day
    assert wild.spread > 0
    assert wild.high - wild.low > calm.high - calm.low == 0
    assert wild.dry_early is not None
    assert calm.dry is not None
    assert wild.dry_early <= calm.dry
    assert not wild.trend or wild.dry == calm.dry
    twice = [units + 2 * more for units, more in zip(line, [0, *noise, 0], strict=True)]
    wilder = told(seen(range(last + 1), twice), total)
    assert wilder.spread > wild.spread
    assert wilder.dry_early is not None
    assert wilder.dry_early <= wild.dry_early


@MANY
@given(stories, st.integers(0, 300), st.randoms(use_true_random=False))
def test_the_order_of_readings_changes_nothing(story: Sequence[PoolReading], total: int, dice: random.Random) -> None:
    """A store may hand them out as it likes."""
    mixed = list(story)
    dice.shuffle(mixed)
    assert forecast(mixed, total) == forecast(story, total)


@MANY
@given(stories, st.integers(0, 300), st.integers(-20, 20))
def test_no_day_is_before_the_last_reading_and_the_ends_are_around_it(
    story: Sequence[PoolReading], total: int, change: int
) -> None:
    """Early, expected, late, and none of them further ahead than is looked; without a trend only "now" is a day."""
    found = forecast(story, total, change)
    if not isinstance(found, Forecast):
        return
    named = [day for day in (found.dry_early, found.dry, found.dry_late) if day is not None]
    assert named == sorted(named)
    assert all(found.at.date() <= day <= found.horizon for day in named)
    assert found.dry is None or found.dry_early is not None
    assert found.low <= found.expected <= found.high
    assert found.at == story[-1].at
    if found.units >= total:
        assert found.dry == found.at.date()
    elif not found.trend or found.per_day <= 0:
        assert found.dry is None
        assert found.dry_late is None


@MANY
@given(stories, st.integers(0, 300))
def test_too_little_is_no_forecast(story: Sequence[PoolReading], total: int) -> None:
    """A forecast stands on at least five days with a reading, over at least two weeks of the last three months."""
    recent = [item for item in story if item.at.date() >= story[-1].at.date() - timedelta(days=WINDOW_DAYS)]
    enough = len(recent) >= FEWEST_READINGS and (recent[-1].at.date() - recent[0].at.date()).days >= FEWEST_DAYS
    assert isinstance(forecast(story, total), Forecast) == enough


@MANY
@given(stories, st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=60, max_size=60))
def test_what_was_bought_in_between_is_no_break(story: Sequence[PoolReading], totals: Sequence[int | None]) -> None:
    """Use is forecast and held against the units of today, so the steps of the total leave it alone."""
    stepped = [PoolReading(item.at, total, item.consumed) for item, total in zip(story, totals, strict=False)]
    assert forecast(stepped, 100) == forecast(story, 100)


def test_the_range_holds_what_it_says() -> None:
    """Of 600 random walks with drift, about 95 % end within it a month on; of 600 without, few are called a trend."""
    dice = random.Random(7)
    inside = called = 0
    for _ in range(600):
        walk = [500]
        for _ in range(90):
            walk.append(walk[-1] + dice.choice((-2, 0, 1, 2, 4)))
        found = told(seen(range(61), walk[:61]), 10_000)
        low, _, high = band(found, 30)
        inside += low <= walk[90] <= high
        still = [500]
        for _ in range(60):
            still.append(still[-1] + dice.choice((-2, -1, 0, 0, 1, 2)))
        called += told(seen(range(61), still), 10_000).trend
    assert 0.92 <= inside / 600 <= 0.98
    assert called / 600 <= 0.08
