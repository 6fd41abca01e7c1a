"""What was asked of Webex and did not happen, per person and holding, so that the next plan knows it.

One row for each, as long as it lasts: an operation that succeeds clears it. Beside the reasons it keeps a mark of what the
person held and what was sold then, because a refusal is about these: once they are different it is worth asking again
(`book/retries.py` has the table of that).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import and_, delete, insert, or_, select, update

from reconciler.model.catalog import License
from reconciler.model.memory import Setback
from reconciler.model.plan import CallingProperties, LicenseOperation, Operation, SetbackState
from reconciler.model.result import OperationResult, PersonResult
from reconciler.store import bulk
from reconciler.store.ledger import holding
from reconciler.store.packing import decode, digest64, encode, time_of, to_ms
from reconciler.store.tables import person, pool_reading, setback, situation

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

FORGOTTEN_AFTER = timedelta(days=30)
"""What was not asked for so long counts no more: nobody wants it now, or it is as good as new."""

_ENDED = ("done", "alreadyDone", "skipped")
_FACTS = (
    person.c.phone, person.c.extension, person.c.location_id,
    situation.c.holdings, situation.c.attendees, situation.c.siteadmin, situation.c.state,
)  # fmt: skip


class _Body(msgspec.Struct, frozen=True):
    """What the plan must know of one setback beside its times. `mark`: what was so then, None where nobody knows."""

    operation: Operation
    state: SetbackState
    codes: tuple[int, ...] = ()
    detail: str = ""
    others: int = 0
    mark: int | None = None
    calling: CallingProperties | None = None


def count(connection: Connection, org: int, result: PersonResult, at: int) -> None:
    """Note every operation of `result` that did not happen, at `at` (ms), and clear those that did.

    Within the transaction that settles the call, after the person was moved to what was read back.
    """
    mine = (setback.c.org == org) & (setback.c.person_id == result.person_id)
    old = setback.c.last < at - FORGOTTEN_AFTER // timedelta(milliseconds=1)
    ended = [holding(item.operation) for item in result.operations if item.outcome in _ENDED]
    connection.execute(delete(setback).where(mine & or_(setback.c.holding.in_(ended), old)))
    missed = [item for item in result.operations if item.setback]
    if not missed:
        return
    facts = connection.execute(select(*_FACTS).where(_here(org) & (person.c.person_id == result.person_id))).first()
    alike = Counter(item.codes for item in missed)
    for item in missed:
        where = holding(item.operation)
        pool = connection.execute(
            select(pool_reading.c.body).where(_sold(org) & (pool_reading.c.key == where))
        ).scalar()
        mark = None if facts is None else _mark(tuple(facts), where, pool)
        _note(connection, {"org": org, "person_id": result.person_id, "holding": where}, at, _body(item, alike, mark))


def _body(item: OperationResult, alike: Counter[tuple[int, ...]], mark: int | None) -> _Body:
    operation, state = item.operation, item.setback
    if not state:
        raise ValueError("only what did not happen is noted")
    calling = operation.calling if isinstance(operation, LicenseOperation) else None
    return _Body(operation.operation, state, item.codes, item.detail, alike[item.codes] - 1, mark, calling)


def _note(connection: Connection, key: dict[str, Any], at: int, body: _Body) -> None:
    """One time more, or the first time where the operation, the person or what is sold is another than before."""
    this = and_(*(setback.c[name] == value for name, value in key.items()))
    row = connection.execute(select(setback).where(this)).first()
    if row is None:
        connection.execute(insert(setback).values(**key, body=encode(body), times=1, since=at, last=at))
        return
    before = decode("setback", row.body, _Body)
    again = (before.operation, before.mark, before.calling) == (body.operation, body.mark, body.calling)
    times, since = (row.times + 1, row.since) if again else (1, at)
    connection.execute(update(setback).where(this).values(body=encode(body), times=times, since=since, last=at))


def setbacks(connection: Connection, org: int, now: datetime) -> tuple[Setback, ...]:
    """Every setback of the last 30 days of people who are still there, by person and holding."""
    columns = select(setback.c.person_id, setback.c.holding, setback.c.body, setback.c.times, setback.c.since)
    found = columns.add_columns(setback.c.last, pool_reading.c.body, *_FACTS).where(
        _here(org) & (setback.c.org == org) & (setback.c.person_id == person.c.person_id),
        setback.c.last > to_ms(now - FORGOTTEN_AFTER),
    )
    pools = pool_reading.c.key == setback.c.holding
    found = found.select_from(setback.outerjoin(pool_reading, _sold(org) & pools), person, situation)
    ordered = found.order_by(setback.c.person_id, setback.c.holding)
    return tuple(_read(row) for row in bulk.rows(connection, ordered))


def _read(row: tuple[Any, ...]) -> Setback:
    person_id, where, text, times, since, last, pool, *facts = row
    body = decode("setback", text, _Body)
    return Setback(
        person_id, where, body.operation, _state(body, pool), times, time_of("setback", since), time_of("setback", last),
        body.codes, body.detail, body.mark == _mark(tuple(facts), where, pool), body.others, body.calling,
    )  # fmt: skip


def _state(body: _Body, pool: str | None) -> SetbackState:
    """Webex has no code for "no unit left": it leaves the license out. So it is called only where the counter says so too."""
    if body.state != "silentlyIgnored" or body.operation != "add" or pool is None:
        return body.state
    available = decode("pool_reading", pool, License).available
    return "outOfUnits" if available is not None and available <= 0 else body.state


def _here(org: int) -> ColumnElement[bool]:
    return and_(person.c.org == org, situation.c.id == person.c.situation)


def _sold(org: int) -> ColumnElement[bool]:
    return and_(pool_reading.c.org == org, pool_reading.c.until.is_(None))


def _mark(facts: tuple[Any, ...], where: str, pool: str | None) -> int:
    """What a refusal may have been about, as one number: the person, and what is sold. Units in use change all day."""
    sold = None if pool is None else decode("pool_reading", pool, License)
    about = (sold.name, sold.total, sold.subscription, sold.site, sold.site_type) if sold is not None else ()
    return digest64(msgspec.msgpack.encode((facts, where, about)))
