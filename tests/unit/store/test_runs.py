"""Runs and their journal: an intent before each call, an outcome after it, and the ledger that follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.errors import LockedError, StoreError
from reconciler.model.live import Origin, PersonReading
from reconciler.model.memory import RegisteredTemplate, Registry
from reconciler.model.plan import AttendeeOperation, Because, Held, LicenseOperation
from reconciler.model.result import Outcome
from reconciler.ports import OpenCall, PatchAnswer
from reconciler.store import Store
from reconciler.store.ledger import claims
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    SITE,
    carry_out,
    change,
    hour,
    license_operation,
    plan,
    result,
    role_operation,
    situation_of,
    someone,
    sync,
)

Operation = LicenseOperation | AttendeeOperation
REGISTRY = Registry("groups", (RegisteredTemplate("sales", "group", ("g",), (MEETINGS,)),), hour(1), "sha256:x")


def origins(store: Store, name: str) -> dict[str, tuple[str, ...]]:
    """Holding -> claims of somebody."""
    return {origin.holding: origin.claims for origin in situation_of(store.live(ORG), name).origins}


def test_a_run_keeps_its_plan(store: Store) -> None:
    """Resuming needs no file: plan, digest, commit and times come back as they were."""
    held = Held("id-ann", "ann@acme.example", role_operation("remove", "sales"), "incomplete")
    kept = plan(change("ann", license_operation("add", MEETINGS, "sales"), role_operation("add", "sales")))
    kept = type(kept)(**{name: getattr(kept, name) for name in kept.__struct_fields__ if name != "held"}, held=(held,))
    run = store.start_run(ORG, kept, "abc123", hour(1))
    assert run.startswith("run-20260601T090000Z-")
    assert store.run_plan(run) == kept
    (listed,) = store.runs(ORG)
    assert (listed.id, listed.commit, listed.plan_digest, listed.state) == (run, "abc123", "sha256:0", "running")
    assert store.interrupted_run(ORG) == listed
    store.finish_run(run, completed=True, at=hour(2))
    assert store.interrupted_run(ORG) is None
    assert (store.runs(ORG)[0].state, store.runs(ORG)[0].finished_at) == ("completed", hour(2))


def test_the_newest_run_is_the_one_to_resume_unless_it_completed(store: Store) -> None:
    """Whether it died or stopped: older ones are done with, and one of another organization does not count."""
    first = store.start_run(ORG, plan(), None, hour(0))
    second = store.start_run(ORG, plan(), None, hour(1), resumes=first)
    store.start_run("org-2", plan(), None, hour(2))
    found = store.interrupted_run(ORG)
    assert found is not None
    assert (found.id, found.state, found.resumes) == (second, "running", int(first.rpartition("-")[2]))
    store.finish_run(second, completed=False, at=hour(3))
    found = store.interrupted_run(ORG)
    assert found is not None
    assert (found.id, found.state) == (second, "stopped")
    store.finish_run(store.start_run(ORG, plan(), None, hour(4)), completed=True, at=hour(5))
    assert store.interrupted_run(ORG) is None


def test_runs_of_dead_processes_are_closed(store: Store) -> None:
    """Whoever holds the lease closes what nobody else will; finished runs, those of whoever took over since, and other
    organizations stay as they are."""
    dead = store.start_run(ORG, plan(), None, hour(0), fence=3)
    done = store.start_run(ORG, plan(), None, hour(1))
    store.finish_run(done, completed=True, at=hour(2))
    other = store.start_run("org-2", plan(), None, hour(2))
    alive = store.start_run(ORG, plan(), None, hour(2), fence=5)
    store.close_interrupted(ORG, hour(3), 4)
    assert {run.id: (run.state, run.finished_at) for run in store.runs(ORG)} == {
        dead: ("stopped", hour(3)),
        alive: ("running", None),
        done: ("completed", hour(2)),
    }
    assert [(run.id, run.state) for run in store.runs("org-2")] == [(other, "running")]


def test_the_journal_tells_what_was_meant_and_how_it_ended(store: Store) -> None:
    """Intents stand before their outcomes, in the order of the calls."""
    run, journal = store.start_run(ORG, plan(), None, hour(0)), store.journal(ORG)
    add, role = license_operation("add", MEETINGS, "sales"), role_operation("remove", None)
    first = journal.intend(run, change("ann", add, role), hour(1))
    second = journal.intend(run, change("bob", add), hour(2))
    end = result("ann", (add, "done"), (role, "refused"))
    journal.settle(run, first, end, hour(3), None)
    one, two = store.journal_entries(run)
    assert (one.seq, two.seq) == (first, second) == (1, 2)
    assert (one.change, one.outcome, one.settled_at) == (change("ann", add, role), end, hour(3))
    assert (two.change, two.outcome, two.settled_at, two.intended_at) == (change("bob", add), None, None, hour(2))


def test_one_call_at_a_time_for_each_person(store: Store) -> None:
    """A second intent is refused while the first is open."""
    run, journal = store.start_run(ORG, plan(), None, hour(0)), store.journal(ORG)
    add = license_operation("add", MEETINGS)
    seq = journal.intend(run, change("ann", add), hour(1))
    with pytest.raises(StoreError, match="open already"):
        journal.intend(run, change("ann", add), hour(1))
    journal.settle(run, seq, result("ann", (add, "failed")), hour(2), None)
    assert journal.intend(run, change("ann", add), hour(3)) == seq + 1


def test_an_unknown_run_or_entry_is_refused(store: Store) -> None:
    """Nothing is recorded under a name that does not exist."""
    journal = store.journal(ORG)
    with pytest.raises(StoreError, match="no run"):
        journal.intend("run-1", change("ann"), hour(0))
    run = store.start_run(ORG, plan(), None, hour(0))
    with pytest.raises(StoreError, match="no open entry 7"):
        journal.settle(run, 7, result("ann"), hour(0), None)
    with pytest.raises(StoreError, match="no run"):
        store.finish_run(run.replace("run-", ""), completed=True, at=hour(0))


def test_a_run_that_lost_its_lease_is_stopped_before_its_next_call(store: Store) -> None:
    """Whoever takes the lease over gets a higher token, and the old writer's intents are refused."""
    lease, journal = store.lease(), store.journal(ORG)
    fence = lease.acquire(ORG, "old", hour(0))
    run = store.start_run(ORG, plan(), None, hour(0), fence=fence)
    assert journal.intend(run, change("ann"), hour(0)) == 1
    lease.acquire(ORG, "new", hour(1))
    with pytest.raises(LockedError, match="taken over"):
        journal.intend(run, change("bob"), hour(1))
    assert len(store.journal_entries(run)) == 1
    store.unlock(ORG)
    with pytest.raises(LockedError):
        journal.intend(run, change("bob"), hour(1))


