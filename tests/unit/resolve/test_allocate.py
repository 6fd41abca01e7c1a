"""RULES 5.1-5.6: who gets the last units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from reconciler.model.catalog import License
from reconciler.model.desired import Budget, Capacity, GroupReference, LicenseCapacity, Retention
from reconciler.model.memory import Memory
from tests.support.desired import (
    applied,
    attendee,
    changes,
    codes,
    desired,
    everyone,
    exception,
    managed,
    members,
    organization,
    plan,
    waiting,
    winners,
)
from tests.support.live import (
    AGENT,
    MSG,
    NOW,
    PREMIUM,
    RTT,
    SALES,
    SITE,
    SUITE,
    SUITE2,
    SUPPORT,
    Someone,
    license_id,
)

NAME = "Real-Time Translations"
ONE = msgspec.structs.replace(RTT, total=1)
NONE = msgspec.structs.replace(RTT, total=0)
FILES = desired(organization(), everyone(NAME))
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


def _left(pool: License, capacity: Capacity | None = None, people: int = 8, beside: tuple[License, ...] = ()) -> int:
    """How many of `people` get the license."""
    crowd = [Someone(f"p{n}@acme.example") for n in range(people)]
    files = desired(organization(capacity=capacity or Capacity()), everyone(pool.name))
    return len(winners(plan(files, *crowd, licenses=(pool, *beside)), pool.name))


# 5.1, 5.2


def test_available_is_total_minus_consumed() -> None:
    """Units left are total minus consumed; nobody gets one beyond."""
    assert _left(msgspec.structs.replace(RTT, total=5, consumed=2, consumed_by_users=0, consumed_by_workspaces=2)) == 3


def test_negative_counts_give_nothing() -> None:
    """A pool that is over-assigned already gives nothing."""
    assert _left(msgspec.structs.replace(RTT, total=2, consumed=5, consumed_by_users=0)) == 0


def test_free_licenses_are_not_counted() -> None:
    """A license without a subscription is given whatever its counters say."""
    assert _left(msgspec.structs.replace(MSG, total=0, consumed=0)) == 8


def test_hybrid_licenses_are_not_counted() -> None:
    """Hybrid licenses, which always count 1 and 0, are given to everybody."""
    assert _left(License(license_id("CG", 80), "Hybrid Calendar", 1, 0, 0, 0, "Sub-1")) == 8


def test_a_pool_without_counts_gives_nothing() -> None:
    """A paid pool whose counts Webex does not say is not spent."""
    assert _left(msgspec.structs.replace(RTT, total=None, consumed=None)) == 0


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (LicenseCapacity("hard"), 5),
        (LicenseCapacity("overage", 20.0), 6),
        (LicenseCapacity("overage", 19.0), 5),
        (LicenseCapacity("uncapped"), 8),
    ],
)
def test_enforcement(policy: LicenseCapacity, expected: int) -> None:
    """`hard` stops at the total, `overage` at so many percent more, `uncapped` never."""
    assert _left(RTT, Capacity(default=policy)) == expected


def test_enforcement_per_license() -> None:
    """A license may be capped differently from the rest, by any of its names."""
    policy = Capacity(LicenseCapacity("uncapped"), {"Single License - Webex Voice": LicenseCapacity("hard")})
    voice = msgspec.structs.replace(RTT, name="Webex Voice", id=license_id("XX", 81))
    assert _left(voice, policy, beside=(RTT,)) == 5
    assert _left(RTT, policy, beside=(voice,)) == 8


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


def test_consumed_and_available_are_two_numbers() -> None:
    """A pool is shown with what is used and with what is left, before and after."""
    found = plan(FILES, ANN, licenses=(msgspec.structs.replace(RTT, total=5, consumed=2, consumed_by_users=0),))
    (line,) = found.plan.pools
    assert (line.total, line.consumed, line.available, line.add, line.available_after) == (5, 2, 3, 1, 2)


# 5.3


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


def test_losers_are_named_with_the_pool_and_since_when() -> None:
    """Who gets nothing is named with license, subscription and since when they wait; the date outlasts runs."""
    memory = msgspec.structs.replace(applied(FILES), waiting={(ANN.id, NAME): NOW - timedelta(days=3)})
    found = plan(FILES, ANN, BOB, licenses=(NONE,), memory=memory)
    assert [(w.email, w.license, w.subscription, w.since) for w in found.plan.waiting] == [
        (ANN.email, NAME, "Sub-1", NOW - timedelta(days=3)),
        (BOB.email, NAME, "Sub-1", NOW),
    ]
    assert found.ledger.waiting == ((ANN.id, NAME), (BOB.id, NAME))


def test_the_last_unit_is_given() -> None:
    """Exactly as many units as people: nobody waits."""
    assert waiting(plan(FILES, ANN, licenses=(ONE,))) == []


def test_a_holders_unit_is_never_given_away() -> None:
    """Who holds a unit keeps it, although somebody of better priority goes without."""
    files = desired(organization("groups"), members("Sales", NAME, priority=50), members("Support", NAME, priority=1))
    holder = msgspec.structs.replace(ANN, groups=(SALES.id,), holds=(RTT.id,))
    new = msgspec.structs.replace(BOB, groups=(SUPPORT.id,))
    full = msgspec.structs.replace(ONE, consumed=1, consumed_by_users=1)
    found = plan(files, holder, new, licenses=(full,))
    assert changes(found) == []
    assert waiting(found) == [(BOB.email, NAME)]


def test_blocked_people_take_no_unit_and_do_not_wait() -> None:
    """Somebody whom a finding blocks neither takes the last unit nor stands in the queue."""
    files = desired(organization(manage=()), everyone("Contact Center Premium Agent"))
    blocked = msgspec.structs.replace(ANN, holds=(AGENT.id,))
    one = msgspec.structs.replace(PREMIUM, total=1)
    found = plan(files, blocked, BOB, licenses=(one, AGENT))
    assert winners(found, PREMIUM.name) == [BOB.email]
    assert waiting(found) == []


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


# 5.4


def test_one_exhausted_product_blocks_no_other() -> None:
    """Somebody who waits for one license gets the others."""
    found = plan(desired(organization(), everyone(NAME, "Contact Center Premium Agent")), ANN, licenses=(NONE, PREMIUM))
    assert changes(found) == ["+ Contact Center Premium Agent"]
    assert waiting(found) == [(ANN.email, NAME)]


# 5.6


def _budget(most: int, license: str = NAME) -> Capacity:
    return Capacity(budgets=(Budget(license, GroupReference("Sales"), most),))


SELLERS = [Someone(f"s{n}@acme.example", groups=(SALES.id,)) for n in range(3)]


def test_a_budget_limits_the_group() -> None:
    """No more direct members of the group get the license than the budget has places; losers wait with that reason."""
    files = desired(organization(capacity=_budget(2)), everyone(NAME))
    found = plan(files, *SELLERS, BOB)
    assert winners(found, NAME) == [BOB.email, SELLERS[0].email, SELLERS[1].email]
    (loser,) = found.plan.waiting
    assert loser.email == SELLERS[2].email
    assert "budget" in loser.because[-1].rule


def test_holders_count_and_stay() -> None:
    """Members who hold the license count against the budget and keep it, even beyond it."""
    files = desired(organization(capacity=_budget(1)), everyone(NAME))
    holders = [msgspec.structs.replace(person, holds=(RTT.id,)) for person in SELLERS[:2]]
    found = plan(files, *holders, SELLERS[2])
    assert changes(found) == []
    assert waiting(found) == [(SELLERS[2].email, NAME)]


def test_every_subscription_counts_in_a_budget() -> None:
    """A member who holds the license in another subscription counts as well."""
    files = desired(organization(capacity=_budget(1, SUITE.name)), everyone(SUITE.name))
    holder = msgspec.structs.replace(SELLERS[0], holds=(SUITE2.id,))
    assert waiting(plan(files, holder, SELLERS[1])) == [(SELLERS[1].email, SUITE.name)]


def test_every_site_counts_in_a_budget() -> None:
    """A member who holds the license on a site that no template names counts as well."""
    emea = "emea.acme.webex.com"
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 82, emea), site=emea)
    files = desired(organization(capacity=_budget(1, SUITE.name)), everyone(SUITE.name))
    holder = msgspec.structs.replace(SELLERS[0], holds=(other.id,))
    found = plan(files, holder, SELLERS[1], licenses=(MSG, SUITE, other))
    assert SELLERS[1].email in [email for email, _ in waiting(found)]


def test_a_place_that_the_plan_frees_is_given() -> None:
    """A budget's place that a removal frees is given in the same plan."""
    files = desired(organization(capacity=_budget(1)), everyone(NAME), exception("x", SELLERS[0].email, deny=[NAME]))
    leaver = msgspec.structs.replace(SELLERS[0], holds=(RTT.id,))
    found = plan(files, leaver, SELLERS[1])
    assert winners(found, NAME) == [SELLERS[1].email]


