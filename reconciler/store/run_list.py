"""The runs of an organization with what became of them: planned, done, not done, interrupted, resumed. Read only."""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select, true

from reconciler.model.changelog import RunLine, RunState
from reconciler.model.result import Outcome
from reconciler.store import bulk
from reconciler.store.packing import broken, decode, time_of, to_ms
from reconciler.store.snapshots import readable
from reconciler.store.tables import journal, lease, org, run

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DONE: frozenset[Outcome] = frozenset({"done", "alreadyDone"})


class _Summary(msgspec.Struct, rename="camel"):
    additions: int = 0
    removals: int = 0
    attendee_additions: int = 0
    attendee_removals: int = 0


class _Plan(msgspec.Struct):
    """As much of a plan as a list of runs shows; decoding skips the rest."""

    summary: _Summary
    undoes: str | None = None


class _Ended(msgspec.Struct):
    outcome: Outcome


class _Outcome(msgspec.Struct):
    operations: tuple[_Ended, ...]


class _Intent(msgspec.Struct, rename="camel"):
    licenses: tuple[msgspec.Raw, ...] = ()
    attendee_sites: tuple[msgspec.Raw, ...] = ()


def runs(
    connection: Connection, org_id: str, now: datetime, limit: int, only: int | None = None
) -> tuple[tuple[RunLine, ...], bool]:
    """The newest `limit` runs, or the one with the number `only`, newest first, and whether there are more."""
    this = run.c.id == only if only is not None else true()
    rows = (
        select(run)
        .where(org.c.org_id == org_id, run.c.org == org.c.id, this)
        .order_by(run.c.id.desc())
        .limit(limit + 1)
    )
    found = connection.execute(rows).mappings().all()
    shown = found[:limit]
    alive = _alive(connection, org_id, now)
    names = _names(connection, {row["resumes"] for row in shown if row["resumes"] is not None})
    return tuple(_line(connection, row, alive, names) for row in shown), len(found) > limit


def _alive(connection: Connection, org_id: str, now: datetime) -> int | None:
    """The fencing token of the lease that is held now, or None."""
    held = select(lease.c.fence).where(
        lease.c.org_id == org_id, lease.c.holder.is_not(None), lease.c.expires > to_ms(now)
    )
    return connection.execute(held).scalar()


def _names(connection: Connection, keys: set[int]) -> dict[int, str]:
    rows = connection.execute(select(run.c.id, run.c.started).where(run.c.id.in_(sorted(keys))))
    return {key: "run-" + readable(started, key, "run") for key, started in rows}


def _line(connection: Connection, row: Any, alive: int | None, names: dict[int, str]) -> RunLine:
    plan = _plan(row["plan"])
    summary = plan.summary
    done, not_done, unclosed = _became(connection, row["id"])
    return RunLine(
        run="run-" + readable(row["started"], row["id"], "run"),
        state=_state(row["state"], row["fence"], alive),
        started_at=time_of("run", row["started"]),
        finished_at=None if row["finished"] is None else time_of("run", row["finished"]),
        commit=row["commit_id"],
        planned=summary.additions + summary.removals + summary.attendee_additions + summary.attendee_removals,
        done=done,
        not_done=dict(sorted(not_done.items())),
        open=unclosed,
        resumes=names.get(row["resumes"]),
        undoes=plan.undoes,
    )


def _state(state: object, fence: int | None, alive: int | None) -> RunState:
    if state in ("completed", "stopped"):
        return "completed" if state == "completed" else "stopped"
    if state != "running":
        raise broken("run")
    return "running" if fence is not None and fence == alive else "interrupted"


def _plan(body: object) -> _Plan:
    try:
        return decode("run", zlib.decompress(base64.b85decode(str(body))), _Plan)
    except (ValueError, zlib.error) as error:
        raise broken("run") from error


def _became(connection: Connection, number: int) -> tuple[int, Counter[str], int]:
    """Operations of a run's calls: done, by outcome where they were not, and of calls that nobody closed."""
    unclosed = 0
    ends: Counter[str] = Counter()
    rows = select(journal.c.state, journal.c.intent, journal.c.outcome).where(journal.c.run == number)
    for state, intent, outcome in bulk.rows(connection, rows):
        if outcome is not None:
            ends.update(item.outcome for item in decode("journal", outcome, _Outcome).operations)
            continue
        meant = decode("journal", intent, _Intent)
        size = len(meant.licenses) + len(meant.attendee_sites)
        if state == "settled":
            ends["unknown"] += size
        else:
            unclosed += size
    done = sum(ends.pop(outcome, 0) for outcome in _DONE)
    return done, ends, unclosed
