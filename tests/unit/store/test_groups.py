"""RULES 1.7: what is remembered of a group: that it was emptied, until it is itself again, and what it was called."""

from __future__ import annotations

from datetime import datetime

import pytest

from reconciler.model.live import Group, GroupMembers, Scope
from reconciler.model.memory import KnownGroup
from reconciler.store import Store
from tests.unit.store.organization import ORG, hour

EIGHT = 8


def read(
    store: Store, at: float, seen: int | None, *, size: int | None = None, key: str = "g1", name: str = "Sales"
) -> None:
    """A sync in which the group has so many members; with None for `seen`, nobody asked."""
    group = Group(key, name, seen if size is None else size)
    with store.begin_sync(ORG, "Acme", Scope(groups=() if seen is None else (key,)), hour(at)) as writer:
        writer.licenses(())
        writer.groups([group])
        if seen is not None:
            writer.members(GroupMembers(group, tuple(f"id-{number}" for number in range(seen)), (), seen))
        writer.people([])
        writer.commit()


def known(store: Store, key: str = "g1") -> KnownGroup:
    """What the rules get to know of it."""
    (found,) = [item for item in store.memory(ORG, hour(99)).known_groups if item.id == key]
    return found


def emptied(store: Store, *members: int | None) -> datetime | None:
    """Since when the group counts as emptied after these readings, an hour each."""
    for number, seen in enumerate(members):
        read(store, number, seen)
    return known(store).emptied


@pytest.mark.parametrize(
    ("members", "since"),
    [
        ((0, 0), None),
        ((EIGHT, 1), None),
        ((EIGHT, 0), 1),
        ((EIGHT, 0, 0, 0), 1),
        ((EIGHT, 0, 1), 1),
        ((EIGHT, 0, 3), 1),
        ((EIGHT, 0, 4), None),
        ((7, 0, 3), 1),
        ((7, 0, 4), None),
        ((EIGHT, 0, None, 1), 1),
        ((EIGHT, None, 0, 1), 2),
        ((EIGHT, 0, 1, 0, 1), 3),
        ((EIGHT, 0, 1, None, 0, 1), 4),
        ((EIGHT, 0, 4, 2), None),
        ((EIGHT, 0, 4, 0, 2), None),
        ((EIGHT, 0, 4, 0, 1), 3),
    ],
)  # fmt: skip
def test_emptied_until_half_as_many_are_back(store: Store, members: tuple[int | None, ...], since: int | None) -> None:
    """A group that was read empty after it had members stays emptied until half as many, rounded up, are back."""
    assert emptied(store, *members) == (None if since is None else hour(since))


def test_a_reading_in_part_does_not_lower_what_is_expected_back(store: Store) -> None:
    """Where fewer were seen than Webex counts, its own count says how many the group had."""
    read(store, 0, EIGHT)
    read(store, 1, 1, size=EIGHT)
    read(store, 2, 0)
    read(store, 3, 1)
    assert known(store).emptied == hour(2)


def test_a_group_made_anew_under_its_name_is_emptied_until_it_is_itself_again(store: Store) -> None:
    """A new group with the name of one that is gone inherits how many members it had."""
    read(store, 0, EIGHT)
    read(store, 1, 1, key="g2", name=" Sales ")
    assert known(store, "g2").emptied == hour(1)
    read(store, 2, 5, key="g2")
    assert known(store, "g2").emptied is None


def test_a_new_group_of_another_name_inherits_nothing(store: Store) -> None:
    """Only the name makes a new group the old one."""
    read(store, 0, EIGHT)
    read(store, 1, 1, key="g2", name="Support")
    assert known(store, "g2") == KnownGroup("g2", "Support", True)


def test_former_names_are_remembered(store: Store) -> None:
    """What a group was called before is known, each name once, and not the name it has."""
    for at, name in enumerate(("Sales", "Sales EMEA", "Sales EMEA", "Sell", "Sales EMEA")):
        read(store, at, 1 if at else None, name=name)
    assert (known(store).name, known(store).former) == ("Sales EMEA", ("Sales", "Sell"))
