"""One snapshot of one organization, read only: what the core sees of the store.

A view is fixed to a moment. As long as that is the organization's last one it reads the present rows; once somebody
writes, the same view goes on from the history, so it never changes under its reader and holds no lock meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import func, select, union_all

from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.model.history import Departed, PersonHistory
from reconciler.model.live import Group, Holder, Location, Person, PhoneNumber, Situation, Snapshot
from reconciler.model.provenance import Provenance
from reconciler.store import bulk, first_sight, former, history, newcomers, origins, versions, whom
from reconciler.store.groups import GroupRow
from reconciler.store.packing import Key, Unpacker, broken, decode, to_ms
from reconciler.store.rows import addresses, columns, person_of
from reconciler.store.tables import (
    grp,
    holder,
    location,
    member_set,
    number,
    org,
    person,
    person_past,
    pool_reading,
    situation,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause, Table

    from reconciler.store.database import Database

T = TypeVar("T")

_SCAN_FROM = 0.5
"""From this share of all situations on, reading everybody and leaving some out is faster than looking each up."""


class View:
    """Implements `ports.LiveView`; made by `Store.live`."""

    def __init__(self, database: Database, org_key: int, moment: int, snapshot: Snapshot) -> None:
        self._database, self._org, self._moment, self._snapshot = database, org_key, moment, snapshot
        self._count: int | None = None

    def snapshot(self) -> Snapshot:
        """Which snapshot this is, and in which scope it was read."""
        return self._snapshot

    def licenses(self) -> Sequence[License]:
        """All pools, in the order of `GET /licenses`."""
        return tuple(value for _, value in self._values(pool_reading, License))

    def groups(self) -> Sequence[Group]:
        """All groups of the organization, sorted by name and id."""
        rows = self._values(grp, GroupRow)
        groups = [Group(key, row.name, row.member_size) for key, row in rows]
        return tuple(sorted(groups, key=lambda group: (group.name, group.id)))

    def members_seen(self) -> Mapping[str, tuple[int, int]]:
        """Group id -> (distinct direct members of every type seen, nested groups among them), for groups read."""
        return {key: (row.seen, row.nested) for key, row in self._values(grp, GroupRow) if row.read}

    def locations(self) -> Sequence[Location]:
        """All locations by id; empty where the scope did not ask for Calling."""
        return tuple(value for _, value in self._values(location, Location)) if self._snapshot.scope.calling else ()

    def numbers(self, among: Collection[str] | None = None) -> Sequence[PhoneNumber]:
        """Phone numbers, all or those `among` these (two rows of each at most), sorted; empty where Calling was not read."""
        if not self._snapshot.scope.calling:
            return ()
        keys = None if among is None else versions.number_keys(among)
        return tuple(value for _, value in self._values(number, PhoneNumber, among=keys))

    def holders(self, license_id: str) -> Sequence[Holder]:
        """Everybody who holds a license, by id; empty where the scope did not ask for it."""
        if license_id not in self._snapshot.scope.holders:
            return ()
        return tuple(value for _, value in self._values(holder, Holder, versions.holder_prefix(license_id)))

    def outside_holders(self) -> Mapping[str, int]:
        """License id -> holders from other organizations, for licenses whose holders were listed."""
        listed = {license_id: self.holders(license_id) for license_id in self._snapshot.scope.holders}
        return {license_id: sum(not one.internal for one in found) for license_id, found in listed.items()}

    def situations(self) -> Iterable[tuple[Situation, int]]:
        """Every situation that somebody is in, with the number of people, ordered by situation id."""
        with self._database.read() as connection:
            people = self._people(connection)
            counted = (
                select(people.c.situation, func.count().label("people"))
                .where(people.c.org == self._org)
                .group_by(people.c.situation)
                .subquery()
            )
            statement = select(situation, counted.c.people).where(situation.c.id == counted.c.situation)
            found = sorted(_checked(bulk.rows(connection, statement)))
            total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
            if total != len(found):
                raise broken("person")
            unpacker = sets(connection, {item for row in found for item in row[1:6]})
        self._count = len(found)
        return [(unpacker.situation(row[0], Key(*row[1:8])), row[8]) for row in found]

    def people(self, situations: Collection[int]) -> Iterable[Person]:
        """Everybody in these situations, ordered by canonical email, then id; streamed."""
        wanted = frozenset(situations)
        if not wanted:
            return
        everybody = self._count is not None and len(wanted) >= self._count * _SCAN_FROM
        with self._database.read() as connection:
            people = self._people(connection)
            statement = select(*columns(people)).where(people.c.org == self._org)
            if not everybody:
                statement = statement.where(bulk.among(connection, people.c.situation, wanted))
            for row in bulk.rows(connection, statement.order_by(people.c.canonical, people.c.person_id)):
                if row[3] in wanted:
                    yield person_of(row)

    def find(self, emails: Collection[str]) -> Mapping[str, Person]:
        """Canonical address -> person, over all of a person's addresses; addresses nobody has are left out."""
        wanted = {canonical.email(email) for email in emails}
        found: dict[str, Person] = {}
        with self._database.read() as connection:
            people = self._people(connection)
            mine = select(*columns(people)).where(people.c.org == self._org).order_by(people.c.person_id)
            for row in bulk.rows(connection, mine.where(bulk.among(connection, people.c.canonical, wanted))):
                found.setdefault(canonical.email(row[1]), person_of(row))
            missing = wanted - found.keys()
            if missing:
                found |= self._by_other_address(connection, people, missing)
        return {address: found[address] for address in sorted(found)}

    def find_former(self, emails: Collection[str]) -> Mapping[str, Person]:
        """Canonical address -> person in the snapshot who had it in an earlier one and has it no more; the last who did."""
        wanted = {canonical.email(email) for email in emails}
        with self._database.read() as connection:
            people = self._people(connection)
            owners = former.owners(connection, people, self._org, self._moment, wanted)
            by_id = self._by_id(connection, people, set(owners.values()))
        now = {identity: addresses(item) for identity, item in by_id.items()}
        return {address: by_id[who] for address, who in sorted(owners.items()) if address not in now[who]}

    def named(self, name: str) -> Sequence[Person]:
        """Everybody with this display name, ordered by address."""
        with self._database.read() as connection:
            return whom.named(connection, self._people(connection), self._org, name)

    def near(self, address: str) -> Sequence[str]:
        """Up to three addresses that look like this one."""
        with self._database.read() as connection:
            return whom.near(connection, self._people(connection), self._org, address)

    def departed(self, address: str) -> Departed | None:
        """Who had this address in an earlier snapshot and is gone from this one."""
        with self._database.read() as connection:
            return whom.departed(connection, self._people(connection), self._org, self._moment, address)

    def history(self, person_id: str) -> PersonHistory:
        """What was seen of one person and sent for them up to this view's moment."""
        with self._database.read() as connection:
            return history.of_person(connection, self._org, person_id, self._moment)

    def provenance(self, person_id: str) -> Sequence[Provenance]:
        """Where everything that one person held at this view's moment came from."""
        with self._database.read() as connection:
            return origins.origins_at(connection, self._org, person_id, self._moment)

    def locate(self, people: Collection[str]) -> Mapping[str, int]:
        """Person id -> situation id, for those of `people` who are in the snapshot."""
        with self._database.read() as connection:
            rows = self._people(connection)
            mine = select(rows.c.person_id, rows.c.situation).where(rows.c.org == self._org)
            return dict(
                sorted(bulk.rows(connection, mine.where(bulk.among(connection, rows.c.person_id, set(people)))))
            )

    def first_seen_after(self, when: datetime) -> frozenset[str]:
        """Ids of people created after `when`, or first seen in a snapshot taken after it, the first one excepted."""
        with self._database.read() as connection:
            return newcomers.first_seen_after(connection, self._people(connection), self._org, to_ms(when))

    def joined_after(self, groups: Collection[str], when: datetime) -> frozenset[str]:
        """Ids of present members of any of `groups` who were not seen as members of that group up to `when`.

        The first snapshot that listed a group does not count, since everybody is first seen there.
        """
        first_read = {key: row.first_read for key, row in self._values(grp, GroupRow)}
        wanted = {group: first_read.get(group) or 0 for group in groups}
        with self._database.read() as connection:
            history = newcomers.History(connection, self._people(connection), self._org, self._moment)
            return history.joined_after(wanted, to_ms(when))

    def moved_after(self, when: datetime) -> frozenset[str]:
        """Ids of people whose read groups differ from what they were at `when`.

        Only groups whose members were read both then and now can tell.
        """
        with self._database.read() as connection:
            scope = newcomers.groups_read_at(connection, self._org, to_ms(when)) & set(self._snapshot.scope.groups)
            history = newcomers.History(connection, self._people(connection), self._org, self._moment)
            return history.moved_after(scope, to_ms(when))

    def moved_since_first_seen(self, people: Collection[str]) -> frozenset[str]:
        """Those of `people` who joined or left a group after they were first seen.

        A group that begins or ceases to be read moves nobody.
        """
        with self._database.read() as connection:
            history = newcomers.History(connection, self._people(connection), self._org, self._moment)
            return history.moved_since_first_seen(people)

    def paid_at_first_sight(self) -> frozenset[str]:
        """Ids of people who held a license that has a subscription when they were first seen."""
        with self._database.read() as connection:
            return newcomers.paid_at_first_sight(connection, self._people(connection), self._org)

    def ask(self, question: Callable[[Connection, FromClause, int, int], T]) -> T:
        """What a question of another module finds among the people of this view: `question(connection, people, org, moment)`."""
        with self._database.read() as connection:
            return question(connection, self._people(connection), self._org, self._moment)

    def first_sights(self) -> Sequence[tuple[int, frozenset[str], int]]:
        """(situation id, license ids held when the store first saw them, people); everybody is in one of them."""
        with self._database.read() as connection:
            return first_sight.first_sights(connection, self._people(connection), self._org)

    def _people(self, connection: Connection) -> FromClause:
        """The rows of people at this view's moment; still to be narrowed to the organization."""
        if connection.execute(select(org.c.moment).where(org.c.id == self._org)).scalar() == self._moment:
            return person
        columns = [column.name for column in person.c if column.name != "id"]
        since = select(*[person.c[name] for name in columns]).where(person.c.since <= self._moment)
        past = select(*[person_past.c[name] for name in columns])
        past = past.where(person_past.c.since <= self._moment, person_past.c.until > self._moment)
        return union_all(since.where(person.c.org == self._org), past.where(person_past.c.org == self._org)).subquery()

    def _by_other_address(self, connection: Connection, people: FromClause, missing: set[str]) -> dict[str, Person]:
        with_others = select(people.c.person_id, people.c.other_emails)
        rows = bulk.rows(connection, with_others.where(people.c.org == self._org, people.c.other_emails != ""))
        owners: dict[str, str] = {}
        for identity, others in sorted(rows):
            for address in map(canonical.email, others.split("\n")):
                if address in missing:
                    owners.setdefault(address, identity)
        by_id = self._by_id(connection, people, set(owners.values()))
        return {address: by_id[identity] for address, identity in owners.items()}

    def _by_id(self, connection: Connection, people: FromClause, wanted: set[str]) -> dict[str, Person]:
        chosen = select(*columns(people)).where(
            people.c.org == self._org, bulk.among(connection, people.c.person_id, wanted)
        )
        return {row[0]: person_of(row) for row in bulk.rows(connection, chosen)}

    def _values(
        self, table: Table, kind: type[T], prefix: str = "", among: Collection[str] | None = None
    ) -> list[tuple[str, T]]:
        with self._database.read() as connection:
            return values_at(connection, table, kind, self._org, self._moment, prefix, among)


