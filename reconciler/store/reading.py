"""What the store knows, by name: organizations, snapshots, the view of one, the structure of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from reconciler.errors import StoreError
from reconciler.model.catalog import License
from reconciler.model.live import Group, Snapshot
from reconciler.store.database import find_org
from reconciler.store.groups import GroupRow
from reconciler.store.snapshots import listed, named, newest
from reconciler.store.tables import grp, org, pool_reading
from reconciler.store.values import Structure
from reconciler.store.view import View, values_at

if TYPE_CHECKING:
    from reconciler.store.database import Database


def live(database: Database, org_id: str, snapshot: str | None) -> View:
    """The newest snapshot with what was applied since, or the one named, as it was."""
    with database.read() as connection:
        found = find_org(connection, org_id)
        last = None if found is None else newest(connection, found[0])
        if found is None or last is None:
            raise StoreError(
                f"The store has no snapshot of organization {org_id}.", hint="Run `webex-licenses sync` first."
            )
        key, moment = found
        if snapshot is None or snapshot == last[1].id:
            return View(database, key, moment, last[1])
        _, owner, moment, value = named(connection, snapshot)
        if owner != key:
            raise StoreError(f"Snapshot {snapshot} is of another organization than {org_id}.")
        return View(database, key, moment, value)


def snapshots(database: Database, org_id: str) -> tuple[Snapshot, ...]:
    """All snapshots of an organization, newest first."""
    with database.read() as connection:
        return listed(connection, org_id)


def structure(database: Database, snapshot_id: str) -> Structure:
    """Licenses and groups as of a snapshot."""
    with database.read() as connection:
        _, key, moment, _ = named(connection, snapshot_id)
        licenses = values_at(connection, pool_reading, License, key, moment)
        groups = [
            Group(name, row.name, row.member_size) for name, row in values_at(connection, grp, GroupRow, key, moment)
        ]
    return Structure(
        licenses=tuple(value for _, value in licenses),
        groups=tuple(sorted(groups, key=lambda group: (group.name, group.id))),
    )


def organizations(database: Database) -> tuple[tuple[str, str], ...]:
    """Id and name of every organization, by name."""
    with database.read() as connection:
        rows = connection.execute(select(org.c.org_id, org.c.name).order_by(org.c.name, org.c.org_id))
        return tuple((row[0], row[1]) for row in rows)
