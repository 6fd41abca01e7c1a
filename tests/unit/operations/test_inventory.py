"""The inventory: every pool of the newest snapshot."""

from __future__ import annotations

import asyncio

from reconciler.model.catalog import License
from reconciler.model.desired import Reference
from reconciler.operations.inventory import inventory
from tests.unit.execute.fakes import START
from tests.unit.operations.fakes import World, desired

FILES = desired(Reference(license="Basic Messaging"))


def test_rows_are_sorted_and_complete() -> None:
    """Every pool once, by name, site and subscription, with units left beside units in use."""
    world = World()
    world.store.pools = (
        License("2", "Suite", 10, 12, 11, 1, "Sub-2", "b.webex.com", "Control Hub managed site"),
        License("1", "Suite", 10, 4, 4, 0, "Sub-1", "a.webex.com", "Linked site"),
        License("0", "Basic Messaging"),
    )
    found = asyncio.run(inventory(FILES, world.context, sync=False))
    assert [row.license_id for row in found.rows] == ["0", "1", "2"]
    row = found.rows[2]
    assert (row.total, row.consumed, row.available, row.by_users, row.by_workspaces) == (10, 12, -2, 11, 1)
    assert (row.site_url, row.site_type, row.subscription_id) == ("b.webex.com", "Control Hub managed site", "Sub-2")
    assert found.rows[0].available is None
    assert (found.snapshot, found.taken_at, found.organization.name) == ("1", START, "acme")
    assert world.reader.asked == []


def test_sync_first_when_asked() -> None:
    """With `sync` the rows are of a snapshot taken now."""
    world = World()
    found = asyncio.run(inventory(FILES, world.context, sync=True))
    assert found.snapshot == "7"
    assert world.store.syncs[0].committed
