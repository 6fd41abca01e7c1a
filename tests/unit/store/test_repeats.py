"""RULES 4.6: the store notices what it is asked to do again and again."""

from __future__ import annotations

from reconciler.model.memory import Repeat
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    SITE,
    carry_out,
    hour,
    license_operation,
    role_operation,
    someone,
    sync,
)

GIVE, TAKE = license_operation("add", MEETINGS, "sales"), license_operation("remove", MEETINGS, "sales")


def test_twice_in_a_row_is_remembered_with_both_times(store: Store) -> None:
    """The same operation done twice for one person, with nothing of ours in between, is a repeat; once is none."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    carry_out(store, hour(1), "ann", (GIVE, "done"))
    carry_out(store, hour(1.5), "bob", (GIVE, "done"))
    assert store.memory(ORG, hour(2)).repeats == ()
    carry_out(store, hour(2), "ann", (GIVE, "done"), (role_operation("remove"), "done"))
    assert store.memory(ORG, hour(3)).repeats == (Repeat("id-ann", MEETINGS, "add", (hour(1), hour(2))),)
    carry_out(store, hour(3), "ann", (role_operation("remove"), "done"))
    assert [item.holding for item in store.memory(ORG, hour(4)).repeats] == [f"attendee:{SITE}", MEETINGS]


def test_what_we_undo_ourselves_begins_anew(store: Store) -> None:
    """Giving, taking and giving again is our own doing, and no repeat."""
    sync(store, hour(0), [someone("ann")])
    for number, operation in enumerate((GIVE, TAKE, GIVE)):
        carry_out(store, hour(number), "ann", (operation, "done"))
    assert store.memory(ORG, hour(9)).repeats == ()


def test_only_what_was_done_counts(store: Store) -> None:
    """A refused or ignored operation changed nothing that somebody could have undone."""
    sync(store, hour(0), [someone("ann")])
    carry_out(store, hour(1), "ann", (GIVE, "ignored"), (license_operation("add", CALLING), "refused"))
    carry_out(store, hour(2), "ann", (GIVE, "done"), (license_operation("add", CALLING), "done"))
    assert store.memory(ORG, hour(3)).repeats == ()
