"""Pools over time: what `history --pools` tells, and the readings and forecasts that other reports show as well.

Consumed counts units in use and available counts units left, always both (licensing rulebook, C2).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef

FORMAT_VERSION = "1.0"


class PoolReading(msgspec.Struct, frozen=True):
    """Units of one pool as the last reading of a day saw them; None where Webex did not say."""

    at: datetime
    total: int | None
    consumed: int | None

    @property
    def available(self) -> int | None:
        """Units left; negative where more are in use than bought."""
        return None if self.total is None or self.consumed is None else self.total - self.consumed


class Forecast(msgspec.Struct, frozen=True, rename="camel"):
    """Where the use of a pool goes if it goes on as it did (`diff.pool_trend` says how this is reckoned).

    `units`: in use at `at`, the last reading, after what is planned. `per_day`: mean change in units; `spread`: standard
    deviation of a day's change. `low`, `high`: units in use at `horizon`, of which the truth is between with about 95 %.
    `dry`: the day on which no unit is left, None if not up to `horizon`, or if there is no `trend`; `dry_early` and
    `dry_late` are the ends of its interval, None where that lies after `horizon` (or nowhere). `readings`: on how many of
    the `days` since `since` there was one. `trend`: whether the change cannot well be chance.
    """

    since: datetime
    at: datetime
    units: int
    horizon: date
    per_day: float
    spread: float
    expected: float
    low: float
    high: float
    dry: date | None
    dry_early: date | None
    dry_late: date | None
    readings: int
    days: int
    trend: bool


class PoolPoint(msgspec.Struct, frozen=True, rename="camel"):
    """One reading, with what is left."""

    at: datetime
    total: int | None
    consumed: int | None
    available: int | None


class TrueForward(msgspec.Struct, frozen=True, rename="camel"):
    """What an Enterprise Agreement lets be used beyond what was bought until the next true-forward.

    `percent` of the total, by the files (an `overage`) or else by Cisco's contracts. `above`: more units than that in use
    are charged. `room`: units until then, negative where it is passed, None where Webex tells no use.
    """

    percent: float
    by: Literal["files", "contract"]
    above: int
    room: int | None


class PoolTrend(msgspec.Struct, frozen=True, rename="camel"):
    """One pool, now and over time: total, consumed and available are of the newest point.

    `counted`: False where units are not limited. `listed`: whether the newest reading still lists it. `empty_since`: the
    first of the readings since which no unit was left, None where some are. `points`: oldest first, at most one a day.
    `no_forecast`: why there is none.
    """

    license_id: str
    license: str
    site_url: str | None
    subscription_id: str | None
    counted: bool
    listed: bool
    total: int | None
    consumed: int | None
    available: int | None
    empty_since: datetime | None
    forecast: Forecast | None
    no_forecast: str
    true_forward: TrueForward | None
    points: tuple[PoolPoint, ...]


class PoolHistory(msgspec.Struct, frozen=True, rename="camel"):
    """All pools over time, by name, site and subscription. `days`: on how many days something was read.

    `license`: the name that was asked for, empty for all. `since` and `until`: the first and the last of these readings,
    None where there is none.
    """

    format_version: str
    kind: Literal["PoolHistory"]
    organization: OrganizationRef
    license: str
    since: datetime | None
    until: datetime | None
    days: int
    pools: tuple[PoolTrend, ...]
