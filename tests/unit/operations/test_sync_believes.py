"""A list of people that shows nothing is not an organization that holds nothing."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from reconciler.errors import WebexShapeError
from reconciler.model.live import PersonReading
from reconciler.operations.sync import sync
from tests.unit.operations.fakes import World, desired

BARE = PersonReading("p1", "ann@acme.example", "Ann", (), (), licenses_absent=True)


def _world(*people: PersonReading, in_use: int) -> World:
    world = World()
    world.reader.pages = [list(people)]
    world.reader.pools = tuple(msgspec.structs.replace(pool, consumed_by_users=in_use) for pool in world.reader.pools)
    return world


def test_records_without_licenses_beside_counters_that_count_are_refused() -> None:
    """When no record shows licenses and the counters say that some are in use, nothing is written and the token is suspected."""
    with pytest.raises(WebexShapeError, match="shows no license of any of 1 people") as caught:
        asyncio.run(sync(desired(), _world(BARE, in_use=3).context))
    assert "administrator" in caught.value.hint


def test_an_organization_that_holds_nothing_is_believed() -> None:
    """Records without licenses are fine where the counters say the same, or where one record shows a list."""
    assert asyncio.run(sync(desired(), _world(BARE, in_use=0).context)).snapshot.people == 1
    listed = msgspec.structs.replace(BARE, id="p2", licenses_absent=False)
    assert asyncio.run(sync(desired(), _world(BARE, listed, in_use=3).context)).snapshot.people == 2
