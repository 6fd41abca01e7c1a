"""What all runs on one store know of a token's rate limit. It reckons nothing itself: `webex.pace` does, inside one transaction.

It has a connection of its own that does not wait long and does not insist on the disk: what is here is found out again within
a minute, and a run that calls 50 times a second should notice neither other writers nor the disk. Rows are in microseconds,
because turns may be 20 ms apart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, text, update

from reconciler.ports import PaceRow
from reconciler.store.database import write_on
from reconciler.store.tables import pace

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database

WAIT = 1.0
"""Seconds to wait for somebody else's write; then the asking run goes on at its own pace."""

KEPT_MS = 90 * 86_400_000
"""Rows of tokens that were not used for so long are removed."""


class StoredPace:
    """Implements `ports.Pace`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._one = threading.Lock()

    def exchange(self, key: str, step: Callable[[PaceRow | None, int], PaceRow]) -> None:
        """See `ports.Pace`. StoreError when the store cannot be read or written, or is busy for longer than WAIT."""
        with self._one, self._database.told_plainly():
            connection = self._connection or self._open()
            try:
                with write_on(connection, f"pace {key}"):
                    self._exchange(connection, key, step)
            except BaseException:
                self._drop()
                raise

    def close(self) -> None:
        """Give the connection back."""
        with self._one:
            self._drop()

    def _exchange(self, connection: Connection, key: str, step: Callable[[PaceRow | None, int], PaceRow]) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            # Machines' clocks differ by more than the time between two turns; the server has one for all.
            now = int(
                connection.execute(select(func.extract("epoch", func.clock_timestamp()) * 1_000_000)).scalar_one()
            )
        else:
            now = time.time_ns() // 1000
        row = connection.execute(select(pace).where(pace.c.key == key)).first()
        old = None if row is None else PaceRow(row.next_slot, row.closed_until, row.body)
        new = step(old, now)
        values = {
            "next_slot": new.next_slot,
            "closed_until": new.closed_until,
            "body": new.body,
            "updated": now // 1000,
        }
        if old is None:
            connection.execute(delete(pace).where(pace.c.updated < now // 1000 - KEPT_MS))
            connection.execute(insert(pace).values(key=key, **values))
        else:
            connection.execute(update(pace).where(pace.c.key == key).values(values))

    def _open(self) -> Connection:
        connection = self._database.own_connection()
        wait = int(WAIT * 1000)
        cursor = connection.connection.cursor()
        if connection.dialect.name == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {wait}")
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute("PRAGMA cache_size = -256")
        else:
            cursor.execute(f"SET lock_timeout = '{wait}ms'")
            connection.connection.commit()
        cursor.close()
        self._connection = connection
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
