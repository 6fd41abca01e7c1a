"""RULES 5.1, 5.2: units, what is not counted, and how strictly the count is kept."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.catalog import License
from reconciler.model.desired import Capacity, LicenseCapacity, Retention
from tests.support.desired import changes, desired, everyone, members, organization, plan, waiting, winners
from tests.support.live import MSG, PREMIUM, RTT, SALES, SUPPORT, Someone, license_id

NAME = "Real-Time Translations"
ONE = msgspec.structs.replace(RTT, total=1)
FILES = desired(organization(), everyone(NAME))
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


def _left(pool: License, capacity: Capacity | None = None, people: int = 8, beside: tuple[License, ...] = ()) -> int:
    """How many of `people` get the license."""
    crowd = [Someone(f"p{n}@acme.example") for n in range(people)]
    files = desired(organization(capacity=capacity or Capacity()), everyone(pool.name))
    return len(winners(plan(files, *crowd, licenses=(pool, *beside)), pool.name))


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


def test_consumed_and_available_are_two_numbers() -> None:
    """A pool is shown with what is used and with what is left, before and after."""
    found = plan(FILES, ANN, licenses=(msgspec.structs.replace(RTT, total=5, consumed=2, consumed_by_users=0),))
    (line,) = found.plan.pools
    assert (line.total, line.consumed, line.available, line.add, line.available_after) == (5, 2, 3, 1, 2)


def test_a_holders_unit_is_never_given_away() -> None:
    """Who holds a unit keeps it, although somebody of better priority goes without."""
    files = desired(organization("groups"), members("Sales", NAME, priority=50), members("Support", NAME, priority=1))
    holder = msgspec.structs.replace(ANN, groups=(SALES.id,), holds=(RTT.id,))
    new = msgspec.structs.replace(BOB, groups=(SUPPORT.id,))
    full = msgspec.structs.replace(ONE, consumed=1, consumed_by_users=1)
    found = plan(files, holder, new, licenses=(full,))
    assert changes(found) == []
    assert waiting(found) == [(BOB.email, NAME)]


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


@pytest.mark.parametrize("counts", [{"total": None}, {"consumed": None}], ids=["bought", "used"])
def test_half_a_count_is_none(counts: dict[str, None]) -> None:
    """A paid pool of which Webex says only one of the two numbers is not spent, and who waits is told why."""
    found = plan(FILES, ANN, licenses=(msgspec.structs.replace(RTT, **counts),))
    (loser,) = found.plan.waiting
    assert loser.because[-1].rule == "the-smallest-priority-is-served-first: Webex gives no count of Sub-1"


def test_what_comes_free_first_makes_up_for_a_negative_count() -> None:
    """A pool that is over-assigned by two gives nothing when one unit comes free."""
    org = organization("groups", retention=Retention(manual="remove"))
    holder = msgspec.structs.replace(ANN, holds=(RTT.id,))
    new = msgspec.structs.replace(BOB, groups=(SALES.id,))
    over = msgspec.structs.replace(RTT, total=1, consumed=3, consumed_by_users=1, consumed_by_workspaces=2)
    found = plan(desired(org, members("Sales", NAME)), holder, new, licenses=(over,))
    assert changes(found) == [f"- {NAME}"]
    assert waiting(found) == [(BOB.email, NAME)]


@pytest.mark.parametrize(("percent", "beyond"), [(14.6, 146), (0.1, 1), (0.09, 0), (100.0, 1000)])
def test_overage_is_counted_in_whole_units(percent: float, beyond: int) -> None:
    """So many percent beyond what was bought, rounded down, however the percentage is written."""
    pool = msgspec.structs.replace(RTT, total=1000, consumed=1000, consumed_by_users=0, consumed_by_workspaces=1000)
    policy = Capacity(LicenseCapacity("overage", percent))
    assert _left(pool, policy, people=beyond + 1 if beyond < 8 else 8) == min(beyond, 8)
    full = msgspec.structs.replace(pool, consumed=1000 + beyond, consumed_by_workspaces=1000 + beyond)
    assert _left(full, policy, people=2) == 0


def test_one_license_may_be_uncapped() -> None:
    """What is uncapped for one license stays hard for the others."""
    policy = Capacity(licenses={NAME: LicenseCapacity("uncapped")})
    assert _left(msgspec.structs.replace(RTT, total=0), policy) == 8
    assert _left(msgspec.structs.replace(PREMIUM, total=1), policy, beside=(RTT,)) == 1
