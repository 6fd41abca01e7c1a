"""The end of a sync: rows of people from the stage into place, closed rows into the past, the ledger carried over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, literal, select, update

from reconciler.errors import StoreError
from reconciler.store import bulk
from reconciler.store.packing import EMPTY, Interned
from reconciler.store.tables import PERSON_COLUMNS, STAGE_COLUMNS, person, person_past, situation, stage

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


def fingerprints(connection: Connection, org: int) -> dict[str, int]:
    """Person id -> fingerprint of everybody present."""
    rows = select(person.c.person_id, person.c.fingerprint).where(person.c.org == org)
    # In the order in which the rows lie on the disk.
    return dict(bulk.rows(connection, rows.order_by(person.c.person_id)))


def reconcile(
    connection: Connection, org: int, known: Mapping[str, int], seen: Mapping[str, int], org_id: str
) -> dict[str, int]:
    """Somebody else wrote since this sync began: what is known now, if that goes together with what was read.

    Rows of people whom we took for unchanged were not staged. If the other writer changed one of them, our reading of
    that person is gone, so the sync has to be made again: StoreError.
    """
    now = fingerprints(connection, org)
    for identity, stamp in seen.items():
        if known.get(identity) == stamp and now.get(identity) != stamp:
            raise StoreError(
                f"Another process wrote to organization {org_id} while this sync was reading.",
                hint="Run the command again; nothing was lost.",
            )
    same = [identity for identity, stamp in seen.items() if now.get(identity) == stamp and known.get(identity) != stamp]
    connection.execute(delete(stage).where(bulk.among(connection, stage.c.person_id, same)))
    return now


def close(connection: Connection, moment: int, which: ColumnElement[bool]) -> int:
    """Keep the present rows of people as history up to `moment`; returns their number."""
    rows = select(*[person.c[name] for name in PERSON_COLUMNS], literal(moment)).where(which)
    result = connection.execute(insert(person_past).from_select([*PERSON_COLUMNS, "until"], rows))
    return int(result.rowcount)


class Written(NamedTuple):
    """Rows written, history included, and the people they are of."""

    rows: int
    added: int
    changed: int
    gone: int


def put_first(
    connection: Connection, org: int, moment: int, key: int, rows: Iterable[tuple[Any, ...]], again: Collection[str]
) -> int:
    """Enter the people of an organization that has none, from rows of STAGE_COLUMNS; returns their number.

    Of people who came `again`, the last row counts.
    """
    if again:
        rows = {row[0]: row for row in rows}.values()
    place = STAGE_COLUMNS.index("situation")
    columns = (*STAGE_COLUMNS, "org", "since", "first_sync", "first_situation")
    # Sorted by id: rows and index grow at their ends.
    values = ((*row, org, moment, key, row[place]) for row in sorted(rows, key=itemgetter(0)))
    return bulk.insert(connection, person, columns, values)


class Staged:
    """The people of one sync, as far as they differ from what the store has."""

    def __init__(
        self, connection: Connection, org: int, moment: int, key: int, interned: Interned, used: Collection[int]
    ) -> None:
        self._connection, self._org, self._moment, self._key = connection, org, moment, key
        self._interned, self._used = interned, set(used)

    def write(self, known: Mapping[str, int], seen: Mapping[str, int], again: Collection[str]) -> Written:
        """Put everything in place."""
        if again:
            self._last_wins(known, seen, again)
        gone = known.keys() - seen.keys()
        rows = 0
        if self._anything():
            if known:
                self._look_up_present()
            if self._has_past():
                self._look_up_returning()
            self._carry_over_origins()
            rows = bulk.intern(self._connection, self._interned, self._used)
            if known:
                rows += self._replaced(person.c.id.in_(select(stage.c.row).where(stage.c.row.is_not(None))))
        if gone:
            mine = person.c.org == self._org
            rows += self._replaced(mine & bulk.among(self._connection, person.c.person_id, gone))
        differing = self._insert()
        added = len(seen) - (len(known) - len(gone))
        return Written(rows + differing, added=added, changed=differing - added, gone=len(gone))

    def _last_wins(self, known: Mapping[str, int], seen: Mapping[str, int], again: Collection[str]) -> None:
        last = select(func.max(stage.c.id)).group_by(stage.c.person_id)
        self._connection.execute(delete(stage).where(stage.c.id.not_in(last)))
        as_before = [identity for identity in again if known.get(identity) == seen[identity]]
        self._connection.execute(delete(stage).where(bulk.among(self._connection, stage.c.person_id, as_before)))

    def _anything(self) -> bool:
        return self._connection.execute(select(stage.c.id).limit(1)).first() is not None

    def _has_past(self) -> bool:
        rows = select(person_past.c.id).where(person_past.c.org == self._org).limit(1)
        return self._connection.execute(rows).first() is not None

    def _look_up_present(self) -> None:
        """Note the row that each staged person has, and what passes from it to the new one."""
        mine = (person.c.org == self._org) & (person.c.person_id == stage.c.person_id)
        self._connection.execute(
            update(stage)
            .where(mine, situation.c.id == person.c.situation)
            .values(
                row=person.c.id,
                first_sync=person.c.first_sync,
                first_situation=person.c.first_situation,
                origins=situation.c.origins,
            )
        )

    def _look_up_returning(self) -> None:
        """The same for those who have no row but had one: an incomplete reading must not cost them their origins."""
        mine = (person_past.c.org == self._org) & (person_past.c.person_id == stage.c.person_id)
        last = select(func.max(person_past.c.id)).where(mine).correlate(stage).scalar_subquery()
        self._connection.execute(
            update(stage)
            .where(stage.c.row.is_(None), mine, person_past.c.id == last, situation.c.id == person_past.c.situation)
            .values(
                first_sync=person_past.c.first_sync,
                first_situation=person_past.c.first_situation,
                origins=situation.c.origins,
            )
        )

    def _carry_over_origins(self) -> None:
        """Give staged people the origins they had."""
        rows = select(stage.c.situation, stage.c.origins, stage.c.id).where(stage.c.origins != EMPTY)
        values = [(self._with_origins(base, origins), row) for base, origins, row in bulk.rows(self._connection, rows)]
        bulk.update(self._connection, stage, "situation", values)

    def _with_origins(self, base: int, origins: int) -> int:
        if origins == EMPTY:
            return base
        identity = self._interned.situation(self._interned.situations[base]._replace(origins=origins))
        self._used.add(identity)
        return identity

    def _replaced(self, which: ColumnElement[bool]) -> int:
        """Move present rows to the past; returns their number."""
        closed = close(self._connection, self._moment, which)
        self._connection.execute(delete(person).where(which))
        return closed

    def _insert(self) -> int:
        given = {
            "org": literal(self._org),
            "since": literal(self._moment),
            "first_sync": func.coalesce(stage.c.first_sync, self._key),
            "first_situation": func.coalesce(stage.c.first_situation, stage.c.situation),
        }
        columns = [given[name] if name in given else stage.c[name] for name in PERSON_COLUMNS]
        statement = insert(person).from_select(PERSON_COLUMNS, select(*columns).order_by(stage.c.person_id))
        return int(self._connection.execute(statement).rowcount)
