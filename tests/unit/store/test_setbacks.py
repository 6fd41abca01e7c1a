"""What did not happen stays with the person until it does, and the store can tell whether anything has changed since."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.model.memory import Setback
from reconciler.model.plan import CallingProperties
from reconciler.model.result import OperationResult, Outcome, PersonResult, State
from reconciler.store import Store
from reconciler.store.database import lock_org
from reconciler.store.packing import to_ms
from reconciler.store.setbacks import count
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    ORG,
    POOLS,
    SITE,
    hour,
    license_operation,
    role_operation,
    someone,
    sync,
)

GIVE = license_operation("add", CALLING, "sales")
ROLE = role_operation("add", "sales")


def told(store: Store, at: float, name: str, *items: OperationResult) -> None:
    """Count these outcomes of one call."""
    with store._database.write() as connection:
        key, _ = lock_org(connection, ORG)
        count(connection, key, PersonResult(f"id-{name}", f"{name}@acme.example", items, 400), to_ms(hour(at)))


def known(store: Store, at: float) -> tuple[Setback, ...]:
    """What a plan would know then."""
    return store.memory(ORG, hour(at)).setbacks


def test_a_refusal_is_known_with_its_code_its_words_and_its_times(store: Store) -> None:
    """Twice in a row is told with the first and the last time, what it was about, and that nothing changed since."""
    sync(store, hour(0), [someone("ann")])
    for at in (1, 5):
        told(store, at, "ann", OperationResult(GIVE, "refused", "code 400404: they exclude", "", (400404,)))
    words = {"codes": (400404,), "detail": "code 400404: they exclude"}
    assert known(store, 6) == (Setback("id-ann", CALLING, "add", "refused", 2, hour(1), hour(5), **words),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "state", "expected"),
    [
        ("refused", "", "refused"),
        ("ignored", "", "silentlyIgnored"),
        ("ignored", "pending", "pending"),
        ("ignored", "outOfUnits", "outOfUnits"),
        ("failed", "", "failed"),
        ("unknown", "", "unknown"),
    ],
)
def test_each_outcome_has_its_own_state(store: Store, outcome: Outcome, state: State, expected: str) -> None:
    """The next plan knows why it did not happen."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, outcome, "why", state))
    assert [item.state for item in known(store, 2)] == [expected]


@pytest.mark.parametrize("outcome", ["done", "alreadyDone", "skipped"])
def test_what_happened_after_all_is_forgotten(store: Store, outcome: Outcome) -> None:
    """Success clears the row of that operation, and no other row."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, "ignored"), OperationResult(ROLE, "ignored"))
    told(store, 2, "ann", OperationResult(GIVE, outcome))
    assert [item.holding for item in known(store, 3)] == [f"attendee:{SITE}"]


def test_what_was_not_sent_leaves_no_trace(store: Store) -> None:
    """A run that stopped before says nothing about the operation."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, "notSent", "The run stopped before."))
    assert known(store, 2) == ()


def test_it_is_known_whether_the_person_is_still_as_then(store: Store) -> None:
    """Another license, another number in the directory or another state of the account: a refusal may be out of date."""
    for number, fields in enumerate(({"work_phone": "+14085550100"}, {"state": "pending"}, {"extension": "100"})):
        at = number * 10
        sync(store, hour(at), [someone("ann")])
        told(store, at + 1, "ann", OperationResult(GIVE, "refused"))
        assert [item.same for item in known(store, at + 2)] == [True]
        sync(store, hour(at + 3), [someone("ann", **fields)])
        assert [item.same for item in known(store, at + 4)] == [False]
    sync(store, hour(50), [someone("ann", MEETINGS)])
    assert [item.same for item in known(store, 51)] == [False]


def test_it_is_known_whether_the_same_is_sold_as_then(store: Store) -> None:
    """More units bought make it worth asking again; units in use change all day and do not."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, "refused"))
    busier = [msgspec.structs.replace(pool, consumed=(pool.consumed or 0) + 1) for pool in POOLS]
    sync(store, hour(2), [someone("ann")], licenses=busier)
    assert [item.same for item in known(store, 3)] == [True]
    bought = [msgspec.structs.replace(pool, total=(pool.total or 0) + 1) for pool in POOLS]
    sync(store, hour(4), [someone("ann")], licenses=bought)
    assert [item.same for item in known(store, 5)] == [False]


def test_no_unit_is_blamed_only_where_the_counter_says_so(store: Store) -> None:
    """An addition that was left out is out of units when the counter shows none left, and silently ignored otherwise."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, "ignored"), OperationResult(ROLE, "ignored"))
    assert [item.state for item in known(store, 2)] == ["silentlyIgnored", "silentlyIgnored"]
    full = [msgspec.structs.replace(pool, consumed=pool.total) for pool in POOLS]
    sync(store, hour(3), [someone("ann")], licenses=full)
    assert [item.state for item in known(store, 4)] == ["silentlyIgnored", "outOfUnits"]
    told(store, 5, "ann", OperationResult(license_operation("remove", CALLING), "ignored"))
    assert [item.state for item in known(store, 6)] == ["silentlyIgnored", "silentlyIgnored"]


def test_another_wish_is_counted_anew(store: Store) -> None:
    """The opposite operation, another number, or a person who has changed: the times in a row begin at one."""
    sync(store, hour(0), [someone("ann")])
    other = msgspec.structs.replace(GIVE, calling=CallingProperties("+14085550100"))
    for at, operation in ((1, GIVE), (2, GIVE), (3, other), (4, license_operation("remove", CALLING))):
        told(store, at, "ann", OperationResult(operation, "failed"))
        expected = 2 if at == 2 else 1
        assert [item.times for item in known(store, at + 0.5)] == [expected], at
    assert [(item.since, item.operation) for item in known(store, 5)] == [(hour(4), "remove")]


def test_a_code_that_may_be_about_others_says_so(store: Store) -> None:
    """One refusal for a whole call: each operation knows how many others it may have been about."""
    sync(store, hour(0), [someone("ann")])
    give = [
        OperationResult(item, "refused", "no", "", (400404,)) for item in (GIVE, license_operation("add", MEETINGS))
    ]
    told(store, 1, "ann", *give, OperationResult(ROLE, "refused", "no", "", (400216,)))
    assert {item.holding: item.others for item in known(store, 2)} == {CALLING: 1, MEETINGS: 1, f"attendee:{SITE}": 0}


def test_what_nobody_asked_for_in_a_month_is_forgotten(store: Store) -> None:
    """A wish that ended leaves nothing behind for ever, neither for plans nor in the table."""
    sync(store, hour(0), [someone("ann")])
    told(store, 1, "ann", OperationResult(GIVE, "refused"))
    later = 1 + timedelta(days=31) / timedelta(hours=1)
    assert known(store, later) == ()
    told(store, later, "ann", OperationResult(ROLE, "failed"))
    assert [item.holding for item in known(store, 2)] == [f"attendee:{SITE}"]


def test_somebody_who_left_has_no_setbacks(store: Store) -> None:
    """Nobody plans for people who are gone, and an outcome for somebody unknown is noted without harm."""
    sync(store, hour(0), [someone("ann"), someone("bob")])
    told(store, 1, "ann", OperationResult(GIVE, "refused"))
    told(store, 1, "zoe", OperationResult(GIVE, "refused"))
    sync(store, hour(2), [someone("bob")])
    assert known(store, 3) == ()
    sync(store, hour(4), [someone("bob"), someone("zoe")])
    assert [(item.person_id, item.same) for item in known(store, 5)] == [("id-zoe", False)]
