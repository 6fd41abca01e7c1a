"""What `apply --yes` may do without a reviewed plan."""

from __future__ import annotations

from reconciler.model.plan import AttendeeOperation, PoolLine, Summary, digest_of
from reconciler.operations.additions import additions_only
from tests.support.plans import GETS_CALLING, LOSES_CALLING, ROLE_GOES, SALES, SUITE, change, plan


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
