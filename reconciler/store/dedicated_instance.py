"""Imported exports of Dedicated Instance usage: one row for each, never changed afterwards.

There is nothing in Webex to read them from again, so they are kept for good; an export is a few kilobytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert, select

from reconciler.model.dedicated_instance import Kind, Reading, ServerUsage
from reconciler.store.database import find_org, lock_org
from reconciler.store.packing import decode, encode, time_of, to_ms
from reconciler.store.tables import usage_reading

if TYPE_CHECKING:
    from sqlalchemy import Row

    from reconciler.store.database import Database


class _Body(msgspec.Struct, frozen=True):
    file: str
    kinds: tuple[Kind, ...]
    rows: tuple[ServerUsage, ...]


class StoredUsage:
    """The readings of any number of organizations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, org_id: str, reading: Reading) -> tuple[Reading, bool]:
        """The reading as it is kept, and whether it is new.

        The same bytes of the same subscription are one reading, however often they are imported, unless they are said to
        be of another export time: use may come back to what it was.
        """
        with self._database.write(org_id) as connection:
            key, _ = lock_org(connection, org_id)
            table = usage_reading.c
            same = (table.org == key) & (table.subscription == reading.subscription) & (table.digest == reading.digest)
            if reading.exported_at is not None:
                same &= table.exported == to_ms(reading.exported_at)
            row = connection.execute(
                select(usage_reading).where(same).order_by(table.at.desc(), table.id.desc())
            ).first()
            if row is not None:
                return _read(row), False
            connection.execute(insert(usage_reading).values(org=key, **_values(reading)))
        return reading, True

    def readings(self, org_id: str) -> tuple[Reading, ...]:
        """All readings of an organization, by subscription, newest first."""
        with self._database.read() as connection:
            found = find_org(connection, org_id)
            if found is None:
                return ()
            table = usage_reading.c
            ordered = select(usage_reading).where(table.org == found[0])
            ordered = ordered.order_by(table.subscription, table.at.desc(), table.id.desc())
            return tuple(map(_read, connection.execute(ordered)))


def _values(reading: Reading) -> dict[str, object]:
    return {
        "subscription": reading.subscription,
        "digest": reading.digest,
        "at": to_ms(reading.at),
        "imported": to_ms(reading.imported_at),
        "exported": None if reading.exported_at is None else to_ms(reading.exported_at),
        "body": encode(_Body(reading.file, reading.kinds, reading.rows)),
    }


def _read(row: Row[Any]) -> Reading:
    body = decode("usage_reading", row.body, _Body)
    exported = None if row.exported is None else time_of("usage_reading", row.exported)
    return Reading(
        row.subscription,
        row.digest,
        body.file,
        time_of("usage_reading", row.imported),
        exported,
        body.kinds,
        body.rows,
    )
