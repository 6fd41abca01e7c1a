"""What was told last over each way of telling (a webhook, a space), so that the same thing is not told twice in a row.

Only a digest is kept: neither the message nor where it went can be read from here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from reconciler.store.database import find_org, lock_org
from reconciler.store.packing import to_ms
from reconciler.store.tables import told

if TYPE_CHECKING:
    from reconciler.store.database import Database


class StoredTold:
    """One digest for each organization and way of telling."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, org_id: str, channel: str) -> str | None:
        """The digest of what was told last; None when nothing ever was."""
        with self._database.read() as connection:
            found = find_org(connection, org_id)
            if found is None:
                return None
            where = (told.c.org == found[0]) & (told.c.channel == channel)
            digest: str | None = connection.execute(select(told.c.digest).where(where)).scalar()
            return digest

    def remember(self, org_id: str, channel: str, digest: str, at: datetime) -> None:
        """This was told now."""
        with self._database.write(org_id) as connection:
            key, _ = lock_org(connection, org_id)
            connection.execute(delete(told).where((told.c.org == key) & (told.c.channel == channel)))
            connection.execute(insert(told).values(org=key, channel=channel, digest=digest, at=to_ms(at)))
