"""Runs: the whole plan before anything is sent, so that a resume needs no file, and what a completed one leaves behind."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from reconciler.errors import StoreError
from reconciler.model.live import Origin
from reconciler.model.memory import Registry
from reconciler.model.plan import Change, Plan
from reconciler.store import bulk, ledger
from reconciler.store.database import lock_org, next_moment
from reconciler.store.packing import broken, decode, encode, time_of, to_ms
from reconciler.store.results import decode_plan, decode_result
from reconciler.store.snapshots import key_of, readable
from reconciler.store.tables import acknowledged as acknowledgement_seen
from reconciler.store.tables import in_force, journal, org, registry, run, waiting
from reconciler.store.values import JournalEntry, Run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from reconciler.store.database import Database


def start(
    database: Database,
    org_id: str,
    plan: Plan,
    commit: str | None,
    at: datetime,
    acknowledged: Collection[str],
    *,
    fence: int | None,
    resumes: str | None,
) -> str:
    """Enter a run with its whole plan; returns its id. `fence` is that of the lease that its calls will depend on.

    The lifetime of an Acknowledgement begins with the first run that is started with its name among `acknowledged`.
    """
    body = base64.b85encode(zlib.compress(encode(plan).encode(), 6)).decode()
    with database.write(org_id) as connection:
        key, _ = lock_org(connection, org_id, plan.organization.name)
        values = {
            "org": key,
            "plan_digest": plan.digest,
            "plan": body,
            "commit_id": commit,
            "fence": fence,
            "state": "running",
            "started": to_ms(at),
            "resumes": None if resumes is None else row_of(connection, resumes).id,
        }
        number = connection.execute(insert(run).values(values).returning(run.c.id)).scalar_one()
        papers = [(key, name, number) for name in sorted(set(acknowledged))]
        bulk.insert(connection, acknowledgement_seen, ("org", "name", "run"), papers, missing=True)
    return "run-" + readable(to_ms(at), number, "run")


def finish(database: Database, identity: str, *, completed: bool, at: datetime) -> None:
    """Close a run, completed or stopped."""
    with database.write() as connection:
        key = row_of(connection, identity).id
        state = "completed" if completed else "stopped"
        connection.execute(update(run).where(run.c.id == key).values(state=state, finished=to_ms(at)))


def close_interrupted(database: Database, org_id: str, at: datetime, fence: int) -> None:
    """Close every run of an organization that was never finished and began under an older lease than that of `fence`.

    Their processes are dead, or stopped before their next call. A run under a newer lease is somebody's who took over.
    """
    with database.write(org_id) as connection:
        mine = run.c.org == select(org.c.id).where(org.c.org_id == org_id).scalar_subquery()
        older = or_(run.c.fence.is_(None), run.c.fence < fence)
        ended = {"state": "stopped", "finished": to_ms(at)}
        connection.execute(update(run).where(mine, older, run.c.finished.is_(None)).values(ended))


def interrupted(database: Database, org_id: str) -> Run | None:
    """The newest run of an organization, if it was never finished or was stopped before its end."""
    with database.read() as connection:
        row = connection.execute(_all().where(org.c.org_id == org_id).order_by(run.c.id.desc()).limit(1)).first()
        return None if row is None or row.state == "completed" else _run(row)


def listed(database: Database, org_id: str) -> tuple[Run, ...]:
    """All runs of an organization, newest first."""
    with database.read() as connection:
        rows = connection.execute(_all().where(org.c.org_id == org_id).order_by(run.c.id.desc()))
        return tuple(_run(row) for row in rows)


def plan_of(database: Database, identity: str) -> Plan:
    """The plan that a run carries out."""
    with database.read() as connection:
        key = row_of(connection, identity).id
        body = connection.execute(select(run.c.plan).where(run.c.id == key)).scalar_one()
    try:
        text = zlib.decompress(base64.b85decode(body))
    except (ValueError, TypeError, zlib.error) as error:
        raise broken("run") from error
    return decode_plan(text)


def entries(database: Database, identity: str) -> tuple[JournalEntry, ...]:
    """The journal of a run, in the order of its calls."""
    with database.read() as connection:
        rows = select(journal).where(journal.c.run == row_of(connection, identity).id).order_by(journal.c.seq)
        return tuple(
            JournalEntry(
                seq=row.seq,
                change=decode("journal", row.intent, Change),
                intended_at=time_of("journal", row.intended),
                outcome=None if row.outcome is None else decode_result(row.outcome),
                settled_at=None if row.settled is None else time_of("journal", row.settled),
                state=row.state,
            )
            for row in connection.execute(rows)
        )


def record_apply(
    database: Database,
    org_id: str,
    identity: str,
    *,
    registry_now: Registry,
    templates: Mapping[str, datetime],
    origins: Mapping[int, tuple[Origin, ...]],
    origins_of_people: Mapping[str, tuple[Origin, ...]],
    waiting_now: Collection[tuple[str, str]],
    at: datetime,
) -> None:
    """What a completed apply leaves for the next plan, in one transaction; see `Store.record_apply`."""
    with database.write(org_id) as connection:
        key, last = lock_org(connection, org_id)
        number = row_of(connection, identity).id
        moment = next_moment(connection, key, last, to_ms(at))
        values = {"org": key, "run": number, "at": to_ms(at), "moment": moment, "body": encode(registry_now)}
        connection.execute(insert(registry).values(values))
        _put_in_force(connection, key, templates)
        ledger.reorigin(connection, key, moment, origins, origins_of_people)
        _wait(connection, key, set(waiting_now), to_ms(at))


def _put_in_force(connection: Connection, key: int, templates: Mapping[str, datetime]) -> None:
    if not templates:
        return
    mine = in_force.c.org == key
    connection.execute(delete(in_force).where(mine & bulk.among(connection, in_force.c.template, set(templates))))
    rows = [{"org": key, "template": name, "since": to_ms(since)} for name, since in sorted(templates.items())]
    connection.execute(insert(in_force), rows)


def _wait(connection: Connection, key: int, now: set[tuple[str, str]], at: int) -> None:
    mine = select(waiting.c.person_id, waiting.c.product).where(waiting.c.org == key)
    before = {(row[0], row[1]) for row in connection.execute(mine)}
    ended = [{"p": person_id, "q": product} for person_id, product in sorted(before - now)]
    if ended:
        this = (waiting.c.person_id == bindparam("p")) & (waiting.c.product == bindparam("q"))
        connection.execute(delete(waiting).where(waiting.c.org == key, this), ended)
    rows = [{"org": key, "person_id": who, "product": product, "since": at} for who, product in sorted(now - before)]
    if rows:
        connection.execute(insert(waiting), rows)


def _all() -> Select[Any]:
    names = ("id", "plan_digest", "commit_id", "state", "started", "finished")
    columns = [run.c[name] for name in names]
    return select(*columns, run.c.fence, run.c.resumes, run.c.org, org.c.org_id).where(org.c.id == run.c.org)


def row_of(connection: Connection, identity: str) -> Row[Any]:
    """The run with this id; StoreError if there is none."""
    key = key_of(identity)
    row = None if key is None else connection.execute(_all().where(run.c.id == key)).first()
    if row is None or "run-" + readable(row.started, row.id, "run") != identity:
        raise StoreError(f"The store has no run {identity}.", hint="Runs are named as `apply` printed them.")
    return row


def _run(row: Row[Any]) -> Run:
    if row.state not in ("running", "completed", "stopped"):
        raise broken("run")
    return Run(
        id="run-" + readable(row.started, row.id, "run"),
        org_id=row.org_id,
        plan_digest=row.plan_digest,
        commit=row.commit_id,
        state=row.state,
        started_at=time_of("run", row.started),
        resumes=row.resumes,
        finished_at=None if row.finished is None else time_of("run", row.finished),
    )
