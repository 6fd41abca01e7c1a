"""RULES 5.3, 5.4: who gets the last units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from reconciler.model.live import Location, PhoneNumber
from tests.support.desired import (
    applied,
    changes,
    codes,
    desired,
    everyone,
    exception,
    members,
    organization,
    plan,
    waiting,
    winners,
)
from tests.support.live import AGENT, NOW, PREMIUM, PRO, RTT, SALES, SUPPORT, Someone

NAME = "Real-Time Translations"
ONE = msgspec.structs.replace(RTT, total=1)
NONE = msgspec.structs.replace(RTT, total=0)
FILES = desired(organization(), everyone(NAME))
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


def test_smallest_priority_first() -> None:
    """The template with the smallest priority is served first, whatever the addresses say."""
    files = desired(organization("groups"), members("Sales", NAME, priority=50), members("Support", NAME, priority=10))
    seller = msgspec.structs.replace(ANN, groups=(SALES.id,))
    helper = msgspec.structs.replace(CY, groups=(SUPPORT.id,))
    found = plan(files, seller, helper, licenses=(ONE,))
    assert winners(found, NAME) == [CY.email]
    assert waiting(found) == [(ANN.email, NAME)]


def test_best_of_several_priorities() -> None:
    """Somebody whom two templates grant the license counts with the smaller priority."""
    files = desired(organization("groups"), members("Sales", NAME, priority=50), members("Support", NAME, priority=10))
    both = msgspec.structs.replace(CY, groups=(SALES.id, SUPPORT.id))
    seller = msgspec.structs.replace(ANN, groups=(SALES.id,))
    assert winners(plan(files, seller, both, licenses=(ONE,)), NAME) == [CY.email]


def test_then_the_longest_waiting() -> None:
    """Among equals, whoever has waited longest is served first; who waits already comes before who does not."""
    since = {(CY.id, NAME): NOW - timedelta(days=3), (BOB.id, NAME): NOW - timedelta(days=9)}
    memory = msgspec.structs.replace(applied(FILES), waiting=since)
    assert winners(plan(FILES, ANN, BOB, CY, licenses=(ONE,), memory=memory), NAME) == [BOB.email]
    one = msgspec.structs.replace(memory, waiting={(CY.id, NAME): NOW - timedelta(hours=1)})
    assert winners(plan(FILES, ANN, BOB, CY, licenses=(ONE,), memory=one), NAME) == [CY.email]


def test_then_the_oldest_account_and_none_last() -> None:
    """Among equals that wait equally long, the older account is served first and one without a date last."""
    old = msgspec.structs.replace(CY, created=datetime(2020, 1, 1, tzinfo=UTC))
    young = msgspec.structs.replace(BOB, created=datetime(2024, 1, 1, tzinfo=UTC))
    assert winners(plan(FILES, ANN, young, old, licenses=(ONE,)), NAME) == [CY.email]
    assert winners(plan(FILES, ANN, young, licenses=(ONE,)), NAME) == [BOB.email]


def test_then_the_address() -> None:
    """At last the address decides, without regard to case."""
    upper = msgspec.structs.replace(BOB, email="Bob@acme.example")
    assert winners(plan(FILES, CY, upper, licenses=(ONE,)), NAME) == ["Bob@acme.example"]


def test_the_last_unit_is_given() -> None:
    """Exactly as many units as people: nobody waits."""
    assert waiting(plan(FILES, ANN, licenses=(ONE,))) == []


def test_blocked_people_take_no_unit_and_do_not_wait() -> None:
    """Somebody whom a finding blocks neither takes the last unit nor stands in the queue."""
    files = desired(organization(manage=()), everyone("Contact Center Premium Agent"))
    blocked = msgspec.structs.replace(ANN, holds=(AGENT.id,))
    one = msgspec.structs.replace(PREMIUM, total=1)
    found = plan(files, blocked, BOB, licenses=(one, AGENT))
    assert winners(found, PREMIUM.name) == [BOB.email]
    assert waiting(found) == []


def test_one_exhausted_product_blocks_no_other() -> None:
    """Somebody who waits for one license gets the others."""
    found = plan(desired(organization(), everyone(NAME, "Contact Center Premium Agent")), ANN, licenses=(NONE, PREMIUM))
    assert changes(found) == ["+ Contact Center Premium Agent"]
    assert waiting(found) == [(ANN.email, NAME)]


def test_plenty_is_given_without_looking_at_people() -> None:
    """Where a pool has enough for everybody, it is awarded by situation, not by person."""
    found = plan(FILES, ANN, BOB, CY)
    assert len(winners(found, NAME)) == 3
    assert found.workings.allocation.by_person == {}


def test_what_an_exception_adds_comes_first() -> None:
    """An addition by exception counts as priority 0: before every template."""
    files = desired(organization(), everyone(NAME, priority=1), exception("x", CY.email, add=[NAME]))
    assert winners(plan(files, ANN, BOB, CY, licenses=(ONE,)), NAME) == [CY.email]


def test_priority_comes_before_waiting() -> None:
    """Somebody of better priority who came today is served before somebody who has waited for long."""
    files = desired(organization("groups"), members("Sales", NAME, priority=50), members("Support", NAME, priority=10))
    memory = msgspec.structs.replace(applied(files), waiting={(ANN.id, NAME): NOW - timedelta(days=300)})
    seller = msgspec.structs.replace(ANN, groups=(SALES.id,))
    helper = msgspec.structs.replace(CY, groups=(SUPPORT.id,))
    assert winners(plan(files, seller, helper, licenses=(ONE,), memory=memory), NAME) == [CY.email]


def test_blocked_callers_give_way_to_the_next() -> None:
    """The last Calling unit passes by whoever has no usable number; they are told, and stand in no list."""
    hq = Location("L1", "HQ", True)
    numbers = (PhoneNumber("+14085550100", "L1", "HQ", "ACTIVE"),)
    able = msgspec.structs.replace(CY, work_phone="+14085550100")
    files = desired(organization(), everyone(PRO.name))
    pools = (msgspec.structs.replace(PRO, total=1),)
    found = plan(files, ANN, able, licenses=pools, locations=(hq,), numbers=numbers)
    assert winners(found, PRO.name) == [CY.email]
    assert waiting(found) == []
    assert "no-work-phone" in codes(found)
    none = plan(files, ANN, able, licenses=(msgspec.structs.replace(PRO, total=0),), locations=(hq,), numbers=numbers)
    assert waiting(none) == [(CY.email, PRO.name)]
    assert [f.where for f in none.plan.findings if f.code == "no-work-phone"] == [ANN.email]


def test_a_number_wanted_twice_goes_to_the_first_in_order() -> None:
    """Of two people with one number the first by the order gets number and unit; the other is told, and takes no unit."""
    hq = Location("L1", "HQ", True)
    numbers = (PhoneNumber("+14085550100", "L1", "HQ", "ACTIVE"),)
    old = msgspec.structs.replace(CY, work_phone="+14085550100", created=datetime(2020, 1, 1, tzinfo=UTC))
    young = msgspec.structs.replace(ANN, work_phone="+14085550100")
    found = plan(
        desired(organization(), everyone(PRO.name)), young, old, licenses=(PRO,), locations=(hq,), numbers=numbers
    )
    assert winners(found, PRO.name) == [CY.email]
    assert waiting(found) == []
    assert "number-given-twice" in codes(found)


def test_whoever_is_blocked_behind_somebody_who_waits_is_told_too() -> None:
    """Nobody stands in the list for Calling without a usable number, wherever in the order they are."""
    hq = Location("L1", "HQ", True)
    numbers = (PhoneNumber("+14085550100", "L1", "HQ", "ACTIVE"),)
    able = msgspec.structs.replace(ANN, work_phone="+14085550100")
    pools = (msgspec.structs.replace(PRO, total=0),)
    files = desired(organization(), everyone(PRO.name))
    found = plan(files, able, BOB, licenses=pools, locations=(hq,), numbers=numbers)
    assert waiting(found) == [(ANN.email, PRO.name)]
    assert [f.where for f in found.plan.findings if f.code == "no-work-phone"] == [BOB.email]
