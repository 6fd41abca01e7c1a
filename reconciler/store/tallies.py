"""Questions about people that are answered with counts, for the inventory. Asked through `View.ask`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select

from reconciler.model.live import Person
from reconciler.store import bulk
from reconciler.store.activity import day_of, one_after_the_other
from reconciler.store.packing import time_of, unpack_members
from reconciler.store.rows import columns, person_of
from reconciler.store.tables import activity, member_set, person_past, situation

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


class Held(NamedTuple):
    """Somebody who holds a license. `since`: when it was first seen with them; `at_first_sight`: they had it when they were
    first seen, so perhaps longer. `last`: day of the last activity, None where none is known.
    """

    person: Person
    since: datetime
    at_first_sight: bool
    last: date | None


class Holding:
    """A question for `View.ask`: everybody in `situations`, all of whom hold `license_id`, in the order of addresses.

    `most`: a good part of all people are in them. Versions of a person's row follow each other without a gap, unless the
    person was gone meanwhile; then it begins anew.
    """

    def __init__(self, license_id: str, situations: Collection[int], *, most: bool = False) -> None:
        self._license, self._situations, self._most = license_id, frozenset(situations), most

    def __call__(self, connection: Connection, people: FromClause, org: int, moment: int) -> list[Held]:
        """Answer it."""
        seen = and_(activity.c.org == org, activity.c.person_id == people.c.person_id)
        statement = (
            select(*columns(people), people.c.since, activity.c.day)
            .select_from(people.outerjoin(activity, seen))
            .order_by(people.c.canonical, people.c.person_id)
        )
        if self._most:
            statement = statement.where(one_after_the_other(people, org))
        else:
            statement = statement.where(
                people.c.org == org, bulk.among(connection, people.c.situation, self._situations)
            )
        found = [row for row in bulk.rows(connection, statement) if row[3] in self._situations]
        start = {row[0]: row[-2] for row in found}
        ended = self._follow(connection, org, moment, start)
        # Most are of the same few moments and days.
        times = {ms: time_of("person", ms) for ms in set(start.values())}
        days = {day: day_of(day) for day in {row[-1] for row in found}}
        return [Held(person_of(row[:-2]), times[start[row[0]]], row[0] not in ended, days[row[-1]]) for row in found]

    def _follow(self, connection: Connection, org: int, moment: int, start: dict[str, int]) -> set[str]:
        """Move `start` back over the versions in which the license was held; returns who was seen without it before."""
        names = (person_past.c.person_id, person_past.c.since, person_past.c.until, person_past.c.situation)
        past = select(*names).where(person_past.c.org == org, person_past.c.until <= moment)
        if len(start) < _FEW:
            past = past.where(bulk.among(connection, person_past.c.person_id, start))
        holding, ended = self._holding(connection), set[str]()
        for person, since, until, where in bulk.rows(connection, past.order_by(person_past.c.until.desc())):
            if person not in start or person in ended:
                continue
            if until == start[person] and where in holding:
                start[person] = since
            else:
                # Held since then, and seen without it before (or gone for a while).
                ended.add(person)
        return ended

    def _holding(self, connection: Connection) -> frozenset[int]:
        """Every situation, of whatever time, in which the license is held."""
        rows = select(situation.c.id, member_set.c.packed).where(
            situation.c.holdings == member_set.c.id, member_set.c.packed.contains(self._license, autoescape=True)
        )
        return frozenset(key for key, packed in bulk.rows(connection, rows) if self._license in unpack_members(packed))


_FEW = 2_000
"""Up to so many holders their past is looked up one by one; beyond, reading all of the past once is faster."""
