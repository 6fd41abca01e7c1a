"""The journal: an intent before each call, Webex's answer when it comes, the outcome when it was read back.

Each step is one transaction, so that whoever dies leaves a record that another process can go on from (ARCHITECTURE,
Apply). A state is one of: `intent` (about to be sent, or sent: nobody knows), `answered` (Webex said something, nobody
looked), `owed` (something was taken and its replacement not given, and putting it back is due), `settled`.

Steps that lead to a call ask for the lease, by its fencing token; steps that record what became of one do not, for what
has happened has happened. A person has at most one open call in the whole organization.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from reconciler.errors import LockedError, StoreError
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.model.result import PersonResult
from reconciler.ports import OpenCall, PatchAnswer
from reconciler.store import ledger, repeats, setbacks
from reconciler.store.database import lock_org, next_moment
from reconciler.store.lease import LASTS
from reconciler.store.packing import decode, encode, time_of, to_ms
from reconciler.store.results import decode_result
from reconciler.store.runs import row_of
from reconciler.store.snapshots import readable
from reconciler.store.tables import journal, lease, org, run

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

    from reconciler.store.database import Database

OPEN = ("intent", "answered", "owed")
"""The states of a call that somebody has to finish."""


class StoredJournal:
    """Implements `ports.Journal` for one organization.

    `fence` is the token of the lease that calls depend on; without one it is that with which their run began.
    """

    def __init__(self, database: Database, org_id: str, fence: int | None = None) -> None:
        self._database, self._org_id, self._fence = database, org_id, fence

    def intend(self, run: str, change: Change, at: datetime) -> int:
        """Record that `change` is about to be sent; returns its sequence number.

        Raises LockedError when the lease belongs to somebody else by now, and StoreError when a call for this person
        is open already.
        """
        with self._database.write(self._org_id) as connection:
            row = row_of(connection, run)
            seq = select(func.coalesce(func.max(journal.c.seq), 0) + 1).where(journal.c.run == row.id)
            number = int(connection.execute(seq).scalar_one())
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
            # The types are named because PostgreSQL takes a bare value in a SELECT for text.
            source = select(*[literal(value, journal.c[name].type) for name, value in content.items()])
            source = source.where(self._ours(row))
            try:
                written = connection.execute(insert(journal).from_select(list(content), source)).rowcount
            except IntegrityError as error:
                raise StoreError(
                    f"A call for {change.email} is open already.",
                    hint="Each person gets one call at a time; `apply --resume` finishes what an earlier run left open.",
                ) from error
            self._demand(connection, row, written, at)
        return number

    def clear(self, run: str, seq: int, at: datetime) -> None:
        """The call is about to leave, now or within seconds: LockedError when the lease is somebody else's by now."""
        with self._database.write(self._org_id) as connection:
            row = row_of(connection, run)
            this = (journal.c.run == row.id) & (journal.c.seq == seq) & (journal.c.state == "intent")
            written = connection.execute(
                update(journal).where(this, self._ours(row)).values(cleared=to_ms(at))
            ).rowcount
            self._demand(connection, row, written, at)

    def answered(self, run: str, seq: int, answer: PatchAnswer, at: datetime) -> None:
        """Webex answered: the call is not on its way any more, and what it did can be read."""
        del at  # the outcome has a time
        with self._database.write(self._org_id) as connection:
            row = row_of(connection, run)
            this = (journal.c.run == row.id) & (journal.c.seq == seq) & (journal.c.state == "intent")
            values = {"state": "answered", "answer": encode(answer)}
            if not connection.execute(update(journal).where(this).values(values)).rowcount:
                raise _closed(run, seq)

    def settle(
        self,
        run: str,
        seq: int,
        result: PersonResult,
        at: datetime,
        reading: PersonReading | None,
        *,
        owed: bool = False,
    ) -> None:
        """Record how it ended and what was read back; moves the person and the origins of what was done along.

        `owed`: something was taken whose replacement was not given, so that the call stays open until it is put back.
        """
        with self._database.write(self._org_id) as connection:
            key, last = lock_org(connection, self._org_id)
            row = row_of(connection, run)
            this = (journal.c.run == row.id) & (journal.c.seq == seq)
            values = {"state": "owed" if owed else "settled", "outcome": encode(result), "settled": to_ms(at)}
            closed = update(journal).where(this, journal.c.state.in_(OPEN)).values(values)
            if not connection.execute(closed).rowcount:
                raise _closed(run, seq)
            moment = next_moment(connection, key, last, to_ms(at))
            ledger.settle_person(connection, key, moment, result, reading)
            repeats.count(connection, key, result, to_ms(at))
            setbacks.count(connection, key, result, to_ms(at))

    def _ours(self, row: Row[Any]) -> ColumnElement[bool]:
        """Whether the lease is held under the token that the call depends on; a run without a lease needs none."""
        token = self._token(row)
        return or_(literal(token is None), select(lease.c.fence).where(self._held(token)).exists())

    def _held(self, token: int | None) -> ColumnElement[bool]:
        return (lease.c.org_id == self._org_id) & (lease.c.fence == token) & lease.c.holder.is_not(None)

    def _token(self, row: Row[Any]) -> int | None:
        return row.fence if self._fence is None else self._fence

    def _demand(self, connection: Connection, row: Row[Any], written: int, at: datetime) -> None:
        """LockedError unless something was `written`; the lease of whoever writes lasts on."""
        if not written:
            raise LockedError(
                f"The lock on organization {self._org_id} was taken over by somebody else.",
                hint="Nothing more was sent. Plan again when the other run has ended.",
            )
        connection.execute(update(lease).where(self._held(self._token(row))).values(expires=to_ms(at + LASTS)))


def open_calls(database: Database, org_id: str) -> tuple[OpenCall, ...]:
    """Every call of an organization that nobody finished, in the order in which they were meant."""
    columns = (journal, run.c.started)
    mine = (org.c.org_id == org_id) & (run.c.org == org.c.id) & (journal.c.run == run.c.id)
    rows = select(*columns).where(mine, journal.c.org == org.c.id, journal.c.state.in_(OPEN))
    with database.read() as connection:
        return tuple(_call(row) for row in connection.execute(rows.order_by(journal.c.run, journal.c.seq)))


def _call(row: Row[Any]) -> OpenCall:
    return OpenCall(
        run="run-" + readable(row.started, row.run, "run"),
        seq=int(row.seq),
        state=row.state,
        change=decode("journal", row.intent, Change),
        intended_at=time_of("journal", row.intended),
        cleared_at=time_of("journal", row.intended if row.cleared is None else row.cleared),
        answer=None if row.answer is None else decode("journal", row.answer, PatchAnswer),
        outcome=None if row.outcome is None else decode_result(row.outcome),
    )


def _closed(run: str, seq: int) -> StoreError:
    return StoreError(
        f"The journal of {run} has no open entry {seq}: somebody else closed it.",
        hint="Another process took over and looked at Webex itself; its record stands.",
    )