def test_a_move_between_subscriptions_needs_no_second_place() -> None:
    """Who is moved to another subscription keeps the place they have in the budget."""
    org = organization(capacity=_budget(1, SUITE.name), retention=Retention(outside_defaults="remove"))
    holder = msgspec.structs.replace(SELLERS[0], holds=(SUITE2.id,))
    found = plan(desired(org, everyone(SUITE.name)), holder)
    assert len(changes(found)) == 2
    assert waiting(found) == []


def test_a_place_that_a_swap_frees_is_given() -> None:
    """A budget's place that somebody leaves by changing to a higher tier is given in the same plan."""
    org = organization("groups", capacity=_budget(1, AGENT.name), manage=managed(AGENT.name))
    files = desired(org, members("Sales", AGENT.name, priority=1), members("Support", PREMIUM.name, priority=50))
    swapper = Someone("t@acme.example", groups=(SALES.id, SUPPORT.id), holds=(AGENT.id,))
    found = plan(files, swapper, SELLERS[0])
    assert winners(found, AGENT.name) == [SELLERS[0].email]
    assert waiting(found) == []


def test_two_budgets_both_count() -> None:
    """Somebody in two budgeted groups needs a place in each."""
    budgets = tuple(Budget(NAME, GroupReference(group), most) for group, most in (("Sales", 1), ("Support", 0)))
    files = desired(organization(capacity=Capacity(budgets=budgets)), everyone(NAME))
    both = msgspec.structs.replace(ANN, groups=(SALES.id, SUPPORT.id))
    found = plan(files, both, SELLERS[0])
    assert winners(found, NAME) == [SELLERS[0].email]
    assert waiting(found) == [(ANN.email, NAME)]


# many people at once


def test_plenty_is_given_without_looking_at_people() -> None:
    """Where a pool has enough for everybody, it is awarded by situation, not by person."""
    found = plan(FILES, ANN, BOB, CY)
    assert len(winners(found, NAME)) == 3
    assert found.workings.allocation.by_person == {}


def test_an_attendee_fallback_takes_no_unit() -> None:
    """Losers of a host unit become attendees; the winner does not."""
    files = desired(organization(), everyone(SUITE.name, attendee()))
    found = plan(files, ANN, BOB, licenses=(msgspec.structs.replace(SUITE, total=1), MSG))
    assert changes(found, ANN.email) == [f"+ {SUITE.name} @ {SITE}"]
    assert changes(found, BOB.email) == [f"+ attendee @ {SITE}"]


def test_waiting_ends_when_the_grant_ends() -> None:
    """Who is no longer granted the license no longer waits."""
    memory = Memory(registry=applied(FILES).registry, waiting={(ANN.id, NAME): NOW - timedelta(days=3)})
    found = plan(desired(organization(), everyone("Contact Center Premium Agent")), ANN, memory=memory)
    assert found.ledger.waiting == ()
