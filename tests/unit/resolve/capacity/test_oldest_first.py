"""RULES 5.5: which subscription a grant draws on."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.planner import Planned
from tests.support.desired import desired, everyone, members, organization, plan, ref, waiting
from tests.support.live import MSG, SALES, SUITE, SUITE2, SUPPORT, Someone

ORDER: dict[str, Any] = {"subscription_policy": "oldestFirst", "subscription_order": ("Sub-2", "Sub-1")}
FILES = desired(organization(**ORDER), everyone(SUITE.name))
POOLS = (MSG, msgspec.structs.replace(SUITE, total=1), msgspec.structs.replace(SUITE2, total=2))
CROWD = [Someone(f"p{n}@acme.example") for n in range(4)]


def _drawn(found: Planned) -> list[tuple[str, str | None]]:
    """Person and subscription of every host license that is given."""
    return [(c.email, op.subscription) for c in found.plan.changes for op in c.licenses if op.license == SUITE.name]


def test_it_spills_in_order_and_says_where() -> None:
    """The oldest subscription is used up first, in the order of service; each addition names its own; nobody else is left."""
    found = plan(FILES, *CROWD, licenses=POOLS)
    expected = list(zip([person.email for person in CROWD], ["Sub-2", "Sub-2", "Sub-1"], strict=False))
    assert _drawn(found) == expected


def test_who_waits_is_told_of_every_subscription() -> None:
    """Who gets nothing from any subscription of the order is told of all of them."""
    (loser,) = plan(FILES, *CROWD, licenses=POOLS).plan.waiting
    assert loser.email == CROWD[3].email
    assert loser.because[-1].rule == "the-smallest-priority-is-served-first: no unit left in Sub-2, Sub-1"


def test_the_default_alone_never_spills() -> None:
    """With `defaultOnly` people wait although another subscription has units."""
    found = plan(desired(organization(), everyone(SUITE.name)), *CROWD, licenses=POOLS)
    assert _drawn(found) == [(CROWD[0].email, "Sub-1")]
    assert len(waiting(found)) == 3


def test_a_subscription_that_a_reference_names_is_not_left() -> None:
    """A reference that names its subscription waits for that one, whatever the policy."""
    files = desired(organization(**ORDER), everyone(ref(SUITE.name, subscription="Sub-1")))
    found = plan(files, *CROWD, licenses=POOLS)
    assert _drawn(found) == [(CROWD[0].email, "Sub-1")]
    assert len(waiting(found)) == 3


def test_two_who_draw_on_each_others_rest() -> None:
    """People with and without a named subscription compete by the one order for the pools they share."""
    files = desired(
        organization("groups", **ORDER),
        members("Sales", ref(SUITE.name, subscription="Sub-1"), priority=50),
        members("Support", SUITE.name, priority=10),
    )
    helpers = [msgspec.structs.replace(person, groups=(SUPPORT.id,)) for person in CROWD[:3]]
    seller = msgspec.structs.replace(CROWD[3], groups=(SALES.id,))
    found = plan(files, *helpers, seller, licenses=POOLS)
    assert [subscription for _, subscription in _drawn(found)] == ["Sub-2", "Sub-2", "Sub-1"]
    assert waiting(found) == [(seller.email, SUITE.name)]
