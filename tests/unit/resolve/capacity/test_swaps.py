"""RULES 5.3: what a plan frees, swaps at full capacity, and swaps that wait for each other."""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import License
from reconciler.model.desired import Budget, Capacity, GroupReference, Retention
from reconciler.model.live import Group
from tests.support.desired import (
    changes,
    codes,
    desired,
    everyone,
    managed,
    members,
    organization,
    plan,
    waiting,
    winners,
)
from tests.support.live import AGENT, MSG, PREMIUM, RTT, SALES, SITE, SUPPORT, Someone, license_id

NAME = "Real-Time Translations"
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


def test_what_the_plan_frees_is_given() -> None:
    """A unit that the plan takes from one person goes to another in the same plan."""
    org = organization("groups", retention=Retention(manual="remove"))
    full = msgspec.structs.replace(RTT, total=1, consumed=1, consumed_by_users=1)
    holder = msgspec.structs.replace(ANN, holds=(RTT.id,))
    new = msgspec.structs.replace(BOB, groups=(SALES.id,))
    found = plan(desired(org, members("Sales", NAME)), holder, new, licenses=(full,))
    assert changes(found, ANN.email) == [f"- {NAME}"]
    assert changes(found, BOB.email) == [f"+ {NAME}"]
    (line,) = found.plan.pools
    assert (line.available, line.add, line.remove, line.available_after) == (0, 1, 1, 0)


def test_a_swap_frees_its_unit_at_once() -> None:
    """A unit that a swap frees goes to the next in order within the same plan, though that one came earlier in the order."""
    files = desired(
        organization("groups", manage=managed("Contact center Standard Agent")),
        members("Sales", "Contact Center Premium Agent", priority=50),
        members("Support", "Contact center Standard Agent", priority=1),
    )
    swapper = msgspec.structs.replace(ANN, groups=(SALES.id,), holds=(AGENT.id,))
    new = msgspec.structs.replace(BOB, groups=(SUPPORT.id,))
    pools = (
        msgspec.structs.replace(PREMIUM, total=1),
        msgspec.structs.replace(AGENT, total=1, consumed=1, consumed_by_users=1),
    )
    found = plan(files, swapper, new, licenses=pools)
    assert winners(found, AGENT.name) == [BOB.email]
    assert winners(found, PREMIUM.name) == [ANN.email]
    assert waiting(found) == []


def test_a_swap_at_full_capacity_chains() -> None:
    """One free unit lets a whole chain of swaps through."""
    tiers = (("Gold", "Silver"), ("Silver", "Bronze"))
    gold, silver, bronze = (
        License(license_id("ZZ", 90 + n), name, 1, used, used, 0, "Sub-1")
        for n, (name, used) in enumerate((("Gold", 0), ("Silver", 1), ("Bronze", 1)))
    )
    files = desired(
        organization("groups", tiers=tiers, manage=managed("Silver", "Bronze")),
        members("Sales", "Gold", priority=50),
        members("Support", "Silver", priority=1),
    )
    first = msgspec.structs.replace(ANN, groups=(SALES.id,), holds=(silver.id,))
    second = msgspec.structs.replace(BOB, groups=(SUPPORT.id,), holds=(bronze.id,))
    found = plan(files, first, second, licenses=(gold, silver, bronze))
    assert changes(found, ANN.email) == ["+ Gold", "- Silver"]
    assert changes(found, BOB.email) == ["+ Silver", "- Bronze"]


def test_swaps_that_only_wait_for_each_other_wait() -> None:
    """Two people who would change places with nothing free both wait, and a finding says what would help."""
    org = organization("groups", retention=Retention(manual="remove"))
    up, down = (
        License(license_id("MC", 95 + n, SITE), name, 1, 1, 1, 0, "Sub-1", SITE)
        for n, name in enumerate(("Up", "Down"))
    )
    files = desired(org, members("Sales", "Up"), members("Support", "Down"))
    first = msgspec.structs.replace(ANN, groups=(SALES.id,), holds=(down.id,))
    second = msgspec.structs.replace(BOB, groups=(SUPPORT.id,), holds=(up.id,))
    found = plan(files, first, second, licenses=(MSG, up, down))
    assert changes(found) == []
    assert codes(found) == ["swap-cycle"]
    assert waiting(found) == [(ANN.email, "Up"), (BOB.email, "Down")]
    more = plan(files, first, second, licenses=(msgspec.structs.replace(up, total=2), down, MSG))
    assert len(changes(more)) == 4
    assert waiting(more) == []


def test_a_circle_of_budgets_waits_as_well() -> None:
    """Two members of a group who would change places in two full budgets wait, although there are units."""
    budgets = tuple(Budget(name, GroupReference("Sales"), 1) for name in ("Up", "Down"))
    org = organization("groups", retention=Retention(manual="remove"), capacity=Capacity(budgets=budgets))
    up, down = (
        License(license_id("MC", 95 + n, SITE), name, 9, 1, 1, 0, "Sub-1", SITE)
        for n, name in enumerate(("Up", "Down"))
    )
    files = desired(org, members("Staff", "Up"), members("Support", "Down"))
    staff = Group("G9", "Staff")
    first = msgspec.structs.replace(ANN, groups=tuple(sorted((SALES.id, staff.id))), holds=(down.id,))
    second = msgspec.structs.replace(BOB, groups=tuple(sorted((SALES.id, SUPPORT.id))), holds=(up.id,))
    found = plan(files, first, second, licenses=(MSG, up, down), groups=(SALES, SUPPORT, staff))
    assert changes(found) == []
    assert codes(found) == ["swap-cycle"]
    assert "in the budget of Sales" in found.plan.findings[0].message


def test_one_who_waits_for_a_unit_is_no_circle() -> None:
    """A swap that waits for a unit which no other swap would free is no circle, and no finding speaks of one."""
    files = desired(organization(manage=managed(AGENT.name)), everyone(PREMIUM.name))
    holder = msgspec.structs.replace(ANN, holds=(AGENT.id,))
    found = plan(files, holder, licenses=(msgspec.structs.replace(PREMIUM, total=0), AGENT))
    assert waiting(found) == [(ANN.email, PREMIUM.name)]
    assert codes(found) == []


def test_a_thousand_swaps_wake_a_thousand_who_wait() -> None:
    """Every unit that a swap frees goes to the best of those who were passed over before."""
    tiers = desired(
        organization("groups", manage=managed(AGENT.name)),
        members("Sales", PREMIUM.name, priority=50),
        members("Support", AGENT.name, priority=1),
    )
    swapping = [Someone(f"s{n:04}@acme.example", groups=(SALES.id,), holds=(AGENT.id,)) for n in range(1000)]
    asking = [Someone(f"w{n:04}@acme.example", groups=(SUPPORT.id,)) for n in range(1200)]
    pools = (
        msgspec.structs.replace(PREMIUM, total=900),
        msgspec.structs.replace(AGENT, total=1000, consumed=1000, consumed_by_users=1000),
    )
    found = plan(tiers, *swapping, *asking, licenses=pools)
    assert winners(found, PREMIUM.name) == [person.email for person in swapping[:900]]
    assert winners(found, AGENT.name) == [person.email for person in asking[:900]]
    assert len(waiting(found)) == 100 + 300
