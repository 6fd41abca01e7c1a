"""The right to write to one organization, as a row with an end: whoever dies is replaced after some minutes.

Each new holder gets a higher fencing token. A call depends on the token that its run began with: its intent is recorded,
and it leaves, only while that token is the current one (see `journal`), so a holder that lost the lease is stopped before
its next call. Calls that were on their way then stand in the journal, and the new holder waits for their end.
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

LASTS = timedelta(minutes=5)
"""How long a lease lasts unless refreshed. Its holder refreshes it all the time, also while it waits for Webex; it is longer
than one call can be on its way."""

_NEVER_SO_LONG = timedelta(hours=1)


class StoredLease:
    """Implements `ports.Lease`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, org_id: str, holder: str, now: datetime) -> int:
        """Take the lease, or refresh it if `holder` has it; returns its fencing token.

        LockedError says who has it, since when, and what to do.
        """
        at = to_ms(now)
        ends = to_ms(now + LASTS)
        mine = lease.c.org_id == org_id
        with self._database.write(org_id) as connection:
            row = connection.execute(select(lease).where(mine).with_for_update()).first()
            if row is None:
                new = {"org_id": org_id, "holder": holder, "fence": 1, "since": at, "expires": ends}
                connection.execute(insert(lease).values(new))
                return 1
            if row.holder == holder:
                connection.execute(update(lease).where(mine).values(expires=ends))
                return int(row.fence)
            # An end so far away was written under a clock that ran ahead: nobody refreshes it, and it must not last for ever.
            if row.holder is None or row.expires <= at or row.expires > to_ms(now + _NEVER_SO_LONG):
                taken = {"holder": holder, "fence": row.fence + 1, "since": at, "expires": ends}
                connection.execute(update(lease).where(mine).values(taken))
                return int(row.fence) + 1
            raise LockedError(
                f"{row.holder} is writing to organization {org_id} "
                f"since {time_of('lease', row.since):%Y-%m-%d %H:%M:%S} UTC.",
                hint=f"Wait until it has ended. If it died, its lock ends at "
                f"{time_of('lease', row.expires):%Y-%m-%d %H:%M:%S} UTC; `webex-licenses unlock` ends it now.",
            )

    def refresh(self, org_id: str, fence: int, now: datetime) -> None:
        """Make the lease last on; LockedError when somebody else has it by now."""
        mine = (lease.c.org_id == org_id) & (lease.c.fence == fence) & lease.c.holder.is_not(None)
        with self._database.write(org_id) as connection:
            if not connection.execute(update(lease).where(mine).values(expires=to_ms(now + LASTS))).rowcount:
                raise LockedError(f"The lock on organization {org_id} was taken over by somebody else.")

    def holder(self, org_id: str) -> tuple[str, datetime, datetime] | None:
        """Who holds the lease, since when, and until when unless refreshed; None when nobody does."""
        with self._database.read() as connection:
            row = connection.execute(select(lease).where(lease.c.org_id == org_id)).first()
        if row is None or row.holder is None:
            return None
        return row.holder, time_of("lease", row.since), time_of("lease", row.expires)

    def release(self, org_id: str, holder: str) -> None:
        """Give the lease back; nothing happens if somebody else has it by now."""
        with self._database.write(org_id) as connection:
            theirs = (lease.c.org_id == org_id) & (lease.c.holder == holder)
            connection.execute(update(lease).where(theirs).values(holder=None, expires=0))

    def unlock(self, org_id: str) -> None:
        """Take the lease away from whoever holds it."""
        with self._database.write(org_id) as connection:
            connection.execute(update(lease).where(lease.c.org_id == org_id).values(holder=None, expires=0))
