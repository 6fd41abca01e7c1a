"""What everybody held when the store first saw them, counted beside where they are now."""

from __future__ import annotations

import pytest

from reconciler.errors import StoreError
from reconciler.store import Store
from reconciler.store.tables import member_set
from tests.unit.store.organization import CALLING, MEETINGS, MESSAGING, ORG, hour, situation_of, someone, sync


def test_everybody_is_counted_with_what_they_held_first(store: Store) -> None:
    """Who changed stands with what they had at their own first sight, whenever that was; the others with what they have."""
    sync(store, hour(0), [someone("ann", MESSAGING), someone("bob", MESSAGING), someone("cat", MESSAGING)])
    sync(store, hour(1), [someone("ann", MESSAGING), someone("bob", MEETINGS, MESSAGING), someone("cat", MESSAGING)])
    sync(
        store, hour(2),
        [someone("ann", MESSAGING), someone("bob", MEETINGS), someone("cat", MESSAGING), someone("dan", CALLING, MEETINGS)],
    )  # fmt: skip
    sync(
        store, hour(3),
        [someone("ann", MESSAGING), someone("bob", MEETINGS), someone("cat", MESSAGING), someone("dan", MEETINGS)],
    )  # fmt: skip
    view = store.live(ORG)
    now = {name: situation_of(view, name).id for name in ("ann", "bob", "dan")}
    assert now["bob"] == now["dan"]
    assert set(view.first_sights()) == {
        (now["ann"], frozenset({MESSAGING}), 2),
        (now["bob"], frozenset({MESSAGING}), 1),
        (now["bob"], frozenset({CALLING, MEETINGS}), 1),
    }


def test_an_earlier_snapshot_is_as_it_was(store: Store) -> None:
    """A view of the past counts who was there then, and nobody who came later."""
    sync(store, hour(0), [someone("ann")])
    first = store.live(ORG).snapshot().id
    sync(store, hour(1), [someone("ann", MEETINGS), someone("bob")])
    view = store.live(ORG, first)
    assert [(held, people) for _, held, people in view.first_sights()] == [(frozenset(), 1)]


def test_a_damaged_set_is_no_empty_one(store: Store) -> None:
    """Where what was held first is lost, nothing is made up."""
    sync(store, hour(0), [someone("ann", MEETINGS)])
    view = store.live(ORG)
    with store._database.write() as connection:
        connection.execute(member_set.delete().where(member_set.c.packed.contains(MEETINGS)))
    with pytest.raises(StoreError):
        view.first_sights()
