"""The counters of pools over time: one reading a day, gaps where nothing was read, no pool where it was not listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from reconciler.model.catalog import License
from reconciler.model.pool_trends import PoolReading
from reconciler.store import Store
from tests.unit.store.organization import MEETINGS, ORG, POOLS, hour, someone, sync

DAY = 24


def meetings(total: int | None, consumed: int | None) -> License:
    """The meetings license with these counters."""
    return msgspec.structs.replace(POOLS[0], total=total, consumed=consumed)


def read(store: Store, day: float, *licenses: License) -> None:
    """One sync, so many days after the start, that lists these licenses."""
    sync(store, hour(DAY * day), [someone("ann", MEETINGS)], licenses=licenses)


def seen(readings: Sequence[PoolReading]) -> list[tuple[float, int | None, int | None]]:
    """Day, total and consumed."""
    return [((item.at - hour(0)) / timedelta(days=1), item.total, item.consumed) for item in readings]


def test_the_last_reading_of_each_day_counts(store: Store) -> None:
    """Two syncs a day are one point; a day without one is none; unchanged counters have their points all the same."""
    read(store, 0, meetings(10, 3))
    read(store, 0.25, meetings(10, 4))
    read(store, 1, meetings(10, 4))
    read(store, 3, meetings(20, None))
    found = store.pool_history(ORG, hour(4 * DAY))
    assert {key: seen(readings) for key, readings in found.items()} == {
        MEETINGS: [(0.25, 10, 4), (1, 10, 4), (3, 20, None)]
    }


def test_a_pool_that_went_and_came_back_has_a_gap(store: Store) -> None:
    """Days on which Webex did not list it have no point of it, while others do."""
    for day, listed in enumerate((True, False, False, True)):
        read(store, day, POOLS[1], *([meetings(10, day)] if listed else []))
    found = store.pool_history(ORG, hour(4 * DAY))
    assert seen(found[MEETINGS]) == [(0, 10, 0), (3, 10, 3)]
    assert [at for at, _, _ in seen(found[POOLS[1].id])] == [0, 1, 2, 3]


def test_from_then_on_or_a_year_back(store: Store) -> None:
    """Without a beginning it is a year, with one it is that, however old; before it is nothing."""
    for day in (0, 100, 400):
        read(store, day, meetings(10, day))
    now = hour(401 * DAY)
    assert [used for _, _, used in seen(store.pool_history(ORG, now)[MEETINGS])] == [100, 400]
    assert [used for _, _, used in seen(store.pool_history(ORG, now, hour(0))[MEETINGS])] == [0, 100, 400]
    assert [used for _, _, used in seen(store.pool_history(ORG, now, hour(400 * DAY))[MEETINGS])] == [400]
    assert store.pool_history(ORG, now, now) == {}
    assert store.pool_history("nobody", now) == {}
