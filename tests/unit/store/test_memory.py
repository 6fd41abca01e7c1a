"""Memory: what earlier applies and snapshots left for the rules."""

from __future__ import annotations

from reconciler.model.memory import KnownGroup, Memory, Registry
from reconciler.store import Store
from tests.unit.store.organization import ORG, hour, plan, someone, sync


def record(store: Store, hours: float, **fields: object) -> None:
    """The end of an apply."""
    run = store.start_run(ORG, plan(), None, hour(hours))
    known: dict[str, object] = {"in_force": {}, "reorigin": {}, "waiting": ()}
    known["registry"] = Registry("organization", (), hour(hours))
    store.record_apply(ORG, run, at=hour(hours), **(known | fields))  # type: ignore[arg-type]


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
        KnownGroup("sales", "Sales", True, hour(1)),
    )
    sync(store, hour(3), [someone("ann")], {"other": []})
    sync(store, hour(4), [someone("ann")], {"sales": []})
    assert KnownGroup("sales", "Sales", True, hour(1)) in store.memory(ORG, hour(4)).known_groups


def test_the_most_people_are_what_the_next_reading_is_compared_with(store: Store) -> None:
    """Before the first apply: a reading with holes does not become the measure by being made again."""
    sync(store, hour(0), [someone("ann"), someone("bob"), someone("cem")])
    assert store.memory(ORG, hour(0)).people_before is None
    for number in range(1, 5):
        sync(store, hour(number), [someone("ann")])
        assert store.memory(ORG, hour(number)).people_before == 3


def test_a_completed_apply_sets_the_measure(store: Store) -> None:
    """From then on its people count, and those of every snapshot since but the newest; who left before counts no more."""
    everybody = [someone(name) for name in ("ann", "bob", "cem", "dan")]
    sync(store, hour(0), everybody)
    sync(store, hour(1), everybody[:2])
    record(store, 1.5, registry=Registry("organization", (), hour(1.5), people=2))
    assert store.memory(ORG, hour(2)).people_before == 2
    sync(store, hour(2), everybody[:3])
    assert store.memory(ORG, hour(2)).people_before == 2
    sync(store, hour(3), everybody[:1])
    sync(store, hour(4), everybody[:1])
    assert store.memory(ORG, hour(4)).people_before == 3


def test_a_clock_that_went_back_hides_no_snapshot(store: Store) -> None:
    """Snapshots after an apply are told by the order of writing, not by what the clock says."""
    everybody = [someone(name) for name in ("ann", "bob", "cem", "dan")]
    sync(store, hour(40), everybody[:2])
    record(store, 48, registry=Registry("organization", (), hour(48), people=2))
    sync(store, hour(1), everybody)
    sync(store, hour(2), everybody[:1])
    assert store.memory(ORG, hour(2)).people_before == 4
