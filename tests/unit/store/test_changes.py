"""The change log: every change once, by whom, and what nobody knows said as such."""

from __future__ import annotations

from reconciler.model.plan import AttendeeOperation, LicenseOperation
from reconciler.model.result import Outcome
from reconciler.store import Store
from reconciler.store.changes import Query
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    SITE,
    change,
    hour,
    license_operation,
    plan,
    result,
    role_operation,
    someone,
    sync,
)

GIVE, TAKE = license_operation("add", CALLING, "sales"), license_operation("remove", CALLING, "sales")
EVERYTHING = Query(100)
ANN = frozenset({"id-ann"})


def send(store: Store, at: float, name: str, *ends: tuple[LicenseOperation | AttendeeOperation, Outcome | None]) -> str:
    """A run that does this for somebody; an outcome of None leaves the call open. Returns the run."""
    run = store.start_run(ORG, plan(), "c1", hour(at))
    journal = store.journal(ORG)
    seq = journal.intend(run, change(name, *(item for item, _ in ends)), hour(at))
    known = [(item, end) for item, end in ends if end is not None]
    if known:
        journal.settle(run, seq, result(name, *known), hour(at), None)
        store.finish_run(run, completed=True, at=hour(at))
    return run


def told(store: Store, query: Query = EVERYTHING) -> list[tuple[object, ...]]:
    """Hour, person, what, holding, by and outcome of every entry."""
    entries, _ = store.changelog(ORG, query)
    return [
        (
            (entry.at - hour(0)).total_seconds() / 3600,
            entry.person_id[3:],
            entry.what,
            entry.holding,
            entry.by,
            entry.outcome,
        )
        for entry in entries
    ]


def test_a_change_of_a_run_is_told_once(store: Store) -> None:
    """The run's call, its row and the next sync's row are one change, newest first, with run, commit and reasons."""
    sync(store, hour(0), [someone("ann", MEETINGS)])
    run = send(store, 1, "ann", (GIVE, "done"))
    sync(store, hour(2), [someone("ann", MEETINGS, CALLING)])
    send(store, 3, "ann", (TAKE, "done"), (role_operation("add", "sales"), "done"))
    sync(store, hour(4), [someone("ann", MEETINGS, attendee_sites=(SITE,))])
    assert told(store) == [
        (3, "ann", "got", f"attendee:{SITE}", "run", "done"),
        (3, "ann", "lost", CALLING, "run", "done"),
        (1, "ann", "got", CALLING, "run", "done"),
    ]
    entry = store.changelog(ORG, Query(100))[0][-1]
    assert (entry.run, entry.commit, entry.templates) == (run, "c1", ("sales",))


def test_what_no_run_did_is_by_hand_between_two_readings(store: Store) -> None:
    """Seen at a sync, not before the one before; coming, going and being there at first are told as such."""
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob")])
    sync(store, hour(2), [someone("ann", MESSAGING), someone("cem", MEETINGS)])
    assert told(store) == [
        (2, "ann", "got", MESSAGING, "hand", None),
        (2, "ann", "lost", MEETINGS, "hand", None),
        (2, "bob", "left", "", "hand", None),
        (2, "cem", "joined", "", "hand", None),
    ]
    entries, _ = store.changelog(ORG, Query(100))
    assert {entry.after for entry in entries} == {hour(0)}
    assert entries[0].label == "Basic Messaging"
    assert entries[3].holds == ("Webex Meetings Suite @ acme.webex.com (Sub-1)",)
    assert told(store, Query(100, people=ANN))[-1] == (0, "ann", "firstSeen", "", "hand", None)


def test_who_gives_it_by_hand_after_a_run_took_it_is_not_the_run(store: Store) -> None:
    """One call explains one change; a second one of the same kind is somebody else's."""
    sync(store, hour(0), [someone("ann")])
    send(store, 1, "ann", (GIVE, "done"))
    sync(store, hour(2), [someone("ann")])
    sync(store, hour(3), [someone("ann", CALLING)])
    wanted = [
        (3, "ann", "got", CALLING, "hand", None),
        (2, "ann", "lost", CALLING, "hand", None),
        (1, "ann", "got", CALLING, "run", "done"),
    ]
    assert told(store) == wanted
    assert told(store, Query(100, people=ANN))[:3] == wanted
    assert told(store, Query(1)) == wanted[:1]
    assert store.changelog(ORG, Query(1))[1]


