"""What people held when the store first saw them, beside where they are now: counted, because everybody is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from reconciler.store import bulk
from reconciler.store.packing import Unpacker, broken
from reconciler.store.tables import member_set, person_past, situation

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause


def first_sights(connection: Connection, people: FromClause, org: int) -> list[tuple[int, frozenset[str], int]]:
    """(situation now, license ids held at first sight, people), by the ids of both situations; everybody once."""
    columns = people.c.situation, people.c.first_situation
    counted = select(*columns, func.count()).where(people.c.org == org).group_by(*columns).order_by(*columns)
    rows = list(bulk.rows(connection, counted))
    wanted = bulk.among(connection, situation.c.id, {row[1] for row in rows})
    holdings = dict(bulk.rows(connection, select(situation.c.id, situation.c.holdings).where(wanted)))
    packed = select(member_set).where(bulk.among(connection, member_set.c.id, set(holdings.values())))
    sets = Unpacker(dict(bulk.rows(connection, packed)))
    if any(row[1] not in holdings for row in rows):
        raise broken("situation")
    return [(now, frozenset(sets.members(holdings[first])), people) for now, first, people in rows]


def ever_changed(connection: Connection, _people: FromClause, org: int, moment: int) -> frozenset[str]:
    """Ids of people of whom the store knows an earlier row up to `moment`: of all others nothing ever changed."""
    rows = select(person_past.c.person_id).where(person_past.c.org == org, person_past.c.since <= moment).distinct()
    return frozenset(row[0] for row in bulk.rows(connection, rows))
