"""Memory: what earlier applies and snapshots left for the rules."""

from __future__ import annotations

from datetime import timedelta

from reconciler.model.memory import KnownGroup, Memory, Registry, Removal
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    SITE,
    carry_out,
    hour,
    license_operation,
    plan,
    role_operation,
    someone,
    sync,
)


def record(store: Store, hours: float, **fields: object) -> None:
    """The end of an apply."""
    run = store.start_run(ORG, plan(), None, hour(hours))
    known: dict[str, object] = {"in_force": {}, "reorigin": {}, "waiting": ()}
    registry = Registry("organization", (), hour(hours))
    store.record_apply(ORG, run, registry=registry, at=hour(hours), **(known | fields))  # type: ignore[arg-type]


def test_a_store_that_knows_nothing_remembers_nothing(store: Store) -> None:
    """No organization, no memory; a sync alone is no apply."""
    assert store.memory(ORG, hour(0)) == Memory()
    sync(store, hour(0), [someone("ann")])
    assert store.memory(ORG, hour(0)) == Memory()


def test_the_registry_of_the_last_apply(store: Store) -> None:
    """Only the newest counts."""
    record(store, 1)
    record(store, 2)
    registry = store.memory(ORG, hour(3)).registry
    assert registry is not None
    assert registry.applied_at == hour(2)


def test_templates_keep_the_date_they_came_into_force(store: Store) -> None:
    """A template that is not named in a later apply keeps its date; one that is gets the date given."""
    record(store, 1, in_force={"a": hour(1), "b": hour(1)})
    record(store, 2, in_force={"b": hour(2), "c": hour(2)})
    assert store.memory(ORG, hour(3)).in_force == {"a": hour(1), "b": hour(2), "c": hour(2)}


def test_waiting_since_stays_until_the_waiting_ends(store: Store) -> None:
    """Who waits on keeps the place in the queue; who waits again later starts anew."""
    record(store, 1, waiting=[("ann", "Calling"), ("bob", "Calling")])
    record(store, 2, waiting=[("bob", "Calling"), ("bob", "Meetings"), ("bob", "Meetings")])
    assert store.memory(ORG, hour(3)).waiting == {("bob", "Calling"): hour(1), ("bob", "Meetings"): hour(2)}
    record(store, 3, waiting=[("ann", "Calling")])
    assert store.memory(ORG, hour(3)).waiting == {("ann", "Calling"): hour(3)}
    record(store, 4)
    assert store.memory(ORG, hour(4)).waiting == {}


def test_groups_are_remembered_with_their_members(store: Store) -> None:
    """A group that vanished is still known, and one that ever had members still had them."""
    sync(store, hour(0), [someone("ann")], {"sales": ["ann"], "empty": []})
    sync(store, hour(1), [someone("ann")], {"sales": []})
    sync(store, hour(2), [someone("ann")], {"sales": []})
    assert store.memory(ORG, hour(2)).known_groups == (
        KnownGroup("empty", "Empty", False),
        KnownGroup("sales", "Sales", True),
    )
    sync(store, hour(3), [someone("ann")], {"other": []})
    sync(store, hour(4), [someone("ann")], {"sales": []})
    assert KnownGroup("sales", "Sales", True) in store.memory(ORG, hour(4)).known_groups


def test_removals_of_a_day_come_from_the_journal(store: Store) -> None:
    """What was really taken in the last 24 hours counts, per person and holding; what failed does not."""
    carry_out(store, hour(0), "old", (license_operation("remove", MEETINGS), "done"))
    carry_out(
        store,
        hour(1),
        "ann",
        (license_operation("remove", MEETINGS), "done"),
        (role_operation("remove"), "done"),
        (license_operation("remove", CALLING), "refused"),
    )
    carry_out(store, hour(2), "bob", (license_operation("remove", CALLING), "alreadyDone"))
    carry_out(store, hour(3), "cem", (license_operation("add", CALLING), "done"))
    removals = store.memory(ORG, hour(1) + timedelta(hours=23.5)).removals
    assert removals == (Removal("id-ann", MEETINGS, hour(1)), Removal("id-ann", f"attendee:{SITE}", hour(1)))
    assert store.memory("org-2", hour(2)).removals == ()


def test_the_number_of_people_before(store: Store) -> None:
    """The snapshot before the newest tells by how much the list of people shrank."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    assert store.memory(ORG, hour(0)).people_before is None
    sync(store, hour(1), [someone("ann")])
    assert store.memory(ORG, hour(1)).people_before == 2