def test_a_call_that_nobody_closed_is_told_with_what_was_seen_later(store: Store) -> None:
    """Open without an effect; once a reading shows the effect, that is the call's doing and nobody's by hand."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    send(store, 1, "ann", (GIVE, None))
    assert told(store) == [(1, "ann", "got", CALLING, "run", "open")]
    assert not store.changelog(ORG, Query(100))[0][0].happened
    sync(store, hour(2), [someone("ann", CALLING), someone("bob")])
    assert told(store) == [(1, "ann", "got", CALLING, "run", "open")]
    entry = store.changelog(ORG, Query(100))[0][0]
    assert entry.seen == hour(2)
    assert entry.happened


def test_an_unknown_outcome_is_told_as_such_and_a_refusal_does_not_explain_anything(store: Store) -> None:
    """Unknown stays unknown until seen; what was refused and came all the same came by hand."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    send(store, 1, "ann", (GIVE, "unknown"))
    send(store, 2, "bob", (GIVE, "refused"))
    sync(store, hour(3), [someone("ann"), someone("bob", CALLING)])
    assert told(store) == [
        (3, "bob", "got", CALLING, "hand", None),
        (2, "bob", "got", CALLING, "run", "refused"),
        (1, "ann", "got", CALLING, "run", "unknown"),
    ]


def test_the_answer_can_be_narrowed(store: Store) -> None:
    """By person, run, holding and time; the times are those of the entries."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    run = send(store, 1, "ann", (GIVE, "done"))
    send(store, 2, "bob", (license_operation("add", MEETINGS, "sales"), "done"))
    sync(store, hour(3), [someone("ann", CALLING, MESSAGING), someone("bob", MEETINGS)])
    ms = int(hour(2).timestamp() * 1000)
    assert [item[3] for item in told(store, Query(100, run=int(run.rpartition("-")[2])))] == [CALLING]
    assert [item[3] for item in told(store, Query(100, holdings=frozenset({MEETINGS})))] == [MEETINGS]
    assert [item[3] for item in told(store, Query(100, since=ms))] == [MESSAGING, MEETINGS]
    assert [item[3] for item in told(store, Query(100, until=ms))] == [CALLING]
    assert [item[3] for item in told(store, Query(100, people=frozenset({"id-bob"})))] == [MEETINGS, ""]


def test_small_windows_tell_the_same(store: Store) -> None:
    """However few rows are looked at in one go, the answer is the same."""
    import reconciler.store.changes as changes

    sync(store, hour(0), [someone(name) for name in ("ann", "bob", "cem")])
    send(store, 1, "ann", (GIVE, "done"))
    send(store, 2, "bob", (GIVE, None))
    sync(store, hour(3), [someone("ann", CALLING), someone("bob", CALLING), someone("cem", MEETINGS)])
    sync(store, hour(4), [someone("ann"), someone("bob", CALLING), someone("cem")])
    sync(store, hour(5), [someone("ann", CALLING), someone("bob"), someone("cem")])
    whole = told(store)
    size = changes._FIRST_WINDOW
    try:
        changes._FIRST_WINDOW = 1
        assert told(store) == whole
        assert [told(store, Query(number))[-1] for number in range(1, len(whole) + 1)] == whole
    finally:
        changes._FIRST_WINDOW = size
    assert len(whole) == 7


def test_the_runs_tell_what_became_of_them(store: Store) -> None:
    """Completed, and interrupted where nobody holds the lease; done, refused and not closed; what it resumed."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    first = send(store, 1, "ann", (GIVE, "refused"), (role_operation("add", "sales"), "done"))
    second = send(store, 2, "bob", (GIVE, None))
    lines, more = store.run_list(ORG, hour(3), 10)
    assert not more
    assert [(line.run, line.state, line.done, line.not_done, line.open) for line in lines] == [
        (second, "interrupted", 0, {}, 1),
        (first, "completed", 1, {"refused": 1}, 0),
    ]
    assert store.run_list(ORG, hour(3), 1)[1]
