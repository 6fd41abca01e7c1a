"""The counters of pools between two syncs: an apply ends by reading them again, so that they tell what it left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.model.catalog import License
from reconciler.store import versions
from reconciler.store.database import lock_org, next_moment
from reconciler.store.packing import to_ms
from reconciler.store.tables import pool_reading

if TYPE_CHECKING:
    from reconciler.store.database import Database


def record(database: Database, org_id: str, licenses: Sequence[License], at: datetime) -> int:
    """Make these the pools of the newest view from now on; returns the number of rows written."""
    with database.write(org_id) as connection:
        key, last = lock_org(connection, org_id)
        moment = next_moment(connection, key, last, to_ms(at))
        return versions.replace(connection, pool_reading, key, moment, versions.of_licenses(licenses))
