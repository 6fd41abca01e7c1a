"""The journal: an intent before each call, Webex's answer when it comes, the outcome when it was read back.

Each step is one transaction, so that whoever dies leaves a record that another process can go on from (ARCHITECTURE,
Apply). A state is one of: `intent` (about to be sent, or sent: nobody knows), `answered` (Webex said something, nobody
looked), `owed` (something was taken and its replacement not given, and putting it back is due), `settled`.

Steps that lead to a call ask for the lease, by its fencing token; steps that record what became of one do not, for what
has happened has happened. A person has at most one open call in the whole organization.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from reconciler.errors import LockedError, StoreError
from reconciler.model.live import PersonReading
from reconciler.model.plan import Change
from reconciler.model.result import PersonResult
from reconciler.ports import OpenCall, PatchAnswer, Settlement
from reconciler.store import ledger, repeats, setbacks
from reconciler.store.lease import LASTS
from reconciler.store.packing import decode, encode, time_of, to_ms
from reconciler.store.results import decode_result
from reconciler.store.runs import row_of
from reconciler.store.snapshots import readable
from reconciler.store.tables import journal, lease, org, run

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from reconciler.store.database import Database

OPEN = ("intent", "answered", "owed")
"""The states of a call that somebody has to finish."""


REFRESHED_FOR = timedelta(seconds=20)
"""A lease that was made to last so recently need not be written again with the next intent; it lasts for minutes."""

# Statements are made once: making one takes SQLAlchemy several times as long as running it, and a call runs a dozen.
_HELD = (
    (lease.c.org_id == bindparam("its_org"))
    & (lease.c.fence == bindparam("token", type_=lease.c.fence.type))
    & lease.c.holder.is_not(None)
)
# Whether the lease is held under the token that the call depends on; a run without a lease needs none.
_OURS = or_(bindparam("token", type_=lease.c.fence.type).is_(None), select(lease.c.fence).where(_HELD).exists())
_ENTRY = (journal.c.run == bindparam("its_run")) & (journal.c.seq == bindparam("its_seq"))

_NEXT = select(func.coalesce(func.max(journal.c.seq), 0) + 1).where(journal.c.run == bindparam("new_run"))
_GIVEN = ("run", "org", "person_id", "state", "intent", "intended", "irreversible")
_INTEND = (
    insert(journal)
    .from_select(
        ["seq", *_GIVEN],
        # The types are named because PostgreSQL takes a bare value in a SELECT for text.
        select(
            _NEXT.scalar_subquery(), *[bindparam(f"new_{name}", type_=journal.c[name].type) for name in _GIVEN]
        ).where(_OURS),
    )
    .returning(journal.c.seq)
)
_CLEAR = update(journal).where(_ENTRY, journal.c.state == "intent", _OURS).values(cleared=bindparam("at"))
_ANSWERED = (
    update(journal).where(_ENTRY, journal.c.state == "intent").values(state="answered", answer=bindparam("said"))
)
_SETTLE = (
    update(journal)
    .where(_ENTRY, or_(*(journal.c.state == state for state in OPEN)))
    .values(state=bindparam("now"), outcome=bindparam("end"), settled=bindparam("at"))
)
_REFRESH = update(lease).where(_HELD).values(expires=bindparam("ends"))
# A moment for what is written: the time, or just after the last one if the clock has not moved on.
_MOMENT = (
    update(org)
    .where(org.c.id == bindparam("its_key"))
    .values(moment=case((org.c.moment < bindparam("at"), bindparam("at")), else_=org.c.moment + 1))
    .returning(org.c.moment)
)


class _Its(NamedTuple):
    """What never changes about a run: its row, the row of its organization, and the token with which it began."""

    row: int
    org: int
    fence: int | None


class StoredJournal:
    """Implements `ports.Journal` for one organization.

    `fence` is the token of the lease that calls depend on; without one it is that with which their run began.
    For one thread: it remembers what it found out about its runs and what it wrote.
    """

    def __init__(self, database: Database, org_id: str, fence: int | None = None) -> None:
        self._database, self._org_id, self._fence = database, org_id, fence
        self._runs: dict[str, _Its] = {}
        self._refreshed: dict[int, datetime] = {}
        self._known = ledger.Known()

    def intend(self, run: str, change: Change, at: datetime) -> int:
        """Record that `change` is about to be sent; returns its sequence number.

        Raises LockedError when the lease belongs to somebody else by now, and StoreError when a call for this person
        is open already.
        """
        with self._database.write(self._org_id) as connection:
            its = self._its(connection, run)
            content = {
                "new_run": its.row,
                "new_org": its.org,
                "new_person_id": change.person_id,
                "new_state": "intent",
                "new_intent": encode(change),
                "new_intended": to_ms(at),
                "new_irreversible": sum(operation.irreversible for operation in change.licenses),
            }
            try:
                number: int | None = connection.execute(_INTEND, content | self._lease_of(its)).scalar()
            except IntegrityError as error:
                raise StoreError(
                    f"A call for {change.email} is open already.",
                    hint="Each person gets one call at a time; `apply --resume` finishes what an earlier run left open.",
                ) from error
            refreshed = self._demand(connection, its, number is not None, at)
        self._refreshed.update(refreshed)
        return int(number or 0)

    def clear(self, run: str, seq: int, at: datetime) -> None:
        """The call is about to leave, now or within seconds: LockedError when the lease is somebody else's by now."""
        with self._database.write(self._org_id) as connection:
            its = self._its(connection, run)
            this = {"its_run": its.row, "its_seq": seq, "at": to_ms(at)}
            written = connection.execute(_CLEAR, this | self._lease_of(its)).rowcount
            refreshed = self._demand(connection, its, bool(written), at)
        self._refreshed.update(refreshed)

    def answered(self, run: str, seq: int, answer: PatchAnswer, at: datetime) -> None:
        """Webex answered: the call is not on its way any more, and what it did can be read."""
        del at  # the outcome has a time
        with self._database.write(self._org_id) as connection:
            this = {"its_run": self._its(connection, run).row, "its_seq": seq, "said": encode(answer)}
            if not connection.execute(_ANSWERED, this).rowcount:
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
        self._settle(run, (Settlement(seq, result, reading, owed),), at)

    def settle_many(self, run: str, outcomes: Sequence[Settlement], at: datetime) -> None:
        """Record how several calls ended, in one transaction: all of them, or with an error none.

        Each as `settle` would. For calls that were read back together; nobody writes to the organization meanwhile, so
        some hundred at a time.
        """
        if outcomes:
            self._settle(run, outcomes, at)

    def _settle(self, run: str, outcomes: Sequence[Settlement], at: datetime) -> None:
        when = to_ms(at)
        with self._known.once_committed(), self._database.write(self._org_id) as connection:
            its = self._its(connection, run)
            for item in outcomes:
                state = "owed" if item.owed else "settled"
                this = {"its_run": its.row, "its_seq": item.seq}
                values = {"now": state, "end": encode(item.result), "at": when}
                if not connection.execute(_SETTLE, this | values).rowcount:
                    raise _closed(run, item.seq)
                moment = int(connection.execute(_MOMENT, {"its_key": its.org, "at": when}).scalar_one())
                ledger.settle_person(connection, its.org, moment, item.result, item.reading, self._known)
                repeats.count(connection, its.org, item.result, when)
                setbacks.count(connection, its.org, item.result, when)

    def _its(self, connection: Connection, run: str) -> _Its:
        found = self._runs.get(run)
        if found is None:
            row = row_of(connection, run)
            found = self._runs[run] = _Its(int(row.id), int(row.org), row.fence)
        return found

    def _token(self, its: _Its) -> int | None:
        return its.fence if self._fence is None else self._fence

    def _lease_of(self, its: _Its) -> dict[str, Any]:
        return {"its_org": self._org_id, "token": self._token(its)}

    def _demand(self, connection: Connection, its: _Its, written: bool, at: datetime) -> dict[int, datetime]:
        """LockedError unless something was `written`; the lease of whoever writes lasts on. Returns what was refreshed."""
        if not written:
            raise LockedError(
                f"The lock on organization {self._org_id} was taken over by somebody else.",
                hint="Nothing more was sent. Plan again when the other run has ended.",
            )
        token = self._token(its)
        last = None if token is None else self._refreshed.get(token)
        if token is None or (last is not None and timedelta() <= at - last <= REFRESHED_FOR):
            return {}
        connection.execute(_REFRESH, self._lease_of(its) | {"ends": to_ms(at + LASTS)})
        return {token: at}


def open_calls(database: Database, org_id: str) -> tuple[OpenCall, ...]:
    """Every call of an organization that nobody finished, in the order in which they were meant.

    Asked for in the very words of the two partial indexes, so that a journal of years costs nothing.
    """
    mine = (
        (org.c.org_id == org_id) & (run.c.org == org.c.id) & (journal.c.run == run.c.id) & (journal.c.org == org.c.id)
    )
    states = ("state IN ('intent', 'answered')", "state = 'owed'")
    parts = [select(journal, run.c.started).where(mine, text(f"journal.{state}")) for state in states]
    with database.read() as connection:
        rows = [row for part in parts for row in connection.execute(part)]
        return tuple(_call(row) for row in sorted(rows, key=lambda row: (row.run, row.seq)))


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
