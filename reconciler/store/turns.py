"""What the rows of people say happened: where one ends and another begins, and what is held differs. Read only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import null, select

from reconciler.store import bulk
from reconciler.store.packing import Unpacker, broken
from reconciler.store.tables import member_set, person, person_past, situation

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause

ROLE = "attendee:"


class Row(NamedTuple):
    """A row of a person, present or past; `until` is None while it is so."""

    person_id: str
    since: int
    until: int | None
    email: str
    name: str
    situation: int


class Turn(NamedTuple):
    """What one person's rows say happened at one moment."""

    at: int
    person_id: str
    before: Row | None
    after: Row | None


class Turns:
    """`held`: situation id -> license ids and `attendee:SITE`, of the situations met so far."""

    def __init__(self, connection: Connection, org: int) -> None:
        self._connection, self._org = connection, org
        self.held: dict[int, frozenset[str]] = {}

    def between(self, low: int, high: int, among: Collection[str] | None) -> list[Turn]:
        """What rows that end or begin from `low` to before `high` say, of everybody or `among` these; where nothing that
        is held differs, nothing.
        """
        before: dict[tuple[int, str], Row] = {}
        after: dict[tuple[int, str], Row] = {}
        for row in self._rows(person_past, person_past.c.until, low, high, among):
            before[row.until or 0, row.person_id] = row
        for table in (person_past, person):
            for row in self._rows(table, table.c.since, low, high, among):
                after[row.since, row.person_id] = row
        self._unpack({row.situation for rows in (before, after) for row in rows.values()})
        turns = []
        for at, who in sorted(before.keys() | after.keys()):
            was, now = before.get((at, who)), after.get((at, who))
            if was is None or now is None or self.held[was.situation] != self.held[now.situation]:
                turns.append(Turn(at, who, was, now))
        return turns

    def _rows(
        self, table: FromClause, column: ColumnElement[int], low: int, high: int, among: Collection[str] | None
    ) -> Iterator[Row]:
        names = [table.c[name] for name in ("person_id", "since", "email", "name", "situation")]
        until = table.c.until if table is person_past else null()
        which = (table.c.org == self._org) & (column >= low) & (column < high)
        if among is not None:
            which &= bulk.among(self._connection, table.c.person_id, among)
        for who, since, email, name, number, end in bulk.rows(self._connection, select(*names, until).where(which)):
            yield Row(who, since, end, email, name, number)

    def _unpack(self, wanted: Collection[int]) -> None:
        missing = set(wanted) - self.held.keys()
        columns = select(situation.c.id, situation.c.holdings, situation.c.attendees)
        rows = list(bulk.rows(self._connection, columns.where(bulk.among(self._connection, situation.c.id, missing))))
        packed = select(member_set).where(
            bulk.among(self._connection, member_set.c.id, {key for row in rows for key in row[1:]})
        )
        sets = Unpacker(dict(bulk.rows(self._connection, packed)))
        for number, holdings, attendees in rows:
            roles = (ROLE + site for site in sets.members(attendees))
            self.held[number] = frozenset((*sets.members(holdings), *roles))
        if not self.held.keys() >= set(wanted):
            raise broken("person")
