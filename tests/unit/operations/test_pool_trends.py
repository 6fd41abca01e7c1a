"""Pools over time against a real store: what is told of those that count, of those that do not, and of those that are gone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from reconciler.cli import cli
from reconciler.errors import InputError, StoreError
from reconciler.model.catalog import License
from reconciler.operations.pool_trends import pool_history
from reconciler.store import Store
from tests.unit.operations.test_explain import FILES, outside, store
from tests.unit.store.organization import CALLING, MEETINGS, MESSAGING, POOLS, SITE, hour, someone, sync

__all__ = ["store"]
DAYS = 31
NOW = hour(24 * DAYS)
FULL = License("license-suite", "Webex Suite", 10, 10, subscription="Sub-2")


def lived(store: Store) -> None:
    """A month: meetings grow by one a day and 40 units are bought; Calling goes after ten days; the Suite fills up."""
    for day in range(DAYS):
        pools = (
            msgspec.structs.replace(POOLS[0], total=20 if day < 15 else 60, consumed=10 + day),
            *(POOLS[1:2] if day < 10 else ()),
            POOLS[2],
            msgspec.structs.replace(FULL, consumed=min(8 + day // 10, 10)),
        )
        sync(store, hour(24 * day), [someone("ann", MEETINGS)], licenses=pools)


def test_every_pool_over_time(store: Store) -> None:
    """Sorted by name; counters of the newest point; a forecast, or why not; headroom of what counts."""
    lived(store)
    found = pool_history(FILES, outside(store, NOW))
    assert (found.days, found.since, found.until) == (DAYS, hour(0), hour(24 * 30))
    messaging, calling, meetings, suite = found.pools
    assert [pool.license_id for pool in found.pools] == [MESSAGING, CALLING, MEETINGS, FULL.id]
    assert (meetings.total, meetings.consumed, meetings.available) == (60, 40, 20)
    assert [point.available for point in meetings.points[13:17]] == [-3, -4, 35, 34]
    assert meetings.forecast
    assert meetings.forecast.dry == meetings.forecast.dry_late == hour(24 * 50).date()
    assert meetings.true_forward
    assert (meetings.true_forward.above, meetings.true_forward.room) == (72, 32)
    assert (messaging.counted, messaging.forecast, messaging.no_forecast) == (False, None, "it has no limit")
    assert (calling.listed, len(calling.points), calling.no_forecast) == (False, 10, "Webex does not list it any more")
    assert suite.empty_since == hour(24 * 20)
    assert suite.true_forward
    assert suite.true_forward.room == 1


def test_only_since_and_only_one(store: Store) -> None:
    """By any of its names; what is asked for is all that the forecast is made from."""
    lived(store)
    context = outside(store, NOW)
    (one,) = pool_history(FILES, context, since=hour(24 * 21), license_name=f"Webex Meetings Suite @ {SITE}").pools
    assert [point.consumed for point in one.points] == list(range(31, 41))
    assert one.forecast is None
    assert one.no_forecast.startswith("too few readings: 10 in 9 days")
    assert [
        pool.license_id for pool in pool_history(FILES, context, license_name="Single License - Webex Suite").pools
    ] == [FULL.id]
    assert [pool.license_id for pool in pool_history(FILES, context, license_name=CALLING).pools] == [CALLING]
    later = pool_history(FILES, context, since=NOW)
    assert (later.pools, later.days, later.since) == ((), 0, None)


def test_what_is_no_pool(store: Store) -> None:
    """An attendee role, a name that nobody ever saw, and a store without a reading."""
    with pytest.raises(StoreError):
        pool_history(FILES, outside(store, NOW))
    lived(store)
    with pytest.raises(InputError) as caught:
        pool_history(FILES, outside(store, NOW), license_name=f"attendee @ {SITE}")
    assert "cost no unit" in caught.value.message
    with pytest.raises(InputError) as caught:
        pool_history(FILES, outside(store, NOW), license_name="Webex Meeting Suite")
    assert "'Webex Meetings Suite'" in caught.value.hint


def test_the_command_line(store: Store, tmp_path: Path) -> None:
    """`history PATH --pools` asks nobody; what is about people or runs does not go with it."""
    lived(store)
    (tmp_path / "acme.yaml").write_text(
        "apiVersion: webex-licenses/v1\nkind: Organization\nmetadata: {name: acme}\nspec: {assignment: organization}\n---\n"
        "apiVersion: webex-licenses/v1\nkind: OrganizationTemplate\nmetadata: {name: everyone}\n"
        "spec: {licenses: [{license: Basic Messaging}]}\n"
    )
    where = ["--store", f"sqlite:///{tmp_path / 'store.db'}", "history", str(tmp_path), "--pools"]
    done = CliRunner().invoke(cli, [*where, "--since", "2026-06-01", "--license", MEETINGS])
    assert done.exit_code == 0, done.output
    assert "total 60, consumed 40, available 20 (67 % used); total was 20 until 2026-06-15" in done.stdout
    assert "Runs dry on 2026-07-21 (+1.0 a day; 30 days of readings)" in done.stdout
    for more in (["--runs"], ["--until", "2026-06-02"], ["--run", "run-1"], ["--limit", "3"]):
        refused = CliRunner().invoke(cli, [*where, *more])
        assert refused.exit_code == 2, more
        assert "--pools" in refused.stderr or "--runs" in refused.stderr
