"""What the store remembers of earlier applies and snapshots, as the `Memory` that the rules read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from reconciler.model.memory import KnownGroup, Memory, Registry, Removal
from reconciler.store import versions
from reconciler.store.database import find_org
from reconciler.store.groups import GroupRow
from reconciler.store.ledger import holding
from reconciler.store.packing import decode, time_of, to_ms
from reconciler.store.repeats import repeats
from reconciler.store.results import decode_result
from reconciler.store.tables import grp, in_force, journal, registry, sync, waiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database

WINDOW = timedelta(hours=24)
"""Removals of this long count together (RULES 7.1)."""


def memory(database: Database, org_id: str, now: datetime) -> Memory:
    """The memory of an organization; empty for one that this store does not know."""
    with database.read() as connection:
        found = find_org(connection, org_id)
        if found is None:
            return Memory()
        org = found[0]
        return Memory(
            registry=_registry(connection, org),
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
            removals=_removals(connection, org, to_ms(now - WINDOW)),
            repeats=repeats(connection, org),
            people_before=_people_before(connection, org),
        )


def _registry(connection: Connection, org: int) -> Registry | None:
    rows = select(registry.c.body).where(registry.c.org == org).order_by(registry.c.id.desc()).limit(1)
    body = connection.execute(rows).scalar()
    return None if body is None else decode("registry", body, Registry)


def _known_groups(connection: Connection, org: int) -> tuple[KnownGroup, ...]:
    rows = {key: decode("grp", body, GroupRow) for key, body in versions.latest(connection, grp, org).items()}
    groups = [KnownGroup(key, row.name, row.had_members) for key, row in rows.items()]
    return tuple(sorted(groups, key=lambda group: (group.name, group.id)))


def _removals(connection: Connection, org: int, since: int) -> tuple[Removal, ...]:
    rows = (
        select(journal.c.outcome, journal.c.settled)
        .where(journal.c.org == org, journal.c.settled > since, journal.c.removals > 0)
        .order_by(journal.c.settled, journal.c.run, journal.c.seq)
    )
    found = []
    for row in connection.execute(rows):
        result, at = decode_result(row.outcome), time_of("journal", row.settled)
        for item in result.operations:
            if item.outcome == "done" and item.operation.operation == "remove":
                found.append(Removal(result.person_id, holding(item.operation), at))
    return tuple(found)


def _people_before(connection: Connection, org: int) -> int | None:
    rows = select(sync.c.people).where(sync.c.org == org).order_by(sync.c.id.desc()).offset(1).limit(1)
    people = connection.execute(rows).scalar()
    return None if people is None else int(people)
