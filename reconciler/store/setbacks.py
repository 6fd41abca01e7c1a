"""What was asked of Webex and did not happen, per person and holding, so that the next plan knows it.

One row for each, as long as it lasts: an operation that succeeds clears it. Beside the reasons it keeps a mark of what the
person held and what was sold then, because a refusal is about these: once they are different it is worth asking again
(`book/retries.py` has the table of that).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update

from reconciler.model.catalog import License
from reconciler.model.memory import Setback
from reconciler.model.plan import CallingProperties, LicenseOperation, Operation, SetbackState
from reconciler.model.result import OperationResult, PersonResult
from reconciler.store import bulk
from reconciler.store.ledger import holding
from reconciler.store.packing import decode, digest64, encode, time_of, to_ms
from reconciler.store.tables import person, pool_reading, setback, situation

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, Connection

FORGOTTEN_AFTER = timedelta(days=30)
"""What was not asked for so long counts no more: nobody wants it now, or it is as good as new."""

_ENDED = ("done", "alreadyDone", "skipped")
_FACTS = (
    person.c.phone, person.c.extension, person.c.location_id,
    situation.c.holdings, situation.c.attendees, situation.c.siteadmin, situation.c.state,
)  # fmt: skip


def _here(org: int | BindParameter[Any]) -> ColumnElement[bool]:
    return and_(person.c.org == org, situation.c.id == person.c.situation)


def _sold(org: int | BindParameter[Any]) -> ColumnElement[bool]:
    return and_(pool_reading.c.org == org, pool_reading.c.until.is_(None))


# Made once: each call runs the first of them.
_MINE = and_(setback.c.org == bindparam("its_org"), setback.c.person_id == bindparam("whose"))
_THIS = _MINE & (setback.c.holding == bindparam("where"))
_OF_PERSON = select(setback.c.holding, setback.c.last, setback.c.body, setback.c.times, setback.c.since).where(_MINE)
_FORGET = delete(setback).where(_THIS)
_WRITTEN: dict[str, BindParameter[Any]] = {
    "body": bindparam("new_body"),
    "times": bindparam("so_often"),
    "since": bindparam("begun"),
    "last": bindparam("at"),
}
_NOTE = update(setback).where(_THIS).values(_WRITTEN)
_KEY: dict[str, BindParameter[Any]] = {
    "org": bindparam("its_org"),
    "person_id": bindparam("whose"),
    "holding": bindparam("where"),
}
_NOTE_FIRST = insert(setback).values(_KEY | _WRITTEN)
_FACTS_OF_PERSON = select(*_FACTS).where(_here(bindparam("its_org")), person.c.person_id == bindparam("whose"))
_POOL = select(pool_reading.c.body).where(_sold(bindparam("its_org")), pool_reading.c.key == bindparam("where"))


class _Body(msgspec.Struct, frozen=True):
    """What the plan must know of one setback beside its times. `mark`: what was so then, None where nobody knows."""

    operation: Operation
    state: SetbackState
    codes: tuple[int, ...] = ()
    detail: str = ""
    others: int = 0
    mark: int | None = None
    calling: CallingProperties | None = None


class _Row(NamedTuple):
    """What is known of one setback: `_Body` as JSON, how often, and since when (ms)."""

    body: str
    times: int
    since: int


def count(connection: Connection, org: int, result: PersonResult, at: int) -> None:
    """Note every operation of `result` that did not happen, at `at` (ms), and clear those that did.

    Within the transaction that settles the call, after the person was moved to what was read back.
    """
    mine = {"its_org": org, "whose": result.person_id}
    ended = {holding(item.operation) for item in result.operations if item.outcome in _ENDED}
    old = at - FORGOTTEN_AFTER // timedelta(milliseconds=1)
    known = dict[str, _Row]()
    for where, last, body, times, since in connection.execute(_OF_PERSON, mine).all():
        if where in ended or last < old:
            connection.execute(_FORGET, mine | {"where": where})
        else:
            known[where] = _Row(body, times, since)
    missed = [item for item in result.operations if item.setback]
    if not missed:
        return
    facts = connection.execute(_FACTS_OF_PERSON, mine).first()
    alike = Counter(item.codes for item in missed)
    for item in missed:
        where = holding(item.operation)
        pool = connection.execute(_POOL, {"its_org": org, "where": where}).scalar()
        mark = None if facts is None else _mark(tuple(facts), where, pool)
        known[where] = row = _row(known.get(where), at, _body(item, alike, mark))
        values = {**mine, "where": where, "new_body": row.body, "so_often": row.times, "begun": row.since, "at": at}
        if not connection.execute(_NOTE, values).rowcount:
            connection.execute(_NOTE_FIRST, values)


def _body(item: OperationResult, alike: Counter[tuple[int, ...]], mark: int | None) -> _Body:
    operation, state = item.operation, item.setback
    if not state:
        raise ValueError("only what did not happen is noted")
    calling = operation.calling if isinstance(operation, LicenseOperation) else None
    return _Body(operation.operation, state, item.codes, item.detail, alike[item.codes] - 1, mark, calling)


def _row(before: _Row | None, at: int, body: _Body) -> _Row:
    """One time more, or the first time where the operation, the person or what is sold is another than before."""
    if before is not None:
        old = decode("setback", before.body, _Body)
        if (old.operation, old.mark, old.calling) == (body.operation, body.mark, body.calling):
            return _Row(encode(body), before.times + 1, before.since)
    return _Row(encode(body), 1, at)


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


def _mark(facts: tuple[Any, ...], where: str, pool: str | None) -> int:
    """What a refusal may have been about, as one number: the person, and what is sold. Units in use change all day."""
    sold = None if pool is None else decode("pool_reading", pool, License)
    about = (sold.name, sold.total, sold.subscription, sold.site, sold.site_type) if sold is not None else ()
    return digest64(msgspec.msgpack.encode((facts, where, about)))
