"""The counters of every pool over time, one reading a day: enough for a trend, and few enough to read at once."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from reconciler.model.catalog import License
from reconciler.model.pool_trends import PoolReading
from reconciler.store.database import find_org
from reconciler.store.packing import decode, time_of, to_ms
from reconciler.store.tables import pool_reading, sync

if TYPE_CHECKING:
    from sqlalchemy import Connection

_A_DAY_MS = 86_400_000
DAYS = 365


def pool_history(
    connection: Connection, org_id: str, now: datetime, since: datetime | None = None
) -> dict[str, tuple[PoolReading, ...]]:
    """License id -> what the last reading of each day (UTC) saw of it, oldest first, since then or of the year before `now`.

    A pool has no reading for days on which Webex did not list it, or on which nothing was read.
    """
    found = find_org(connection, org_id)
    if found is None:
        return {}
    days = _last_of_each_day(connection, found[0], now - timedelta(days=DAYS) if since is None else since)
    if not days:
        return {}
    versions = (
        select(pool_reading.c.key, pool_reading.c.body, pool_reading.c.since, pool_reading.c.until)
        .where(pool_reading.c.org == found[0])
        .where(or_(pool_reading.c.until.is_(None), pool_reading.c.until > days[0][1]))
        .order_by(pool_reading.c.key, pool_reading.c.since)
    )
    readings: dict[str, list[PoolReading]] = {}
    moments = [moment for _, moment in days]
    taken = [time_of("sync", taken_at) for taken_at, _ in days]
    for key, body, since, until in connection.execute(versions):
        first, end = bisect_left(moments, since), len(days) if until is None else bisect_left(moments, until)
        if first < end:
            seen = decode("pool_reading", body, License)
            readings.setdefault(key, []).extend(PoolReading(at, seen.total, seen.consumed) for at in taken[first:end])
    return {key: tuple(found) for key, found in readings.items()}


def _last_of_each_day(connection: Connection, org: int, start: datetime) -> list[tuple[int, int]]:
    """(taken at, moment) of the last reading of each day, oldest first."""
    syncs = (
        select(sync.c.taken_at, sync.c.moment)
        .where(sync.c.org == org, sync.c.taken_at >= to_ms(start))
        .order_by(sync.c.id)
    )
    by_day = {taken_at // _A_DAY_MS: (int(taken_at), int(moment)) for taken_at, moment in connection.execute(syncs)}
    return [by_day[day] for day in sorted(by_day)]
