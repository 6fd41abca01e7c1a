"""The history of one person: every version of the row, and every operation that was ever sent. Read only.

The ledger in a situation says which templates gave a holding, never when: that is here, in the journal and in the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import literal, select, union_all

from reconciler.model.history import AppliedFiles, PersonHistory, PersonVersion, SentOperation
from reconciler.model.memory import Registry
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation
from reconciler.store import bulk, ledger
from reconciler.store.packing import Unpacker, broken, decode, time_of, to_ms
from reconciler.store.results import decode_result
from reconciler.store.snapshots import readable
from reconciler.store.tables import journal, member_set, person, person_past, registry, run, situation

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


_OPEN = -1


def of_person(connection: Connection, org: int, person_id: str, moment: int) -> PersonHistory:
    """What was known and done of a person up to `moment` (ms)."""
    return PersonHistory(_versions(connection, org, person_id, moment), _sent(connection, org, person_id, moment))


def _versions(connection: Connection, org: int, person_id: str, moment: int) -> tuple[PersonVersion, ...]:
    names = ("since", "email", "situation")
    now = select(*[person.c[name] for name in names], literal(_OPEN).label("until"))
    past = select(*[person_past.c[name] for name in names], person_past.c.until)
    rows = union_all(
        now.where(person.c.org == org, person.c.person_id == person_id),
        past.where(person_past.c.org == org, person_past.c.person_id == person_id),
    ).subquery()
    joined = select(
        rows.c.since, rows.c.until, rows.c.email, situation.c.holdings, situation.c.attendees, situation.c.origins
    )
    found = sorted(bulk.rows(connection, joined.where(situation.c.id == rows.c.situation, rows.c.since <= moment)))
    packed = select(member_set).where(
        bulk.among(connection, member_set.c.id, {key for row in found for key in row[3:]})
    )
    sets = Unpacker(dict(bulk.rows(connection, packed)))
    return tuple(
        PersonVersion(
            time_of("person", since),
            None if until == _OPEN or until > moment else time_of("person_past", until),
            email,
            frozenset((*sets.members(holdings), *(f"attendee:{site}" for site in sets.members(attendees)))),
            sets.origins(origins),
        )
        for since, until, email, holdings, attendees, origins in found
    )


def _sent(connection: Connection, org: int, person_id: str, moment: int) -> tuple[SentOperation, ...]:
    columns = (journal.c.run, run.c.started, run.c.commit_id, journal.c.intended, journal.c.intent, journal.c.outcome)
    rows = select(*columns).where(
        journal.c.org == org, journal.c.person_id == person_id, journal.c.intended <= moment, run.c.id == journal.c.run
    )
    found = []
    for key, started, commit, at, intent, outcome in bulk.rows(connection, rows.order_by(journal.c.run, journal.c.seq)):
        meant = decode("journal", intent, Change)
        ended = () if outcome is None else decode_result(outcome).operations
        ends = {(item.operation.operation, ledger.holding(item.operation)): item.outcome for item in ended}
        operations: list[LicenseOperation | AttendeeOperation] = [*meant.licenses, *meant.attendee_sites]
        for operation in operations:
            name = ledger.holding(operation)
            found.append(
                SentOperation(
                    name,
                    operation.operation,
                    ends.get((operation.operation, name)),
                    ledger.claims(operation.because),
                    "run-" + readable(started, key, "run"),
                    commit,
                    time_of("journal", at),
                )
            )
    return tuple(found)


def applied_files(connection: Connection, org: int, when: datetime) -> AppliedFiles | None:
    """The files of the last completed apply up to `when`, or None."""
    columns = (registry.c.body, registry.c.at, run.c.id, run.c.started, run.c.commit_id)
    rows = select(*columns).where(registry.c.org == org, registry.c.at <= to_ms(when), run.c.id == registry.c.run)
    row = connection.execute(rows.order_by(registry.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    if not isinstance(row.started, int):
        raise broken("run")
    files = decode("registry", row.body, Registry)
    return AppliedFiles(
        "run-" + readable(row.started, row.id, "run"), row.commit_id, files.desired_digest, time_of("registry", row.at)
    )
