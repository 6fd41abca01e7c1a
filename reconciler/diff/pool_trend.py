"""When a pool runs dry, if its use goes on as it did: the drift method, which is a straight line with an honest spread.

The use of a pool is taken for a random walk with drift. Its mean change per day is (last - first) / days, and the spread of
a day's change is measured from the readings. So many days ahead, `h`, after `T` days of readings, the use is
`last + drift * h`, and the truth lies within `1.96 * spread * sqrt(h * (1 + h / T))` of it with about 95 %: the root grows
with the days ahead, and the second part is what the drift itself may be wrong by. Readings may be unevenly spaced; a reading
does not tell why units were taken, so purchases and campaigns to come are not in it. Source: Hyndman and Athanasopoulos,
Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from reconciler.model.report import Forecast, PoolReading

WINDOW_DAYS, HORIZON_DAYS = 90, 365
FEWEST_READINGS, FEWEST_DAYS = 5, 14
_TWO_SIDED_95 = 1.96
_SECONDS_A_DAY = 86_400.0


def forecast(readings: Sequence[PoolReading], total: int | None, change: int = 0) -> Forecast | str:
    """The forecast of a pool from its readings of the last 90 days, oldest first, or why there is none.

    `total` are the units bought now; `change` is what the plan adds at once (negative where it takes away).
    """
    if total is None:
        return "Webex tells no total"
    known = [(item.at, item.consumed) for item in readings if item.consumed is not None]
    if not known:
        return "no reading of it so far"
    recent = [(at, used) for at, used in known if at >= known[-1][0] - timedelta(days=WINDOW_DAYS)]
    days = _days(recent[0][0], recent[-1][0])
    if len(recent) < FEWEST_READINGS or days < FEWEST_DAYS:
        return f"too few readings: {len(recent)} in {days:.0f} days, and {FEWEST_READINGS} in {FEWEST_DAYS} are needed"
    (first_at, first), (last_at, last) = recent[0], recent[-1]
    drift = (last - first) / days
    spread = _spread(recent, drift)
    now = last + change

    def ahead(day: int, side: float) -> float:
        return max(0.0, now + drift * day + side * spread * math.sqrt(day * (1 + day / days)))

    def dry(side: float) -> datetime | None:
        found = next((day for day in range(HORIZON_DAYS + 1) if ahead(day, side) >= total), None)
        return None if found is None else last_at + timedelta(days=found)

    early, expected, late = (dry(side) for side in (_TWO_SIDED_95, 0.0, -_TWO_SIDED_95))
    return Forecast(
        since=first_at, at=last_at, units=now, horizon=(last_at + timedelta(days=HORIZON_DAYS)).astimezone(UTC).date(),
        per_day=drift, spread=spread, expected=ahead(HORIZON_DAYS, 0.0), low=ahead(HORIZON_DAYS, -_TWO_SIDED_95),
        high=ahead(HORIZON_DAYS, _TWO_SIDED_95), dry=expected and expected.astimezone(UTC).date(),
        dry_early=early and early.astimezone(UTC).date(), dry_late=late and late.astimezone(UTC).date(),
    )  # fmt: skip


def band(found: Forecast, days_ahead: int) -> tuple[float, float, float]:
    """(low, expected, high) so many days after the last reading, in units."""
    expected = found.units + found.per_day * days_ahead
    width = _TWO_SIDED_95 * found.spread * math.sqrt(days_ahead * (1 + days_ahead / _days(found.since, found.at)))
    return max(0.0, expected - width), max(0.0, expected), max(0.0, expected + width)


def _spread(readings: Sequence[tuple[datetime, int]], drift: float) -> float:
    """The standard deviation of a day's change around the drift."""
    steps = [(_days(before, after), later - earlier) for (before, earlier), (after, later) in pairwise(readings)]
    return math.sqrt(sum((step - drift * length) ** 2 / length for length, step in steps) / (len(steps) - 1))


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / _SECONDS_A_DAY
