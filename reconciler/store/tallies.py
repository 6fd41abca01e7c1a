"""Questions about people that are answered with counts, for the inventory. Asked through `View.ask`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from reconciler.store import bulk
from reconciler.store.packing import time_of, unpack_members
from reconciler.store.tables import member_set, person_past, situation

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause


def by_location(connection: Connection, people: FromClause, org: int, _moment: int) -> dict[tuple[str, int], int]:
    """(location id, situation id) -> people there; the location is empty where none is known."""
    statement = (
        select(people.c.location_id, people.c.situation, func.count())
        .where(people.c.org == org)
        .group_by(people.c.location_id, people.c.situation)
    )
    found: dict[tuple[str, int], int] = {}
    for place, where, number in bulk.rows(connection, statement):
        found[place or "", where] = found.get((place or "", where), 0) + number
    return dict(sorted(found.items()))


class Since(NamedTuple):
    """Since when somebody holds a license as far as was seen; `at_first_sight`: they had it when they were first seen."""

    since: datetime
    at_first_sight: bool


class HeldSince:
    """A question for `View.ask`: person id -> since when they hold `license_id`, for the people of `situations`.

    Versions of a person's row follow each other without a gap, unless the person was gone meanwhile; then it begins anew.
    """

    def __init__(self, license_id: str, situations: Collection[int]) -> None:
        self._license, self._situations = license_id, situations

    def __call__(self, connection: Connection, people: FromClause, org: int, moment: int) -> dict[str, Since]:
        """Answer it."""
        mine = select(people.c.person_id, people.c.since).where(
            people.c.org == org, bulk.among(connection, people.c.situation, self._situations)
        )
        now: dict[str, int] = dict(bulk.rows(connection, mine))
        holding = self._holding(connection)
        columns = (person_past.c.person_id, person_past.c.since, person_past.c.until, person_past.c.situation)
        past = select(*columns).where(person_past.c.org == org, person_past.c.until <= moment)
        if len(now) < _FEW:
            past = past.where(bulk.among(connection, person_past.c.person_id, now))
        start, ended = dict(now), set[str]()
        for person, since, until, where in bulk.rows(connection, past.order_by(person_past.c.until.desc())):
            if person not in start or person in ended:
                continue
            if until == start[person] and where in holding:
                start[person] = since
            else:
                # Held since then, and seen without it before (or gone for a while).
                ended.add(person)
        return {person: Since(time_of("person", at), person not in ended) for person, at in sorted(start.items())}

    def _holding(self, connection: Connection) -> frozenset[int]:
        """Every situation, of whatever time, in which the license is held."""
        sets = select(member_set.c.id, member_set.c.packed).where(
            member_set.c.packed.contains(self._license, autoescape=True)
        )
        has = {key for key, packed in bulk.rows(connection, sets) if self._license in unpack_members(packed)}
        rows = select(situation.c.id).where(bulk.among(connection, situation.c.holdings, has))
        return frozenset(key for (key,) in bulk.rows(connection, rows))


_FEW = 2_000
"""Up to so many holders their past is looked up one by one; beyond, reading all of the past once is faster."""
