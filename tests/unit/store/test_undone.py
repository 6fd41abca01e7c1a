"""What takes a run back, as the journal and the rows of people tell it."""

from __future__ import annotations

import pytest

from reconciler.errors import InputError
from reconciler.model.desired import Calling
from reconciler.model.live import Location, Origin, PhoneNumber, Scope
from reconciler.model.memory import Registry
from reconciler.model.undo import Give, Reversal
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    POOLS,
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
from tests.unit.store.test_changes import GIVE, send

HOST = license_operation("remove", MEETINGS, "sales")


def test_what_was_given_is_taken_and_what_was_taken_is_given_with_its_origin(store: Store) -> None:
    """Only what is known to be done; what the ledger said of it before comes along."""
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob")])
    run = store.start_run(ORG, plan(), None, hour(1))
    origins = {"id-ann": (Origin(MEETINGS, ("dropped:sales", "template:all")),)}
    store.record_apply(
        ORG, run, registry=Registry("groups", (), hour(1)), in_force={}, reorigin={}, reorigin_people=origins, waiting=(),
        at=hour(1),
    )  # fmt: skip
    store.finish_run(run, completed=True, at=hour(1))
    run = send(store, 2, "ann", (HOST, "done"), (role_operation("add", "sales"), "done"), (GIVE, "refused"))
    undo = store.undo(ORG, run)
    assert undo.runs == (run,)
    assert undo.commit == "c1"
    assert undo.people == {
        "id-ann": Reversal(run, (f"attendee:{SITE}",), (Give(MEETINGS, ("dropped:sales", "template:all")),))
    }
    assert undo.pools == {MEETINGS}
    assert undo.sites == {SITE}


def test_what_nobody_knows_and_what_somebody_decided_since_is_left(store: Store) -> None:
    """An open call, and what was taken and given back by hand since the run."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    open_run = send(store, 1, "bob", (GIVE, None))
    run = send(store, 2, "ann", (GIVE, "done"))
    sync(store, hour(3), [someone("ann"), someone("bob")])
    assert store.undo(ORG, run).people["id-ann"].take == (CALLING,), "taken since: live tells that it is so already"
    sync(store, hour(4), [someone("ann", CALLING), someone("bob")])
    assert [(item.email, item.code) for item in store.undo(ORG, run).stuck] == [
        ("ann@acme.example", "undo-changed-since")
    ]
    assert store.undo(ORG, run).people == {}
    assert [item.code for item in store.undo(ORG, open_run).stuck] == ["undo-unknown"]


def test_what_a_run_put_back_itself_is_no_change(store: Store) -> None:
    """Taken, and given again by the same run: as before."""
    sync(store, hour(0), [someone("ann", MEETINGS)])
    run = store.start_run(ORG, plan(), None, hour(1))
    journal = store.journal(ORG)
    for operation in (HOST, license_operation("add", MEETINGS, "sales")):
        seq = journal.intend(run, change("ann", operation), hour(1))
        journal.settle(run, seq, result("ann", (operation, "done")), hour(1), None)
    assert store.undo(ORG, run).people == {}


def test_a_run_goes_with_those_that_resumed_it(store: Store) -> None:
    """Undoing the first undoes the whole apply; undoing the second only what that one did."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    first = send(store, 1, "ann", (GIVE, "done"))
    second = store.start_run(ORG, plan(), None, hour(2), resumes=first)
    journal = store.journal(ORG)
    seq = journal.intend(second, change("bob", GIVE), hour(2))
    journal.settle(second, seq, result("bob", (GIVE, "done")), hour(2), None)
    assert store.undo(ORG, first).runs == (first, second)
    assert store.undo(ORG, first).people.keys() == {"id-ann", "id-bob"}
    assert store.undo(ORG, second).people.keys() == {"id-bob"}


def test_calling_comes_back_with_the_number_it_had(store: Store) -> None:
    """The number that the person owned before the run, and the extension; without one, extension and place."""
    take = license_operation("remove", CALLING, "sales", irreversible=True)
    people = [someone("ann", CALLING, extension="77"), someone("bob", CALLING, extension="78", location_id="loc")]
    with store.begin_sync(ORG, "Acme", Scope(calling=True), hour(0)) as writer:
        writer.licenses(POOLS)
        writer.people(people)
        writer.locations([Location("loc", "HQ", True)])
        writer.numbers([PhoneNumber("+14085550100", "loc", "HQ", "ACTIVE", owner_type="PEOPLE", owner_id="id-ann")])
        writer.commit()
    ann = store.undo(ORG, send(store, 1, "ann", (take, "done"))).people["id-ann"]
    bob = store.undo(ORG, send(store, 2, "bob", (take, "done"))).people["id-bob"]
    assert ann.give[0].calling == Calling(number="+14085550100", location="fromNumber", extension="77")
    assert bob.give[0].calling == Calling(number="none", location="HQ", extension="78")


def test_an_unknown_run_is_refused(store: Store) -> None:
    """With the last one there is."""
    with pytest.raises(InputError) as caught:
        store.undo(ORG, "run-20260601T080000Z-7")
    assert "has no run" in caught.value.message
    sync(store, hour(0), [someone("ann")])
    run = send(store, 1, "ann", (GIVE, "done"))
    with pytest.raises(InputError) as caught:
        store.undo(ORG, "run-20260601T080000Z-7")
    assert run in caught.value.hint
