"""What `apply --yes` may do without a reviewed plan."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from reconciler.guard.objections import objections_to_a_part
from reconciler.model.desired import Guards, RemovalLimit, Retention
from reconciler.model.plan import AttendeeOperation, Change, GuardResult, PoolLine, Summary, digest_of
from reconciler.operations.additions import additions_only
from tests.support.desired import desired, everyone, managed, organization
from tests.support.desired import plan as make
from tests.support.live import ALL, Someone
from tests.support.plans import GETS_CALLING, LOSES_CALLING, ROLE_GOES, SALES, SUITE, change, plan

RTT = "Real-Time Translations"
RTT_ID = next(pool.id for pool in ALL if pool.name == RTT)


def test_nobody_loses_anything() -> None:
    """A person who also loses something is left out whole; counts, capacity and digest are those of what is left."""
    pool = PoolLine("L2", "Webex Calling - Professional", "Sub-1", None, 5, 5, 0, 1, 1, 0)
    whole = plan(change(1, SUITE, LOSES_CALLING), change(2, GETS_CALLING), pools=(pool,))
    part, left_out = additions_only(whole)
    assert left_out == 1
    assert [item.email for item in part.changes] == ["p2@acme.example"]
    assert part.summary == Summary(people=1, additions=1, unchanged=489)
    assert part.pools == (PoolLine("L2", "Webex Calling - Professional", "Sub-1", None, 5, 5, 0, 1, 0, -1),)
    assert part.digest == digest_of(part) != whole.digest


def test_a_promotion_stays_and_a_lost_role_does_not() -> None:
    """A role that makes room for a host license of its site is no loss; a role of another site is."""
    other = AttendeeOperation("remove", "other.webex.com", "groupChange", SALES)
    promoted, losing = change(1, SUITE, roles=(ROLE_GOES,)), change(2, SUITE, roles=(other,))
    assert additions_only(plan(promoted, losing))[0].changes == (promoted,)


def test_a_plan_that_only_adds_is_left_as_it_is() -> None:
    """Nothing to take out, not even the digest changes."""
    whole = plan(change(1, SUITE))
    assert additions_only(whole) == (whole, 0)


def test_what_is_not_sent_does_not_stop_what_is() -> None:
    """Guards about removals fall away with the removals; what holds operations back, or stops additions, stays."""
    removals, irreversible = (
        GuardResult("removals-limit", "stop", "too many"),
        GuardResult("irreversible", "stop", "no"),
    )
    limit, hold = GuardResult("additions-limit", "stop", "too many"), GuardResult("protected", "hold", "1 is held back")
    whole = replace(plan(change(1, LOSES_CALLING), change(2, SUITE)), guards=(removals, limit, irreversible, hold))
    part, _ = additions_only(whole)
    assert part.guards == (limit, hold)
    asked: list[Sequence[Change]] = []
    part, _ = additions_only(whole, lambda kept: asked.append(kept) or [])  # type: ignore[func-returns-value]
    assert part.guards == (hold,)
    assert asked == [part.changes]


def test_guards_judge_the_part_that_is_sent() -> None:
    """Asked about additions alone they object to no removal; asked about one removal of three they count one."""
    files = desired(
        organization(
            manage=managed(RTT), retention=Retention(manual="remove"), guards=Guards(removals=RemovalLimit(1))
        ),
        everyone("Contact Center Premium Agent"),
    )
    names = [f"p{number}@acme.example" for number in range(6)]
    people = [Someone(name, holds=(RTT_ID,) if place < 3 else ()) for place, name in enumerate(names)]
    made = make(files, *people)
    sight = made.workings.sight
    whole = [result for result in made.plan.guards if result.effect == "stop"]
    assert {result.code for result in whole} == {"removals-limit"}
    assert objections_to_a_part(sight, made.plan.changes) == whole
    adding, left_out = additions_only(made.plan, lambda kept: objections_to_a_part(sight, kept))
    assert left_out == 3
    assert [result for result in adding.guards if result.effect == "stop"] == []
    assert objections_to_a_part(sight, made.plan.changes[:1]) == []
    assert "2 people would lose" in objections_to_a_part(sight, made.plan.changes[1:3])[0].message
