"""Writing a snapshot: people are compared by fingerprint as they arrive, and only what differs is written at the end.

Until `commit` nothing but a temporary table of this connection is touched, so a reading that breaks off leaves no trace,
and other processes are kept waiting only for one short transaction. An organization that is read for the first time needs
no such table: there is nothing to join its people with, so they wait in memory, as far as they are not too many.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec
from sqlalchemy import func, insert, select

from reconciler.errors import StoreError
from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.model.live import Group, GroupMembers, Holder, Location, PersonReading, PhoneNumber, Scope
from reconciler.store import bulk, commit, versions
from reconciler.store import groups as grouping
from reconciler.store.database import find_org, lock_org, next_moment, write_on
from reconciler.store.packing import EMPTY, Interned, Key, encode, fingerprint, storable, to_ms
from reconciler.store.snapshots import snapshot_of
from reconciler.store.tables import STAGE_COLUMNS, grp, holder, location, number, pool_reading, stage, sync
from reconciler.store.values import SyncCounts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database

_AT_ONCE = 10_000
_HELD = 250_000
"""People of a new organization who wait in memory for their transaction, some 500 bytes each. Beyond, they are staged."""


class SyncWriter:
    """One snapshot in the making. Use as a context manager; leaving it without `commit()` writes nothing.

    Order: groups and members before people; everything else as it comes. What is not handed in stays as it was.
    """

    def __init__(self, database: Database, org_id: str, org_name: str, scope: Scope, taken_at: datetime) -> None:
        self._database = database
        self._org_id, self._org_name, self._scope, self._taken_at = org_id, org_name, scope, to_ms(taken_at)
        self._licenses: Sequence[License] | None = None
        self._groups: Sequence[Group] | None = None
        self._members: dict[str, GroupMembers] = {}
        self._locations: Sequence[Location] | None = None
        self._numbers: Sequence[PhoneNumber] | None = None
        self._holders: dict[str, tuple[Holder, ...]] = {}
        self._memberships = grouping.Memberships()
        self._interned = Interned()
        self._bases: dict[tuple[Any, ...], int] = {}
        self._used: set[int] = set()
        self._known: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._again: set[str] = set()
        self._waiting_rows: list[tuple[Any, ...]] = []
        self._staged = False
        self._moment = 0
        self._open: Connection | None = None

    def __enter__(self) -> Self:
        with self._database.told_plainly():
            self._open = self._database.own_connection()
            try:
                with self._open.begin():
                    self._remember(self._open)
            except BaseException:
                self._open.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def licenses(self, licenses: Sequence[License]) -> None:
        """All pools, in Webex's order."""
        self._licenses = tuple(licenses)

    def groups(self, groups: Sequence[Group]) -> None:
        """All groups of the organization."""
        self._groups = tuple(groups)

    def members(self, members: GroupMembers) -> None:
        """The members of one group; before any people."""
        if self._seen:
            raise ValueError("members of groups come before people")
        self._members[members.group.id] = members
        self._memberships.add(members)

    def locations(self, locations: Sequence[Location]) -> None:
        """All locations."""
        self._locations = tuple(locations)

    def numbers(self, numbers: Sequence[PhoneNumber]) -> None:
        """All phone numbers."""
        self._numbers = tuple(numbers)

    def holders(self, license_id: str, holders: Sequence[Holder]) -> None:
        """Everybody who holds one license; the license then belongs to the snapshot's scope."""
        self._holders[license_id] = tuple(holders)
        listed = tuple(sorted({*self._scope.holders, license_id}))
        self._scope = msgspec.structs.replace(self._scope, holders=listed)

    def people(self, people: Sequence[PersonReading]) -> None:
        """A page of people. Somebody who comes twice counts once, as read last."""
        known, seen, bases, of, again = self._known, self._seen, self._bases, self._memberships.of, self._again
        use, keep, address_of = self._used.add, self._waiting_rows.append, canonical.email
        for reading in people:
            identity, created, address, others = reading.id, reading.created, reading.email, reading.other_emails
            groups = of.get(identity)
            if groups is None:
                groups = of.get(grouping.spelled(identity), 0)
            content = (
                groups,
                reading.licenses,
                reading.attendee_sites,
                reading.site_admin_of,
                reading.state,
                reading.calling_unreadable,
            )
            base = bases.get(content) or self._base(content)
            made = None if created is None else to_ms(created)
            name, phone, extension = reading.name, reading.work_phone, reading.extension
            place, source = reading.location_id, reading.provision_source
            stamp = fingerprint((base, address, name, made, others, phone, extension, place, source))  # as `Facts`
            before = seen.setdefault(identity, stamp)
            if before is not stamp:  # Here already.
                if before == stamp:
                    continue
                again.add(identity)
                seen[identity] = stamp
            elif known and known.get(identity) == stamp:
                continue
            use(base)
            more = "\n".join(others) if others else ""
            if "\0" in f"{address}{name}{more}{phone}{extension}":
                address, name, more = storable(address), storable(name), storable(more)
                phone, extension = storable(phone), storable(extension)
            # In the order of STAGE_COLUMNS.
            keep(
                (identity, address, address_of(address), more, name, made, phone, extension, place, source, base, stamp)
            )
        if len(self._waiting_rows) >= (_AT_ONCE if self._staged or self._moment else _HELD):
            with self._database.told_plainly(), self._connection.begin():
                self._stage()

    def commit(self) -> SyncCounts:
        """Write the snapshot in one transaction, or raise StoreError and write nothing."""
        connection = self._connection
        self._database.demand_file()
        with self._database.told_plainly(), write_on(connection, self._org_id):
            org, last = lock_org(connection, self._org_id, self._org_name)
            # No moment yet means no people yet, neither present nor past.
            directly = not last and not self._staged
            if not directly:
                self._stage()
            if last != self._moment:
                self._known = commit.reconcile(connection, org, self._known, self._seen, self._org_id)
            moment = next_moment(connection, org, last, self._taken_at)
            readings = self._readings(connection, org, moment)
            key = self._enter(connection, org, moment)
            if directly:
                rows = bulk.intern(connection, self._interned, self._used)
                people = commit.put_first(connection, org, moment, key, self._waiting_rows, self._again)
                written = commit.Written(rows + people, added=people, changed=0, gone=0)
            else:
                staged = commit.Staged(connection, org, moment, key, self._interned, self._used)
                written = staged.write(self._known, self._seen, self._again)
            snapshot = snapshot_of(connection, key)
        self.__exit__(None, None, None)
        return SyncCounts(
            snapshot=snapshot,
            added=written.added,
            changed=written.changed,
            gone=written.gone,
            unchanged=len(self._seen) - written.added - written.changed,
            rows_written=readings + written.rows,
        )

    @property
    def _connection(self) -> Connection:
        if self._open is None:
            raise StoreError("This sync is over.", hint="Begin another one.")
        return self._open

    def _remember(self, connection: Connection) -> None:
        found = find_org(connection, self._org_id)
        self._moment = 0 if found is None else found[1]
        if found is not None:
            self._known = commit.fingerprints(connection, found[0])

    def _base(self, content: tuple[Any, ...]) -> int:
        """The id of a situation as read, without origins."""
        groups, licenses, attendees, siteadmin, state, unreadable = content
        members = self._interned.members
        key = Key(
            members(self._memberships.groups(groups)),
            members(licenses),
            EMPTY,
            members(attendees),
            members(siteadmin),
            state,
            int(unreadable),
        )
        base = self._bases[content] = self._interned.situation(key)
        return base

    def _stage(self) -> None:
        """Put the waiting rows aside in the temporary table, which is made when it is first needed."""
        if not self._staged:
            stage.create(self._connection)
            self._staged = True
        bulk.insert(self._connection, stage, STAGE_COLUMNS, self._waiting_rows)
        self._waiting_rows = []

    def _readings(self, connection: Connection, org: int, moment: int) -> int:
        """Write the small tables; returns the number of rows."""
        replace = versions.replace
        written = 0
        if self._licenses is not None:
            written += replace(connection, pool_reading, org, moment, versions.of_licenses(self._licenses))
        if self._groups is not None or self._members:
            before = versions.latest(connection, grp, org)
            rows = grouping.readings(self._groups or (), self._members, before, moment)
            written += replace(connection, grp, org, moment, rows)
        if self._locations is not None:
            written += replace(connection, location, org, moment, versions.of_locations(self._locations))
        if self._numbers is not None:
            written += replace(connection, number, org, moment, versions.of_numbers(self._numbers))
        for license_id, holders in sorted(self._holders.items()):
            rows = versions.of_holders(license_id, holders)
            prefix = versions.holder_prefix(license_id)
            written += replace(connection, holder, org, moment, rows, prefix=prefix)
        return written

    def _enter(self, connection: Connection, org: int, moment: int) -> int:
        """The row of this sync; returns its key."""

        def present(table: Any) -> Any:
            counted = select(func.count()).select_from(table).where(table.c.org == org, table.c.until.is_(None))
            return counted.scalar_subquery()

        statement = insert(sync).values(
            org=org,
            taken_at=self._taken_at,
            moment=moment,
            scope=encode(self._scope),
            people=len(self._seen),
            licenses=present(pool_reading),
            groups=present(grp),
        )
        return int(connection.execute(statement.returning(sync.c.id)).scalar_one())
