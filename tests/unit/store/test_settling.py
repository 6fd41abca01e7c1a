"""What a call costs in the store, and what is remembered between calls so that it costs no more: never more than is true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from reconciler.errors import LockedError, StoreError
from reconciler.model.plan import LicenseOperation
from reconciler.ports import PatchAnswer, Settlement
from reconciler.store import Store
from reconciler.store.journal import StoredJournal
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    change,
    hour,
    license_operation,
    plan,
    result,
    situation_of,
    someone,
    sync,
)

SECOND = timedelta(seconds=1)
GIVE = license_operation("add", MEETINGS, "sales")
TAKE = license_operation("remove", MESSAGING)
ANSWER = PatchAnswer(200, (MEETINGS, MESSAGING), (), (), tracking_id="T-1")


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, without what a transaction needs anyway."""
    asked: list[str] = []

    def listen(*arguments: Any) -> None:
        if not arguments[2].startswith(("BEGIN", "SELECT pg_advisory")):
            asked.append(arguments[2])

    event.listen(store._database.engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(store._database.engine, "before_cursor_execute", listen)


def begun(store: Store, *names: str) -> tuple[str, StoredJournal]:
    """Everybody has messaging; a run under a lease."""
    sync(store, hour(0), [someone(name, MESSAGING) for name in names])
    fence = store.lease().acquire(ORG, "worker", hour(1))
    return store.start_run(ORG, plan(), None, hour(1), fence=fence), store.journal(ORG, fence)


def sent(journal: StoredJournal, run: str, name: str, operation: LicenseOperation = GIVE) -> int:
    """A call that Webex answered."""
    seq = journal.intend(run, change(name, operation), hour(1))
    journal.answered(run, seq, ANSWER, hour(1))
    return seq


def given(name: str, seq: int) -> Settlement:
    """It came to what was asked, and was read back so."""
    return Settlement(seq, result(name, (GIVE, "done")), someone(name, MESSAGING, MEETINGS))


def test_a_call_takes_few_statements(store: Store) -> None:
    """One for the intent, one for the answer, eight for the outcome, whatever the organization holds."""
    run, journal = begun(store, "ann", "bob")
    journal.settle(run, sent(journal, run, "ann"), given("ann", 0).result, hour(1), someone("ann", MESSAGING, MEETINGS))
    with statements(store) as asked:
        seq = journal.intend(run, change("bob", GIVE), hour(1) + SECOND)
        assert len(asked) == 1
        journal.answered(run, seq, ANSWER, hour(1) + SECOND)
        assert len(asked) == 2
        journal.settle(run, seq, given("bob", seq).result, hour(1) + SECOND, someone("bob", MESSAGING, MEETINGS))
    assert len(asked) == 10, "\n".join(asked)


def test_many_calls_are_settled_as_one_by_one(store: Store) -> None:
    """The same entries, situations, origins and repeats, in moments of their own; one who is owed something stays open."""
    names = ("ann", "bob", "cem")
    run, journal = begun(store, *names)
    entries = [given(name, sent(journal, run, name)) for name in names[:2]]
    taken = Settlement(sent(journal, run, "cem", TAKE), result("cem", (TAKE, "done")), someone("cem"), owed=True)
    journal.settle_many(run, [*entries, taken], hour(2))
    assert [(entry.state, entry.outcome, entry.settled_at) for entry in store.journal_entries(run)] == [
        *(("settled", entry.result, hour(2)) for entry in entries),
        ("owed", taken.result, hour(2)),
    ]
    for name, held in (("ann", (MEETINGS, MESSAGING)), ("bob", (MEETINGS, MESSAGING)), ("cem", ())):
        now = situation_of(store.live(ORG), name)
        assert now.holdings == tuple(sorted(held))
        assert [origin.claims for origin in now.origins] == ([("template:sales",)] if name != "cem" else [])
    with store._database.read() as connection:
        moments = connection.exec_driver_sql("SELECT since FROM person ORDER BY id").scalars().all()
    assert len(set(moments)) == 3
    assert [call.seq for call in store.open_calls(ORG)] == [taken.seq]


def test_many_calls_are_settled_all_or_none(store: Store) -> None:
    """One that somebody else closed leaves the others answered, and nobody moved; they can be settled alone then."""
    run, journal = begun(store, "ann", "bob")
    first, second = given("ann", sent(journal, run, "ann")), given("bob", sent(journal, run, "bob"))
    store.journal(ORG).settle(run, second.seq, result("bob", (GIVE, "unknown")), hour(2), None)
    with pytest.raises(StoreError, match=f"no open entry {second.seq}"):
        journal.settle_many(run, [first, second], hour(2))
    assert [entry.state for entry in store.journal_entries(run)] == ["answered", "settled"]
    assert situation_of(store.live(ORG), "ann").holdings == (MESSAGING,)
    journal.settle_many(run, [first], hour(3))
    assert situation_of(store.live(ORG), "ann").holdings == tuple(sorted((MEETINGS, MESSAGING)))
    journal.settle_many(run, [], hour(3))


def test_a_situation_that_was_rolled_back_is_entered_again(store: Store) -> None:
    """What a failed transaction entered is not in the store, so the next one must not count on it."""
    run, journal = begun(store, "ann")
    entry = given("ann", sent(journal, run, "ann"))
    with pytest.raises(StoreError):
        journal.settle_many(run, [entry, entry], hour(2))
    journal.settle(run, entry.seq, entry.result, hour(2), entry.reading)
    with Store.open(store._database.engine.url.render_as_string(hide_password=False)) as other:
        now = situation_of(other.live(ORG), "ann")
    assert (now.holdings, now.origins[0].holding) == (tuple(sorted((MEETINGS, MESSAGING))), MEETINGS)


def test_moments_rise_under_a_clock_that_stands_still_or_goes_back(store: Store) -> None:
    """Two moves of one person are two rows of history, in order, whatever the clock says."""
    run, journal = begun(store, "ann")
    for number, licenses in enumerate(((MESSAGING, MEETINGS), (MESSAGING,), (MESSAGING, CALLING))):
        seq = sent(journal, run, "ann")
        journal.settle(run, seq, result("ann", (GIVE, "unknown")), hour(2 - number), someone("ann", *licenses))
    with store._database.read() as connection:
        rows = connection.exec_driver_sql("SELECT since, until FROM person_past ORDER BY id").all()
        (now,) = connection.exec_driver_sql("SELECT since FROM person").scalars().all()
    assert len(rows) == 3
    ends = [row[1] for row in rows]
    assert all(since < until for since, until in rows)
    assert [row[0] for row in rows[1:]] + [now] == ends


def test_the_lease_lasts_on_without_being_written_at_every_call(store: Store) -> None:
    """At most twenty seconds of its five minutes are missing; a clock that went back does not stop it."""
    run, journal = begun(store, *(f"p{number}" for number in range(5)))
    lease = store.lease()

    def ends() -> Any:
        holder = lease.holder(ORG)
        assert holder is not None
        return holder[2]

    written = []
    for number, seconds in enumerate((0, 10, 21, -60)):
        journal.intend(run, change(f"p{number}", GIVE), hour(1) + seconds * SECOND)
        written.append(ends() - hour(1) - timedelta(minutes=5))
    assert written == [0 * SECOND, 0 * SECOND, 21 * SECOND, -60 * SECOND]
    journal.clear(run, 1, hour(1) + 30 * SECOND)
    assert ends() == hour(1) + 30 * SECOND + timedelta(minutes=5)


def test_a_lease_that_was_refreshed_just_now_is_asked_for_all_the_same(store: Store) -> None:
    """Not to write it is no reason not to look: who lost it within the second is stopped."""
    run, journal = begun(store, "ann", "bob")
    seq = journal.intend(run, change("ann", GIVE), hour(1))
    store.unlock(ORG)
    store.lease().acquire(ORG, "other", hour(1))
    with pytest.raises(LockedError, match="taken over"):
        journal.intend(run, change("bob", GIVE), hour(1))
    with pytest.raises(LockedError, match="taken over"):
        journal.clear(run, seq, hour(1))
    assert len(store.journal_entries(run)) == 1


def test_a_refused_intent_leaves_the_lease_as_it_was(store: Store) -> None:
    """What was rolled back counts for nothing: the next intent makes the lease last."""
    run, journal = begun(store, "ann", "bob")
    journal.intend(run, change("ann", GIVE), hour(1))
    later = hour(1) + 60 * SECOND
    with pytest.raises(StoreError, match="open already"):
        journal.intend(run, change("ann", GIVE), later)
    journal.intend(run, change("bob", GIVE), later)
    holder = store.lease().holder(ORG)
    assert holder is not None
    assert holder[2] == later + timedelta(minutes=5)