def test_every_intent_makes_the_lease_last(store: Store) -> None:
    """A run of hours keeps its lease as long as it works."""
    lease, journal = store.lease(), store.journal(ORG)
    fence = lease.acquire(ORG, "worker", hour(0))
    run = store.start_run(ORG, plan(), None, hour(0), fence=fence)
    for number in range(1, 11):
        at = hour(0) + number * timedelta(minutes=4)
        journal.intend(run, change(f"person{number}"), at)
    with pytest.raises(LockedError):
        lease.acquire(ORG, "other", hour(0) + timedelta(minutes=44))


@pytest.mark.parametrize(
    ("operation", "outcome", "expected"),
    [
        (
            license_operation("add", CALLING, "sales"),
            "done",
            {CALLING: ("template:sales",), MEETINGS: ("template:old",)},
        ),
        (
            license_operation("add", CALLING, "b", "exception:x", None, "a", "b"),
            "done",
            {CALLING: ("exception:x", "template:a", "template:b"), MEETINGS: ("template:old",)},
        ),
        (license_operation("add", CALLING, None), "done", {MEETINGS: ("template:old",)}),
        (license_operation("add", CALLING, "sales"), "alreadyDone", {MEETINGS: ("template:old",)}),
        (license_operation("add", MEETINGS, "sales"), "alreadyDone", {MEETINGS: ("template:sales",)}),
        (license_operation("add", CALLING, "sales"), "refused", {MEETINGS: ("template:old",)}),
        (license_operation("add", CALLING, "sales"), "unknown", {MEETINGS: ("template:old",)}),
        (license_operation("remove", MEETINGS, "sales"), "done", {}),
        (license_operation("remove", MEETINGS, "sales"), "alreadyDone", {}),
        (license_operation("remove", MEETINGS, "sales"), "failed", {MEETINGS: ("template:old",)}),
        (
            role_operation("add", "sales"),
            "done",
            {f"attendee:{SITE}": ("template:sales",), MEETINGS: ("template:old",)},
        ),
    ],
)
def test_the_ledger_follows_what_was_done(
    store: Store, operation: Operation, outcome: Outcome, expected: dict[str, tuple[str, ...]]
) -> None:
    """Adds that we did make claims, removals end them, everything else leaves the ledger alone."""
    sync(store, hour(0), [someone("ann")])
    carry_out(store, hour(1), "ann", (license_operation("add", MEETINGS, "old"), "done"))
    carry_out(store, hour(2), "ann", (operation, outcome))
    assert origins(store, "ann") == expected


