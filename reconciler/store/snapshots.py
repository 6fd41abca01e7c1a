"""Snapshots as values, and the ids people see: the time, readable and in order, and the number of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from reconciler.errors import StoreError
from reconciler.model.live import Scope, Snapshot
from reconciler.store.packing import decode, time_of
from reconciler.store.tables import org, sync

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select


def readable(ms: object, key: int, table: str) -> str:
    """The id that people see, e.g. `20261121T200501Z-17`."""
    return f"{time_of(table, ms):%Y%m%dT%H%M%SZ}-{key}"


def key_of(identity: str) -> int | None:
    """The number of the row in an id that people see."""
    number = identity.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def snapshot_of(connection: Connection, key: int) -> Snapshot:
    """The snapshot of one sync row."""
    return _snapshot(connection.execute(_all().where(sync.c.id == key)).one())


def newest(connection: Connection, org_key: int) -> tuple[int, Snapshot] | None:
    """Row key and snapshot of the newest sync of an organization, or None."""
    row = connection.execute(_all().where(sync.c.org == org_key).order_by(sync.c.id.desc()).limit(1)).first()
    return None if row is None else (int(row.id), _snapshot(row))


def listed(connection: Connection, org_id: str) -> tuple[Snapshot, ...]:
    """All snapshots of an organization, newest first."""
    rows = connection.execute(_all().where(org.c.org_id == org_id).order_by(sync.c.id.desc()))
    return tuple(_snapshot(row) for row in rows)


def named(connection: Connection, identity: str) -> tuple[int, int, int, Snapshot]:
    """Sync key, organization key, moment and value of the snapshot with this id; StoreError if there is none."""
    key = key_of(identity)
    row = None if key is None else connection.execute(_all().where(sync.c.id == key)).first()
    if row is None or readable(row.taken_at, row.id, "sync") != identity:
        raise StoreError(f"The store has no snapshot {identity}.", hint="`webex-licenses sync` makes a new one.")
    return int(row.id), int(row.org), int(row.moment), _snapshot(row)


def _all() -> Select[Any]:
    return select(sync, org.c.org_id, org.c.name).where(org.c.id == sync.c.org)


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(
        id=readable(row.taken_at, row.id, "sync"),
        org_id=row.org_id,
        org_name=row.name,
        taken_at=time_of("sync", row.taken_at),
        scope=decode("sync", row.scope, Scope),
        people=row.people,
        licenses=row.licenses,
        groups=row._mapping["groups"],
    )
