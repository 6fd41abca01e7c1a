"""Questions about how people came to be where they are: first seen, joined, moved, licensed before we came (RULES 1.3, 1.4).

Answered from present and closed rows together. Times are milliseconds; `people` are the rows of a view.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, true

from reconciler.model.catalog import License
from reconciler.model.live import Scope
from reconciler.store import bulk
from reconciler.store.packing import decode, unpack_members
from reconciler.store.tables import member_set, person_past, pool_reading, situation, sync

if TYPE_CHECKING:
    from sqlalchemy import Connection, FromClause


def first_seen_after(connection: Connection, people: FromClause, org: int, when: int) -> frozenset[str]:
    """People created after `when` or first seen in a later snapshot that is not the organization's first."""
    first = select(func.min(sync.c.id)).where(sync.c.org == org).scalar_subquery()
    later = select(sync.c.id).where(sync.c.org == org, sync.c.taken_at > when, sync.c.id > first)
    found = select(people.c.person_id).where(
        people.c.org == org, or_(people.c.created > when, people.c.first_sync.in_(later))
    )
    return frozenset(row[0] for row in bulk.rows(connection, found))


def groups_read_at(connection: Connection, org: int, when: int) -> set[str]:
    """The groups whose members were listed by the last snapshot up to `when`; none if there was no snapshot."""
    last = select(sync.c.scope).where(sync.c.org == org, sync.c.taken_at <= when).order_by(sync.c.id.desc()).limit(1)
    scope = connection.execute(last).scalar()
    return set() if scope is None else set(decode("sync", scope, Scope).groups)


def _scopes(connection: Connection, org: int, moment: int) -> list[tuple[int, frozenset[str]]]:
    """The groups that each snapshot up to `moment` read, oldest first."""
    rows = select(sync.c.moment, sync.c.scope).where(sync.c.org == org, sync.c.moment <= moment)
    found = bulk.rows(connection, rows.order_by(sync.c.moment))
    return [(moment, frozenset(decode("sync", scope, Scope).groups)) for moment, scope in found]


def paid_at_first_sight(connection: Connection, people: FromClause, org: int) -> frozenset[str]:
    """People whose first row held a license that some reading gives a subscription."""
    readings = select(pool_reading.c.body).where(pool_reading.c.org == org).distinct()
    pools = (decode("pool_reading", body, License) for (body,) in bulk.rows(connection, readings))
    paid = {pool.id for pool in pools if pool.subscription is not None}
    first = select(people.c.first_situation).where(people.c.org == org)
    held = select(situation.c.id, member_set.c.packed).where(
        situation.c.id.in_(first), member_set.c.id == situation.c.holdings
    )
    chosen = {key for key, packed in bulk.rows(connection, held) if not paid.isdisjoint(unpack_members(packed))}
    rows = select(people.c.person_id, people.c.first_situation).where(people.c.org == org)
    return frozenset(identity for identity, key in bulk.rows(connection, rows) if key in chosen)


class History:
    """The groups people were in, version by version, up to the moment of a view."""

    def __init__(self, connection: Connection, people: FromClause, org: int, moment: int) -> None:
        self._connection, self._people, self._org, self._moment = connection, people, org, moment
        self._groups: dict[int, frozenset[str]] = {}

    def joined_after(self, wanted: Mapping[str, int], when: int) -> frozenset[str]:
        """Present members of `wanted` (group -> moment of its first reading) first seen in it after both times."""
        first: dict[tuple[str, str], int] = {}
        for identity, since, groups in self._changed_after(when):
            for group in groups & wanted.keys():
                first[identity, group] = since
        for identity, since, _, groups in self._past_of_changed(when) if first else ():
            for group in groups & wanted.keys():
                if since < first.get((identity, group), since):
                    first[identity, group] = since
        return frozenset(
            identity for (identity, group), since in first.items() if since > when and since > wanted[group]
        )

    def moved_after(self, scope: Iterable[str], when: int) -> frozenset[str]:
        """People whose groups within `scope` were others at `when`."""
        watched = frozenset(scope)
        now = {identity: groups & watched for identity, _, groups in self._changed_after(when)}
        return frozenset(
            identity
            for identity, since, until, groups in (self._past_of_changed(when) if now else ())
            if since <= when < until and groups & watched != now[identity]
        )

    def moved_since_first_seen(self, people: Collection[str]) -> frozenset[str]:
        """Those of `people` whose groups ever changed, among the groups that were read just before and just after."""
        scopes = _scopes(self._connection, self._org, self._moment)
        moments = [moment for moment, _ in scopes]
        versions: dict[str, list[tuple[int, frozenset[str]]]] = {}
        for identity, since, groups in self._versions(people):
            versions.setdefault(identity, []).append((since, groups))
        moved = set()
        for identity, found in versions.items():
            for (_, old), (since, new) in pairwise(sorted(found, key=itemgetter(0))):
                if old == new:
                    continue
                at = bisect_right(moments, since) - 1  # the reading that saw the change; there is one before it
                watched = scopes[at][1] & scopes[at - 1][1]
                if old & watched != new & watched:
                    moved.add(identity)
        return frozenset(moved)

    def _versions(self, people: Collection[str]) -> Iterable[tuple[str, int, frozenset[str]]]:
        """Every version of the rows of `people` up to now."""
        wanted, closed = set(people), person_past.c.until <= self._moment
        for rows, more in ((self._people, true()), (person_past, closed)):
            chosen = select(rows.c.person_id, rows.c.since, situation.c.groups).where(
                rows.c.org == self._org,
                more,
                situation.c.id == rows.c.situation,
                bulk.among(self._connection, rows.c.person_id, wanted),
            )
            for identity, since, key in self._loaded(chosen):
                yield identity, since, self._set(key)

    def _changed_after(self, when: int) -> Iterable[tuple[str, int, frozenset[str]]]:
        people = self._people
        rows = select(people.c.person_id, people.c.since, situation.c.groups).where(
            people.c.org == self._org, people.c.since > when, situation.c.id == people.c.situation
        )
        return [(identity, since, self._set(key)) for identity, since, key in self._loaded(rows)]

    def _past_of_changed(self, when: int) -> Iterable[tuple[str, int, int, frozenset[str]]]:
        changed = select(self._people.c.person_id).where(self._people.c.org == self._org, self._people.c.since > when)
        rows = select(person_past.c.person_id, person_past.c.since, person_past.c.until, situation.c.groups).where(
            person_past.c.org == self._org,
            person_past.c.until <= self._moment,
            person_past.c.person_id.in_(changed),
            situation.c.id == person_past.c.situation,
        )
        return [(identity, since, until, self._set(key)) for identity, since, until, key in self._loaded(rows)]

    def _loaded(self, statement: Any) -> list[tuple[Any, ...]]:
        """Rows whose last column is the id of a set of groups; the sets are fetched along."""
        found = list(bulk.rows(self._connection, statement))
        new = {row[-1] for row in found} - self._groups.keys()
        packed = select(member_set).where(bulk.among(self._connection, member_set.c.id, new))
        for key, body in bulk.rows(self._connection, packed):
            self._groups[key] = frozenset(unpack_members(body))
        return found

    def _set(self, key: int) -> frozenset[str]:
        return self._groups[key] if key in self._groups else frozenset(unpack_members(None))