def test_claims_are_sorted_and_named() -> None:
    """A template is called so, an exception says so itself, a reason without either claims nothing."""
    reasons = [Because("r", "b"), Because("r", "exception:z"), Because("r"), Because("r", "a"), Because("r", "b")]
    assert claims(reasons) == ("exception:z", "template:a", "template:b")


def test_a_person_moves_with_what_was_done(store: Store) -> None:
    """Without a reading the operations count; a swap in one call is one move."""
    sync(store, hour(0), [someone("ann", MESSAGING, MEETINGS, attendee_sites=("x.webex.com",))], {"sales": ["ann"]})
    carry_out(
        store,
        hour(1),
        "ann",
        (license_operation("remove", MEETINGS), "done"),
        (license_operation("add", CALLING, "t"), "done"),
        (role_operation("add", "t"), "done"),
    )
    now = situation_of(store.live(ORG), "ann")
    assert (now.holdings, now.attendee_sites) == ((CALLING, MESSAGING), (SITE, "x.webex.com"))
    assert now.groups == ("sales",)


def test_what_was_read_back_counts_more_than_what_was_sent(store: Store) -> None:
    """The reading gives holdings and roles; groups, site administration and the rest stay as the sync saw them."""
    sync(store, hour(0), [someone("ann", site_admin_of=("a.webex.com",), work_phone="1")], {"sales": ["ann"]})
    reading = someone("ann", CALLING, MESSAGING)
    carry_out(store, hour(1), "ann", (license_operation("add", MEETINGS, "t"), "ignored"), reading=reading)
    now = situation_of(store.live(ORG), "ann")
    assert (now.holdings, now.groups, now.site_admin_of) == ((CALLING, MESSAGING), ("sales",), ("a.webex.com",))
    assert now.origins == ()


def test_the_sync_after_an_apply_finds_nothing_new(store: Store) -> None:
    """What the apply left is what the next sync reads: no row is written for it again."""
    ann = someone("ann", MESSAGING, created=hour(-9), other_emails=("x@acme.example",), work_phone="1")
    sync(store, hour(0), [ann, someone("bob")])
    carry_out(store, hour(1), "ann", (license_operation("add", MEETINGS, "t"), "done"))
    after = PersonReading(
        **{name: getattr(ann, name) for name in ann.__struct_fields__ if name != "licenses"},
        licenses=(MEETINGS, MESSAGING),
    )
    counts = sync(store, hour(2), [after, someone("bob")])
    assert (counts.changed, counts.rows_written) == (0, 0)
    assert origins(store, "ann") == {MEETINGS: ("template:t",)}


def test_a_call_for_somebody_the_store_does_not_know(store: Store) -> None:
    """The journal keeps it; there is nobody to move."""
    sync(store, hour(0), [])
    run = carry_out(store, hour(1), "ghost", (license_operation("add", MEETINGS, "t"), "done"))
    assert len(store.journal_entries(run)) == 1


