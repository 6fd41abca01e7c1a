"""The right to write to one organization, as a row with an end: whoever dies is replaced after ten minutes.

Each new holder gets a higher fencing token. A run remembers the token it began with, and an intent is recorded only
while that token is the current one (see `runs`), so a holder that lost the lease is stopped before its next call.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from reconciler.errors import LockedError
from reconciler.store.packing import time_of, to_ms
from reconciler.store.tables import lease

if TYPE_CHECKING:
    from reconciler.store.database import Database

LASTS = timedelta(minutes=10)
"""How long a lease lasts unless refreshed; every intent of its holder's run refreshes it."""


class StoredLease:
    """Implements `ports.Lease`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, org_id: str, holder: str, now: datetime) -> None:
        """Take the lease, or refresh it if `holder` has it; LockedError says who has it and since when."""
        at = to_ms(now)
        ends = to_ms(now + LASTS)
        mine = lease.c.org_id == org_id
        with self._database.write() as connection:
            row = connection.execute(select(lease).where(mine).with_for_update()).first()
            if row is None:
                new = {"org_id": org_id, "holder": holder, "fence": 1, "since": at, "expires": ends}
                connection.execute(insert(lease).values(new))
            elif row.holder == holder:
                connection.execute(update(lease).where(mine).values(expires=ends))
            elif row.holder is None or row.expires <= at:
                taken = {"holder": holder, "fence": row.fence + 1, "since": at, "expires": ends}
                connection.execute(update(lease).where(mine).values(taken))
            else:
                raise LockedError(
                    f"{row.holder} is writing to organization {org_id} "
                    f"since {time_of('lease', row.since):%Y-%m-%d %H:%M:%S} UTC.",
                    hint=f"Wait until it has ended. If it died, its lock ends at "
                    f"{time_of('lease', row.expires):%Y-%m-%d %H:%M:%S} UTC.",
                )

    def release(self, org_id: str, holder: str) -> None:
        """Give the lease back; nothing happens if somebody else has it by now."""
        with self._database.write() as connection:
            theirs = (lease.c.org_id == org_id) & (lease.c.holder == holder)
            connection.execute(update(lease).where(theirs).values(holder=None, expires=0))

    def unlock(self, org_id: str) -> None:
        """Take the lease away from whoever holds it."""
        with self._database.write() as connection:
            connection.execute(update(lease).where(lease.c.org_id == org_id).values(holder=None, expires=0))
