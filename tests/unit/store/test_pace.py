"""The shared pace on disk: one row a token, one change at a time, never in the way."""

from __future__ import annotations

import threading
import time

import pytest

from reconciler.errors import StoreError
from reconciler.ports import PaceRow
from reconciler.store import Store
from reconciler.store.pace import KEPT_MS
from reconciler.store.tables import pace as table


def _add(row: PaceRow | None, _now: int) -> PaceRow:
    return PaceRow((row.next_slot if row else 0) + 1, 7, "{}")


def _row(store: Store, key: str) -> PaceRow | None:
    seen: list[PaceRow | None] = []

    def look(row: PaceRow | None, _now: int) -> PaceRow:
        seen.append(row)
        return row or PaceRow(0, 0, "")

    store.pace().exchange(key, look)
    return seen[0]


def test_what_was_exchanged_is_there_for_the_next_run(store: Store, url: str) -> None:
    """The learned rate survives the process; another key knows nothing of it."""
    store.pace().exchange("a", lambda _row, _now: PaceRow(2**60, 2**61, '{"rate": 9.7}'))
    with Store.open(url) as later:
        assert _row(later, "a") == PaceRow(2**60, 2**61, '{"rate": 9.7}')
        assert _row(later, "b") is None


def test_the_keepers_time_is_now(store: Store) -> None:
    """Microseconds since 1970, by one clock for all; never behind itself."""
    times: list[int] = []

    def look(_row: PaceRow | None, now: int) -> PaceRow:
        times.append(now)
        return PaceRow(0, 0, "")

    for _ in range(3):
        store.pace().exchange("a", look)
    assert times == sorted(times)
    assert abs(times[0] / 1_000_000 - time.time()) < 60


def test_no_two_come_between_each_other(store: Store, url: str) -> None:
    """Threads of two stores add to one row, also while it is entered: nothing gets lost."""
    with Store.open(url) as other:
        shared = [store.pace(), other.pace()]
        threads = [
            threading.Thread(target=lambda pace=pace: [pace.exchange("a", _add) for _ in range(25)])
            for pace in shared
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    row = _row(store, "a")
    assert row is not None
    assert row.next_slot == 100


def test_a_step_that_fails_changes_nothing(store: Store) -> None:
    """What the step raises goes through, and the row is as it was."""
    store.pace().exchange("a", _add)
    with pytest.raises(ZeroDivisionError):
        store.pace().exchange("a", lambda _row, _now: PaceRow(1 // 0, 0, ""))
    assert _row(store, "a") == PaceRow(1, 7, "{}")


def test_a_long_write_is_not_waited_for(store: Store, url: str) -> None:
    """While somebody else writes for long, the pace gives up after a second, and works again afterwards."""
    if not url.startswith("sqlite"):
        pytest.skip("a server locks one organization, not the whole database")
    with Store.open(url) as other:
        with other._database.write():
            begun = time.monotonic()
            with pytest.raises(StoreError, match="in use by another process"):
                store.pace().exchange("a", _add)
            assert time.monotonic() - begun < 5
        store.pace().exchange("a", _add)
    assert _row(store, "a") == PaceRow(1, 7, "{}")


def test_rows_of_tokens_long_gone_are_removed(store: Store) -> None:
    """An access token lives for days; its row does not stay for ever."""
    store.pace().exchange("old", _add)
    store.pace().exchange("young", _add)
    with store._database.write() as connection:
        before = int(time.time() * 1000) - KEPT_MS - 1
        connection.execute(table.update().where(table.c.key == "old").values(updated=before))
    store.pace().exchange("new", _add)
    with store._database.read() as connection:
        assert sorted(connection.execute(table.select()).scalars()) == ["new", "young"]
