"""What was sent, for the guards: everything of the last 24 hours, and every irreversible removal ever (RULES 7.1, 7.2).

An intent counts unless Webex demonstrably did nothing: a call whose end nobody knows may have taken effect, or may do
so later. Rows are decoded only as far as the guards look, because a day may hold the calls of a whole first apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import select, union_all

from reconciler.model.memory import Addition, Loss, Removal
from reconciler.model.plan import REPLACEMENT_RULES, Operation
from reconciler.model.result import Outcome
from reconciler.store import bulk
from reconciler.store.packing import decode, time_of, unpack_members
from reconciler.store.tables import journal, member_set, person, person_past, situation

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

_NOTHING_HAPPENED: frozenset[Outcome] = frozenset({"refused", "notSent", "skipped", "alreadyDone"})

_NO_EFFECT_SEEN: frozenset[Outcome | None] = frozenset({"failed", "ignored"})


class _Reason(msgspec.Struct):
    rule: str


class _Operation(msgspec.Struct, rename="camel"):
    operation: Operation
    because: tuple[_Reason, ...] = ()
    license_id: str = ""
    license: str = ""
    site_url: str = ""
    irreversible: bool = False

    @property
    def holding(self) -> str:
        return self.license_id or f"attendee:{self.site_url}"


class _Intent(msgspec.Struct, rename="camel"):
    licenses: tuple[_Operation, ...] = ()
    attendee_sites: tuple[_Operation, ...] = ()


class _Ended(msgspec.Struct):
    operation: _Operation
    outcome: Outcome


class _Outcome(msgspec.Struct):
    operations: tuple[_Ended, ...]


class _Sent(NamedTuple):
    """One operation of one call; `outcome` is None as long as the call is open. `at` is in ms.

    `replaced`: it took something only because something else comes, and either everything that was to come in the same
    call came, or the call was read back without any effect; should it have one later, then as a whole.
    """

    run: int
    person_id: str
    at: int
    operation: _Operation
    outcome: Outcome | None
    replaced: bool


def of_a_day(connection: Connection, org: int, since: int) -> tuple[tuple[Removal, ...], tuple[Addition, ...]]:
    """Removals, and additions of licenses, that were meant after `since` (ms), in the order of the calls."""
    removals, additions = [], []
    for item in _sent(connection, (journal.c.org == org) & (journal.c.intended > since)):
        if item.operation.operation == "remove":
            if item.replaced:
                continue  # it does not count in a plan either
            removals.append(Removal(item.person_id, item.operation.holding, time_of("journal", item.at)))
        elif item.operation.license_id:
            additions.append(Addition(item.person_id, item.operation.license_id, time_of("journal", item.at)))
    return tuple(removals), tuple(additions)


def losses(connection: Connection, org: int) -> tuple[Loss, ...]:
    """Every irreversible removal ever sent, in the order of the calls."""
    found = []
    for item in list(_sent(connection, (journal.c.org == org) & (journal.c.irreversible > 0))):
        operation = item.operation
        if operation.irreversible:
            certain = item.outcome == "done" or _seen_without(connection, org, item)
            found.append(Loss(item.person_id, operation.license_id, operation.license, item.run, certain))
    return tuple(found)


def _sent(connection: Connection, which: ColumnElement[bool]) -> Iterator[_Sent]:
    columns = (journal.c.run, journal.c.person_id, journal.c.intended, journal.c.intent, journal.c.outcome)
    rows = select(*columns).where(which).order_by(journal.c.run, journal.c.seq)
    for run, person_id, at, intent, outcome in bulk.rows(connection, rows):
        ended = () if outcome is None else decode("journal", outcome, _Outcome).operations
        ends = {(item.operation.operation, item.operation.holding): item.outcome for item in ended}
        intended = decode("journal", intent, _Intent)
        meant = (*intended.licenses, *intended.attendee_sites)
        coming = [ends.get((op.operation, op.holding)) for op in meant if op.operation == "add"]
        came = bool(coming) and all(end == "done" for end in coming)
        nothing = bool(coming) and all(ends.get((op.operation, op.holding)) in _NO_EFFECT_SEEN for op in meant)
        for operation in meant:
            end = ends.get((operation.operation, operation.holding))
            if end not in _NOTHING_HAPPENED:
                replaced = (came or nothing) and any(reason.rule in REPLACEMENT_RULES for reason in operation.because)
                yield _Sent(run, person_id, at, operation, end, replaced)


def _seen_without(connection: Connection, org: int, item: _Sent) -> bool:
    """Whether any reading after the call showed the person without the license, even if a later one shows it again."""
    past = select(person_past.c.situation).where(
        person_past.c.org == org, person_past.c.person_id == item.person_id, person_past.c.until > item.at
    )
    now = select(person.c.situation).where(person.c.org == org, person.c.person_id == item.person_id)
    held = select(member_set.c.packed).where(
        member_set.c.id == situation.c.holdings, situation.c.id.in_(union_all(past, now))
    )
    return any(item.operation.license_id not in unpack_members(packed) for (packed,) in bulk.rows(connection, held))