def test_a_broken_journal_row_is_named(store: Store) -> None:
    """Outcomes and plans that are not what we wrote are errors, not surprises."""
    run = carry_out(store, hour(1), "ann", (license_operation("remove", MEETINGS), "done"))
    with store._database.write() as raw:
        raw.exec_driver_sql("UPDATE journal SET outcome = '{\"personId\": 1}'")
        raw.exec_driver_sql("UPDATE run SET plan = 'zzz'")
    with pytest.raises(StoreError, match="table journal "):
        store.memory(ORG, hour(2))
    with pytest.raises(StoreError, match="table journal "):
        store.journal_entries(run)
    with pytest.raises(StoreError, match="table run "):
        store.run_plan(run)


def test_a_completed_apply_moves_situations_to_other_origins(store: Store) -> None:
    """Everybody in a situation gets the new origins; a chain of situations moves all at once, not twice."""
    ours, theirs = (Origin(MEETINGS, ("template:a",)),), (Origin(MEETINGS, ("template:b",)),)
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob", MEETINGS), someone("cem")])
    carry_out(store, hour(1), "bob", (license_operation("add", MEETINGS, "a"), "done"))
    plain, given = situation_of(store.live(ORG), "ann"), situation_of(store.live(ORG), "bob")
    run = store.start_run(ORG, plan(), None, hour(2))
    store.record_apply(
        ORG,
        run,
        registry=REGISTRY,
        in_force={},
        reorigin={plain.id: ours, given.id: theirs, 17: ours},
        waiting=(),
        at=hour(3),
    )
    assert origins(store, "ann") == {MEETINGS: ("template:a",)}
    assert origins(store, "bob") == {MEETINGS: ("template:b",)}
    assert origins(store, "cem") == {}


def test_recording_an_apply_is_all_or_nothing(store: Store) -> None:
    """A record that cannot be kept whole leaves the memory as it was."""
    sync(store, hour(0), [someone("ann")])
    with pytest.raises(StoreError, match="no run"):
        store.record_apply(
            ORG, "run-x-9", registry=REGISTRY, in_force={"t": hour(1)}, reorigin={}, waiting=(), at=hour(1)
        )
    memory = store.memory(ORG, hour(2))
    assert (memory.registry, memory.in_force) == (None, {})


def test_open_calls_are_those_that_nobody_finished(store: Store) -> None:
    """In the order in which they were meant, with what is known of each; other organizations and settled calls are left out."""
    journal = store.journal(ORG)
    add = license_operation("add", MEETINGS)
    first = store.start_run(ORG, plan(), None, hour(0))
    meant = journal.intend(first, change("ann", add), hour(1))
    journal.clear(first, meant, hour(2))
    told = journal.intend(first, change("bob", add), hour(1))
    answer = PatchAnswer(200, (MEETINGS,), ("acme.webex.com",), (), "T-1")
    journal.answered(first, told, answer, hour(1))
    done = journal.intend(first, change("cem", add), hour(1))
    journal.settle(first, done, result("cem", (add, "done")), hour(1), None)
    second = store.start_run(ORG, plan(), None, hour(2))
    owing = journal.intend(second, change("dan", add), hour(2))
    owed = result("dan", (add, "unknown"))
    journal.settle(second, owing, owed, hour(2), None, owed=True)
    other = store.start_run("org-2", plan(), None, hour(0))
    store.journal("org-2").intend(other, change("eve", add), hour(0))
    assert store.open_calls(ORG) == (
        OpenCall(first, meant, "intent", change("ann", add), hour(1), hour(2)),
        OpenCall(first, told, "answered", change("bob", add), hour(1), hour(1), answer),
        OpenCall(second, owing, "owed", change("dan", add), hour(2), hour(2), None, owed),
    )
    journal.settle(second, owing, result("dan", (add, "done")), hour(3), None)
    assert [call.seq for call in store.open_calls(ORG)] == [meant, told]