def values_at(
    connection: Connection,
    table: Table,
    kind: type[T],
    org_key: int,
    moment: int,
    prefix: str = "",
    among: Collection[str] | None = None,
) -> list[tuple[str, T]]:
    """Key and value of each version that held at `moment`, in Webex's order where it is kept, else by key."""
    statement = select(table.c.key, table.c.body).where(versions.at(table, org_key, moment))
    if prefix:
        statement = statement.where(table.c.key.startswith(prefix, autoescape=True))
    if among is not None:
        statement = statement.where(bulk.among(connection, table.c.key, among))
    rows = bulk.rows(connection, statement.order_by(table.c.position, table.c.key))
    return [(key, decode(table.name, body, kind)) for key, body in rows]


def sets(connection: Connection, wanted: Collection[int]) -> Unpacker:
    """The sets with these ids."""
    statement = select(member_set).where(bulk.among(connection, member_set.c.id, wanted))
    return Unpacker(dict(bulk.rows(connection, statement)))


_Counted = tuple[int, int, int, int, int, int, str, int, int]


def _checked(rows: Iterable[tuple[Any, ...]]) -> list[_Counted]:
    """Situation rows with their numbers of people, each column of the type it should have."""
    try:
        return msgspec.convert(list(rows), list[_Counted])
    except msgspec.ValidationError as error:
        raise broken("situation") from error
