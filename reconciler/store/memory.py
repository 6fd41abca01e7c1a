"""What the store remembers of earlier applies and snapshots, as the `Memory` that the rules read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from reconciler.model.memory import KnownGroup, Memory, Registry
from reconciler.store import sent, versions
from reconciler.store.database import find_org
from reconciler.store.groups import GroupRow
from reconciler.store.packing import decode, time_of, to_ms
from reconciler.store.refused_sites import refused_sites
from reconciler.store.repeats import repeats
from reconciler.store.setbacks import setbacks
from reconciler.store.tables import acknowledged, grp, in_force, registry, sync, waiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database

WINDOW = timedelta(hours=24)
"""What is sent within this long counts together (RULES 7.1)."""


def memory(database: Database, org_id: str, now: datetime) -> Memory:
    """The memory of an organization; empty for one that this store does not know."""
    with database.read() as connection:
        found = find_org(connection, org_id)
        if found is None:
            return Memory()
        org = found[0]
        last = _registry(connection, org)
        removals, additions = sent.of_a_day(connection, org, to_ms(now - WINDOW))
        papers = select(acknowledged.c.name, acknowledged.c.run).where(acknowledged.c.org == org)
        return Memory(
            registry=last,
            in_force={
                row.template: time_of("in_force", row.since)
                for row in connection.execute(
                    select(in_force).where(in_force.c.org == org).order_by(in_force.c.template)
                )
            },
            waiting={
                (row.person_id, row.product): time_of("waiting", row.since)
                for row in connection.execute(
                    select(waiting).where(waiting.c.org == org).order_by(waiting.c.person_id, waiting.c.product)
                )
            },
            known_groups=_known_groups(connection, org),
            removals=removals,
            additions=additions,
            losses=sent.losses(connection, org),
            acknowledged={row.name: row.run for row in connection.execute(papers.order_by(acknowledged.c.name))},
            repeats=repeats(connection, org),
            people_before=_people_before(connection, org, last),
            attendee_refused=refused_sites(connection, org, now),
            setbacks=setbacks(connection, org, now),
        )


def _registry(connection: Connection, org: int) -> Registry | None:
    rows = select(registry.c.body).where(registry.c.org == org).order_by(registry.c.id.desc()).limit(1)
    body = connection.execute(rows).scalar()
    return None if body is None else decode("registry", body, Registry)


def _known_groups(connection: Connection, org: int) -> tuple[KnownGroup, ...]:
    rows = {key: decode("grp", body, GroupRow) for key, body in versions.latest(connection, grp, org).items()}
    groups = [row.known(key) for key, row in rows.items()]
    return tuple(sorted(groups, key=lambda group: (group.name, group.id)))


def _people_before(connection: Connection, org: int, last: Registry | None) -> int | None:
    """The most people of the last completed apply and of the snapshots since; see `Memory.people_before`."""
    newest = select(func.max(sync.c.id)).where(sync.c.org == org).scalar_subquery()
    earlier = select(func.max(sync.c.people)).where(sync.c.org == org, sync.c.id != newest)
    if last is None or last.people is None:
        people = connection.execute(earlier).scalar()
        return None if people is None else int(people)
    # Moments rise strictly, so a clock that went back hides no snapshot.
    since = connection.execute(earlier.where(sync.c.moment > to_ms(last.applied_at))).scalar()
    return max(last.people, int(since or 0))
