"""When a pool runs dry, if its use goes on as it did: the drift method, which is a straight line with an honest spread.

The use of a pool is taken for a random walk with drift. Its mean change per day is (last - first) / days, and the spread of
a day's change is measured from the readings. So many days ahead, `h`, after `T` days of readings, the use is
`last + drift * h`, and the truth lies within `t * spread * sqrt(h * (1 + h / T))` of it with about 95 %: the root grows
with the days ahead, and the second part is what the drift itself may be wrong by. `t` is Student's, 1.98 for three months
of daily readings and more for few. Where the drift is no greater than `t * spread / sqrt(T)`, what it may be wrong by, there
is no trend, and no day is named: units taken all at once for one department make none. It is use that is forecast, and
the bought units of today that it is held against, so a purchase in between is no break.

Readings may be unevenly spaced; days are whole ones in UTC, because use does not grow evenly within a day. Nobody looks
further ahead than four times as long as back. A reading does not tell why units were taken, so purchases and campaigns to
come are not in it; and while a pool is full its use cannot grow, so a drift from such a time is too low. Source: Hyndman and
Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from reconciler.model.pool_trends import Forecast, PoolReading

WINDOW_DAYS, AHEAD = 90, 4
FEWEST_READINGS, FEWEST_DAYS = 5, 14
_TWO_SIDED_95 = 1.959964
_NEARLY = 1e-9  # of a unit: what adding tenths may be off by


def forecast(readings: Iterable[PoolReading], total: int | None, change: int = 0) -> Forecast | str:
    """The forecast of a pool from its readings of the last 90 days, in any order, or why there is none.

    `total` are the units bought now; `change` is what the plan adds at once (negative where it takes away). Of several
    readings of a day, the last one counts.
    """
    if total is None:
        return "Webex tells no total"
    recent = _last_of_each_day(readings)
    if not recent:
        return "no reading of it so far"
    (first_at, first), (last_at, last) = recent[0], recent[-1]
    days = (_day(last_at) - _day(first_at)).days
    if len(recent) < FEWEST_READINGS or days < FEWEST_DAYS:
        return f"too few readings: {len(recent)} in {days} days, and {FEWEST_READINGS} in {FEWEST_DAYS} are needed"
    drift = (last - first) / days
    spread = _spread(recent, drift)
    line = _line(last + change, drift, spread, days, len(recent))
    horizon = AHEAD * days
    trend = abs(drift) > _quantile(len(recent)) * spread / math.sqrt(days)
    full = last + change >= total

    def dry(side: int) -> date | None:
        found = next((day for day in range(horizon + 1) if line(day)[side] >= total - _NEARLY), None)
        return None if found is None else _day(last_at) + timedelta(days=found)

    low, expected, high = line(horizon)
    return Forecast(
        since=first_at, at=last_at, units=last + change, horizon=_day(last_at) + timedelta(days=horizon), per_day=drift,
        spread=spread, expected=expected, low=low, high=high, dry=dry(1) if trend or full else None, dry_early=dry(2),
        dry_late=dry(0) if trend or full else None, readings=len(recent), days=days, trend=trend,
    )  # fmt: skip


def band(found: Forecast, days_ahead: int) -> tuple[float, float, float]:
    """(low, expected, high) so many days after the last reading, in units."""
    return _line(found.units, found.per_day, found.spread, found.days, found.readings)(days_ahead)


def empty_since(readings: Sequence[PoolReading]) -> datetime | None:
    """The first of the readings since which no unit was left; None where some are. Oldest first."""
    since = None
    for item in reversed(readings):
        if item.available is None or item.available > 0:
            break
        since = item.at
    return since


def _last_of_each_day(readings: Iterable[PoolReading]) -> list[tuple[datetime, int]]:
    """Time and use, oldest first, of the 90 days up to the last reading."""
    known = sorted((item.at.astimezone(UTC), item.consumed) for item in readings if item.consumed is not None)
    by_day = {at.date(): (at, used) for at, used in known}
    return [item for day, item in by_day.items() if day >= known[-1][0].date() - timedelta(days=WINDOW_DAYS)]


def _line(
    units: int, drift: float, spread: float, days: int, readings: int
) -> Callable[[int], tuple[float, float, float]]:
    """The expected use and its interval, by the days ahead."""
    times = _quantile(readings) * spread

    def at(ahead: int) -> tuple[float, float, float]:
        expected, width = units + drift * ahead, times * math.sqrt(ahead * (1 + ahead / days))
        return max(0.0, expected - width), max(0.0, expected), max(0.0, expected + width)

    return at


def _spread(readings: Sequence[tuple[datetime, int]], drift: float) -> float:
    """The standard deviation of a day's change around the drift."""
    steps = [
        ((_day(after) - _day(before)).days, later - earlier) for (before, earlier), (after, later) in pairwise(readings)
    ]
    squares = sum((step - drift * length) ** 2 / length for length, step in steps)
    return 0.0 if squares < _NEARLY else math.sqrt(squares / (len(steps) - 1))


def _quantile(readings: int) -> float:
    """Student's t for 95 %, two-sided, of a spread from so many readings (at least 5), to a hundredth.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.

    >>> round(_quantile(91), 2), round(_quantile(32), 2)
    (1.99, 2.04)
    """
    x, freedom = _TWO_SIDED_95, float(readings - 2)
    parts = (
        x,
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92_160,
    )
    return sum(part / math.pow(freedom, power) for power, part in enumerate(parts))


def _day(when: datetime) -> date:
    return when.astimezone(UTC).date()
