"""The store as it was at a moment: the newest reading up to then, and what was remembered of the applies up to then.

Rows of people, pools, groups and the registry of templates are history and exact. Dates of templates coming into force never
change once they are set. What is kept only for the present is taken as far as it was so then already; who waited then and
waits no more is taken from the plan of the last completed apply before that moment.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from reconciler.errors import StoreError
from reconciler.model.catalog import Product
from reconciler.model.history import AppliedFiles
from reconciler.model.memory import KnownGroup, Memory, Registry
from reconciler.store import history, runs
from reconciler.store.database import find_org
from reconciler.store.groups import GroupRow
from reconciler.store.memory import memory
from reconciler.store.packing import decode, to_ms
from reconciler.store.snapshots import key_of, listed, readable
from reconciler.store.tables import grp, registry, run, sync
from reconciler.store.view import View

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reconciler.store.database import Database


def live_at(database: Database, org_id: str, when: datetime) -> View:
    """The newest snapshot taken up to `when`, with what was applied between the two.

    StoreError when there is none so old; it names the oldest there is.
    """
    with database.read() as connection:
        found = find_org(connection, org_id)
        all_of_them = listed(connection, org_id)
        snapshot = next((item for item in all_of_them if item.taken_at <= when), None)
        if found is None or snapshot is None:
            oldest = f"{all_of_them[-1].taken_at:%Y-%m-%d %H:%M} UTC" if all_of_them else ""
            raise StoreError(
                f"The store has no reading of {when:%Y-%m-%d %H:%M} UTC or before.",
                hint=f"Its oldest is of {oldest}." if oldest else "Run `webex-licenses sync` first.",
            )
        org, last = found
        moment = connection.execute(select(sync.c.moment).where(sync.c.id == key_of(snapshot.id))).scalar_one()
        return View(database, org, min(max(int(moment), to_ms(when)), last), snapshot)


def memory_at(database: Database, org_id: str, when: datetime) -> Memory:
    """What was remembered at `when`, as far as the store keeps it."""
    now = memory(database, org_id, when)
    with database.read() as connection:
        found = find_org(connection, org_id)
        if found is None:
            return now
        org = found[0]
        then = _registry(connection, org, when)
        last_run = connection.execute(
            select(func.max(run.c.id)).where(run.c.org == org, run.c.started <= to_ms(when))
        ).scalar()
        memory_then = Memory(
            registry=then,
            in_force={name: since for name, since in now.in_force.items() if since <= when} if then else {},
            known_groups=_known_groups(connection, org, when),
            removals=tuple(item for item in now.removals if item.at <= when),
            additions=tuple(item for item in now.additions if item.at <= when),
            losses=tuple(item for item in now.losses if item.run <= (last_run or 0)),
            acknowledged={name: first for name, first in now.acknowledged.items() if first <= (last_run or 0)},
            repeats=tuple(item for item in now.repeats if item.times[-1] <= when),
            people_before=_people_before(connection, org, then, when),
        )
    return msgspec.structs.replace(memory_then, waiting=_waiting(database, org_id, now, when))


def applied_files(database: Database, org_id: str, when: datetime) -> AppliedFiles | None:
    """The files of the last completed apply up to `when`, or None."""
    with database.read() as connection:
        found = find_org(connection, org_id)
        return None if found is None else history.applied_files(connection, found[0], when)


def _registry(connection: Connection, org: int, when: datetime) -> Registry | None:
    rows = select(registry.c.body).where(registry.c.org == org, registry.c.at <= to_ms(when))
    body = connection.execute(rows.order_by(registry.c.id.desc()).limit(1)).scalar()
    return None if body is None else decode("registry", body, Registry)


def _known_groups(connection: Connection, org: int, when: datetime) -> tuple[KnownGroup, ...]:
    newest = select(func.max(grp.c.id)).where(grp.c.org == org, grp.c.since <= to_ms(when)).group_by(grp.c.key)
    rows = connection.execute(select(grp.c.key, grp.c.body).where(grp.c.id.in_(newest)))
    groups = [decode("grp", body, GroupRow).known(key) for key, body in rows]
    return tuple(sorted(groups, key=lambda group: (group.name, group.id)))


def _people_before(connection: Connection, org: int, last: Registry | None, when: datetime) -> int | None:
    """As in `store.memory`, with the snapshots up to `when`."""
    then = (sync.c.org == org) & (sync.c.taken_at <= to_ms(when))
    newest = select(func.max(sync.c.id)).where(then).scalar_subquery()
    earlier = select(func.max(sync.c.people)).where(then, sync.c.id != newest)
    if last is None or last.people is None:
        people = connection.execute(earlier).scalar()
        return None if people is None else int(people)
    since = connection.execute(earlier.where(sync.c.moment > to_ms(last.applied_at))).scalar()
    return max(last.people, int(since or 0))


def _waiting(database: Database, org_id: str, now: Memory, when: datetime) -> dict[tuple[str, str], datetime]:
    """Who waits since before `when`, and who waited after the last completed apply up to then."""
    waiting = {name: since for name, since in now.waiting.items() if since <= when}
    last = _last_completed(database, org_id, when)
    if last is not None:
        for item in runs.plan_of(database, last).waiting:
            name = (item.person_id, str(Product(item.license, item.site or "")))
            waiting.setdefault(name, item.since)
    return waiting


def _last_completed(database: Database, org_id: str, when: datetime) -> str | None:
    with database.read() as connection:
        found = find_org(connection, org_id)
        done = (
            (run.c.org == (found[0] if found else 0)) & (run.c.state == "completed") & (run.c.finished <= to_ms(when))
        )
        row = connection.execute(select(run.c.id, run.c.started).where(done).order_by(run.c.id.desc()).limit(1)).first()
        return None if row is None else "run-" + readable(row.started, row.id, "run")
