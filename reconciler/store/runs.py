"""Runs and their journal: the plan before anything is sent, an intent before each call, its outcome after it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from reconciler.errors import LockedError, StoreError
from reconciler.model.live import Origin, PersonReading
from reconciler.model.memory import Registry
from reconciler.model.plan import Change, Plan
from reconciler.model.result import PersonResult
from reconciler.store import bulk, ledger, repeats
from reconciler.store.database import lock_org, next_moment
from reconciler.store.lease import LASTS
from reconciler.store.packing import broken, decode, encode, time_of, to_ms
from reconciler.store.results import decode_plan, decode_result
from reconciler.store.snapshots import key_of, readable
from reconciler.store.tables import acknowledged as acknowledgement_seen
from reconciler.store.tables import in_force, journal, lease, org, registry, run, waiting
from reconciler.store.values import JournalEntry, Run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from reconciler.store.database import Database


def start(
    database: Database, org_id: str, plan: Plan, commit: str | None, at: datetime, acknowledged: Collection[str]
) -> str:
    """Enter a run with its whole plan; returns its id. A lease held now is what its calls will depend on.

    The lifetime of an Acknowledgement begins with the first run that is started with its name among `acknowledged`.
    """
    body = base64.b85encode(zlib.compress(encode(plan).encode(), 6)).decode()
    with database.write() as connection:
        key, _ = lock_org(connection, org_id, plan.organization.name)
        held = select(lease.c.fence).where(lease.c.org_id == org_id, lease.c.holder.is_not(None))
        values = {
            "org": key,
            "plan_digest": plan.digest,
            "plan": body,
            "commit_id": commit,
            "fence": connection.execute(held).scalar(),
            "state": "running",
            "started": to_ms(at),
        }
        number = connection.execute(insert(run).values(values).returning(run.c.id)).scalar_one()
        papers = [(key, name, number) for name in sorted(set(acknowledged))]
        bulk.insert(connection, acknowledgement_seen, ("org", "name", "run"), papers, missing=True)
    return "run-" + readable(to_ms(at), number, "run")


def finish(database: Database, identity: str, *, completed: bool, at: datetime) -> None:
    """Close a run, completed or stopped."""
    with database.write() as connection:
        key = _row(connection, identity).id
        state = "completed" if completed else "stopped"
        connection.execute(update(run).where(run.c.id == key).values(state=state, finished=to_ms(at)))


def interrupted(database: Database, org_id: str) -> Run | None:
    """The newest run of an organization that was never finished."""
    with database.read() as connection:
        open_runs = _all().where(org.c.org_id == org_id, run.c.finished.is_(None)).order_by(run.c.id.desc()).limit(1)
        row = connection.execute(open_runs).first()
        return None if row is None else _run(row)


def listed(database: Database, org_id: str) -> tuple[Run, ...]:
    """All runs of an organization, newest first."""
    with database.read() as connection:
        rows = connection.execute(_all().where(org.c.org_id == org_id).order_by(run.c.id.desc()))
        return tuple(_run(row) for row in rows)


def plan_of(database: Database, identity: str) -> Plan:
    """The plan that a run carries out."""
    with database.read() as connection:
        key = _row(connection, identity).id
        body = connection.execute(select(run.c.plan).where(run.c.id == key)).scalar_one()
    try:
        text = zlib.decompress(base64.b85decode(body))
    except (ValueError, TypeError, zlib.error) as error:
        raise broken("run") from error
    return decode_plan(text)


def entries(database: Database, identity: str) -> tuple[JournalEntry, ...]:
    """The journal of a run, in the order of its calls."""
    with database.read() as connection:
        rows = select(journal).where(journal.c.run == _row(connection, identity).id).order_by(journal.c.seq)
        return tuple(
            JournalEntry(
                seq=row.seq,
                change=decode("journal", row.intent, Change),
                intended_at=time_of("journal", row.intended),
                outcome=None if row.outcome is None else decode_result(row.outcome),
                settled_at=None if row.settled is None else time_of("journal", row.settled),
            )
            for row in connection.execute(rows)
        )


class StoredJournal:
    """Implements `ports.Journal` for one organization."""

    def __init__(self, database: Database, org_id: str) -> None:
        self._database, self._org_id = database, org_id

    def intend(self, run: str, change: Change, at: datetime) -> int:
        """Record that `change` is about to be sent; returns its sequence number.

        Raises LockedError when the lease that the run began with belongs to somebody else by now, and StoreError when
        a call for this person is open already.
        """
        with self._database.write() as connection:
            row = _row(connection, run)
            seq = select(func.coalesce(func.max(journal.c.seq), 0) + 1).where(journal.c.run == row.id)
            number = int(connection.execute(seq).scalar_one())
            fence = (lease.c.org_id == self._org_id) & (lease.c.fence == row.fence) & lease.c.holder.is_not(None)
            content = {
                "run": row.id,
                "seq": number,
                "org": row.org,
                "person_id": change.person_id,
                "state": "intent",
                "intent": encode(change),
                "intended": to_ms(at),
                "irreversible": sum(operation.irreversible for operation in change.licenses),
            }
            source = select(*[literal(value) for value in content.values()])
            source = source.where(or_(literal(row.fence).is_(None), select(lease.c.fence).where(fence).exists()))
            try:
                written = connection.execute(insert(journal).from_select(list(content), source)).rowcount
            except IntegrityError as error:
                raise StoreError(
                    f"A call for {change.email} is open already in {run}.", hint="Each person gets one call at a time."
                ) from error
            if not written:
                raise LockedError(
                    f"The lock on organization {self._org_id} was taken over by somebody else.",
                    hint="Nothing more was sent. Plan again when the other run has ended.",
                )
            connection.execute(update(lease).where(fence).values(expires=to_ms(at + LASTS)))
        return number

    def settle(self, run: str, seq: int, result: PersonResult, at: datetime, reading: PersonReading | None) -> None:
        """Record how it ended and what was read back; moves the person and the origins of what was done along."""
        with self._database.write() as connection:
            key, last = lock_org(connection, self._org_id)
            row = _row(connection, run)
            this = (journal.c.run == row.id) & (journal.c.seq == seq)
            outcome = {"state": "settled", "outcome": encode(result), "settled": to_ms(at)}
            if not connection.execute(update(journal).where(this).values(outcome)).rowcount:
                raise StoreError(f"The journal of {run} has no entry {seq}.", hint="Record the intent first.")
            moment = next_moment(connection, key, last, to_ms(at))
            ledger.settle_person(connection, key, moment, result, reading)
            repeats.count(connection, key, result, to_ms(at))


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
    with database.write() as connection:
        key, last = lock_org(connection, org_id)
        number = _row(connection, identity).id
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
    return select(*columns, run.c.fence, run.c.org, org.c.org_id).where(org.c.id == run.c.org)


def _row(connection: Connection, identity: str) -> Row[Any]:
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
        finished_at=None if row.finished is None else time_of("run", row.finished),
    )
