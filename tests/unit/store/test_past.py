"""The store as it was: the newest reading up to a moment, with what was applied and remembered by then."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from reconciler.errors import StoreError
from reconciler.model.live import Origin, PersonReading
from reconciler.model.memory import RegisteredTemplate, Registry
from reconciler.model.plan import Waiting
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    carry_out,
    change,
    hour,
    license_operation,
    names,
    plan,
    result,
    situation_of,
    someone,
    sync,
)


def record(
    store: Store, at: datetime, *templates: str, waiting: tuple[tuple[str, str], ...] = (), commit: str = ""
) -> str:
    """A completed apply without calls, in which these people waited."""
    document = plan()
    waits = tuple(Waiting(who, f"{who}@acme.example", product, at, ()) for who, product in waiting)
    run = store.start_run(ORG, msgspec.structs.replace(document, waiting=waits), commit or None, at)
    registry = Registry(
        "groups", tuple(RegisteredTemplate(name, "group", (), ()) for name in templates), at, "sha256:1"
    )
    store.finish_run(run, completed=True, at=at)
    in_force = {name: at for name in templates if name not in store.memory(ORG, at).in_force}
    store.record_apply(ORG, run, registry=registry, in_force=in_force, reorigin={}, waiting=waiting, at=at)
    return run


def called(who: str, name: str) -> PersonReading:
    """Somebody with this display name."""
    return msgspec.structs.replace(someone(who), name=name)


def test_the_newest_reading_up_to_a_moment(store: Store) -> None:
    """Not the one after it; what was applied in between shows, what was applied later does not."""
    first = sync(store, hour(0), [someone("ann")]).snapshot
    carry_out(store, hour(2), "ann", (license_operation("add", MEETINGS, "sales"), "done"))
    second = sync(store, hour(4), [someone("ann", MEETINGS, CALLING), someone("bob")]).snapshot
    before, between, after = (store.live_at(ORG, hour(number)) for number in (1, 3, 9))
    assert [view.snapshot() for view in (before, between, after)] == [first, first, second]
    assert [situation_of(view, "ann").holdings for view in (before, between, after)] == [
        (),
        (MEETINGS,),
        (CALLING, MEETINGS),
    ]
    assert situation_of(between, "ann").origins == (Origin(MEETINGS, ("template:sales",)),)
    assert names(between) == ["ann@acme.example"]
    assert store.live_at(ORG, hour(0)).snapshot() == first


def test_nothing_so_old(store: Store) -> None:
    """The error names the oldest reading there is, or says how to make one."""
    with pytest.raises(StoreError) as caught:
        store.live_at(ORG, hour(0))
    assert "sync" in caught.value.hint
    sync(store, hour(1), [])
    sync(store, hour(2), [])
    with pytest.raises(StoreError, match=r"no reading of 2026-06-01 08:59 UTC or before") as caught:
        store.live_at(ORG, hour(1) - timedelta(seconds=1))
    assert caught.value.hint == "Its oldest is of 2026-06-01 09:00 UTC."


def test_a_clock_that_stands_still(store: Store) -> None:
    """Of several readings at one moment the last counts, whole."""
    sync(store, hour(0), [someone("ann")])
    sync(store, hour(0), [someone("bob")])
    assert names(store.live_at(ORG, hour(0))) == ["bob@acme.example"]


def test_memory_of_then(store: Store) -> None:
    """Templates, dates in force, waiting people, people counted and calls sent: those of then, not those of today."""
    sync(store, hour(0), [someone("ann"), someone("bob")], {"sales": ["ann"]})
    assert store.memory_at(ORG, hour(1)) == msgspec.structs.replace(
        store.memory(ORG, hour(1)), registry=None, in_force={}
    )
    record(store, hour(2), "sales", waiting=(("id-ann", CALLING), ("id-bob", CALLING)))
    then = store.memory(ORG, hour(3))
    assert store.memory_at(ORG, hour(3)) == then
    sync(store, hour(5), [someone("ann"), someone("bob"), someone("cem")], {"support": ["bob"]})
    carry_out(
        store, hour(6), "ann", (license_operation("remove", CALLING, irreversible=True), "done"), acknowledged=["x"]
    )
    carry_out(store, hour(6), "ann", (license_operation("add", MEETINGS), "done"))
    record(store, hour(7), "sales", "support", waiting=(("id-bob", CALLING), ("id-ann", MEETINGS)))
    assert store.memory(ORG, hour(8)) != then
    assert store.memory_at(ORG, hour(3)) == then
    assert store.memory_at(ORG, hour(8)) == store.memory(ORG, hour(8))
    assert store.memory_at("org-unknown", hour(3)) == store.memory("org-unknown", hour(3))


def test_people_counted_then(store: Store) -> None:
    """The measure for a shrunken list of people is that of then: what a later reading or apply counted does not matter."""
    sync(store, hour(0), [someone("ann"), someone("bob"), someone("cem")])
    sync(store, hour(1), [someone("ann"), someone("bob")])
    people = {"people": 5}
    run = store.start_run(ORG, plan(), None, hour(2))
    registry = msgspec.structs.replace(Registry("groups", (), hour(2)), **people)
    store.finish_run(run, completed=True, at=hour(2))
    store.record_apply(ORG, run, registry=registry, in_force={}, reorigin={}, waiting=[], at=hour(2))
    sync(store, hour(3), [someone(f"p{number}") for number in range(7)])
    sync(store, hour(4), [someone("ann")])
    found = [store.memory_at(ORG, hour(number + 0.5)).people_before for number in range(5)]
    assert found == [None, 3, 5, 5, 7]
    assert store.memory(ORG, hour(5)).people_before == 7


def test_the_files_of_then(store: Store) -> None:
    """Run, commit and digest of the last completed apply up to the moment."""
    sync(store, hour(0), [someone("ann")])
    assert store.applied_files(ORG, hour(1)) is None
    first = record(store, hour(2), "sales", commit="c0ffee")
    record(store, hour(4), "sales")
    found = store.applied_files(ORG, hour(3))
    assert found is not None
    assert (found.run, found.commit, found.digest, found.at) == (first, "c0ffee", "sha256:1", hour(2))
    later = store.applied_files(ORG, hour(5))
    assert later is not None
    assert later.commit is None
    assert store.applied_files("org-unknown", hour(5)) is None


def test_history_of_one_person(store: Store) -> None:
    """Every version with its origins, every operation with run, commit and outcome; both end at the moment of the view."""
    sync(store, hour(0), [someone("ann", attendee_sites=("acme.webex.com",)), someone("bob", CALLING)])
    run = store.start_run(ORG, plan(), "c0ffee", hour(2))
    journal = store.journal(ORG)
    given = license_operation("add", MEETINGS, "sales")
    seq = journal.intend(run, change("ann", given), hour(2))
    journal.settle(run, seq, result("ann", (given, "done")), hour(2), None)
    journal.intend(run, change("ann", license_operation("add", CALLING, "exception:x")), hour(3))
    sync(store, hour(4), [someone("ann", email="Ann.New@acme.example")])
    found = store.live(ORG).history("id-ann")
    assert [(item.since, item.until, item.email, set(item.holdings)) for item in found.versions] == [
        (hour(0), hour(2), "ann@acme.example", {"attendee:acme.webex.com"}),
        (hour(2), hour(4), "ann@acme.example", {"attendee:acme.webex.com", MEETINGS}),
        (hour(4), None, "Ann.New@acme.example", set()),
    ]
    assert [item.origins for item in found.versions[:2]] == [(), (Origin(MEETINGS, ("template:sales",)),)]
    assert [(s.holding, s.operation, s.outcome, s.claims, s.run, s.commit, s.at) for s in found.sent] == [
        (MEETINGS, "add", "done", ("template:sales",), run, "c0ffee", hour(2)),
        (CALLING, "add", None, ("exception:x",), run, "c0ffee", hour(3)),
    ]
    earlier = store.live_at(ORG, hour(2)).history("id-ann")
    assert (len(earlier.versions), len(earlier.sent), earlier.versions[-1].until) == (2, 1, None)
    assert store.live(ORG).history("id-nobody").versions == ()


def test_who_is_meant(store: Store) -> None:
    """Names in either case, addresses that look alike, and people who left."""
    sync(store, hour(0), [called("ann", "Ann Åberg"), someone("zoe", other_emails=("z@acme.example",))])
    sync(store, hour(3), [called("ann", "Ann Åberg"), called("bob", "Bob"), called("bo", "BOB")])
    view = store.live(ORG)
    assert [item.id for item in view.named(" ann Åberg ")] == ["id-ann"]
    assert [item.id for item in view.named("bob")] == ["id-bo", "id-bob"]
    assert view.named("nobody") == ()
    assert view.near("an@acme.example") == ("ann@acme.example",)
    assert view.near("@") == ()
    assert view.near("qqq@nowhere.example") == ()
    for address in ("ZOE@acme.example", "z@acme.example"):
        gone = view.departed(address)
        assert gone is not None
        assert (gone.name, gone.email, gone.since) == ("Zoe", "zoe@acme.example", hour(3))
    assert view.departed("ann@acme.example") is None
    assert store.live_at(ORG, hour(1)).departed("zoe@acme.example") is None
