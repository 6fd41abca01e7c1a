"""RULES 2.4, 5.5 seen from a plan: which subscription a grant draws on."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.errors import UnknownNameError
from reconciler.model.memory import Memory
from tests.support.desired import codes, desired, everyone, organization, plan, ref, waiting
from tests.support.live import MSG, SUITE, SUITE2, Someone

PEOPLE = [Someone(f"p{n}@acme.example") for n in range(3)]
_NONE = Memory()
ONE_LEFT = msgspec.structs.replace(SUITE, total=1)


def _sources(policy: str, *order: str, people: int = 3) -> tuple[list[str | None], list[str]]:
    org = organization(subscription_policy=policy, subscription_order=order)
    found = plan(desired(org, everyone("Webex Meetings Suite")), *PEOPLE[:people], licenses=(MSG, ONE_LEFT, SUITE2))
    drawn = [op.subscription for c in found.plan.changes for op in c.licenses if op.site]
    return drawn, [email for email, _ in waiting(found)]


def test_default_only_never_spills() -> None:
    """`defaultOnly` draws on the default subscription and lets people wait although another one has units."""
    assert _sources("defaultOnly") == (["Sub-1"], ["p1@acme.example", "p2@acme.example"])


def test_oldest_first_spills_in_order() -> None:
    """`oldestFirst` uses up the first subscription of the order, then the next; each addition names its own."""
    assert _sources("oldestFirst", "Sub-1", "Sub-2") == (["Sub-1", "Sub-2", "Sub-2"], [])
    assert _sources("oldestFirst", "Sub-2", "Sub-1") == (["Sub-2", "Sub-2", "Sub-2"], [])


def test_oldest_first_never_draws_on_what_the_order_leaves_out() -> None:
    """A seller missing from `order` is never drawn on, and a warning says so."""
    org = organization(subscription_policy="oldestFirst", subscription_order=("Sub-1",))
    found = plan(desired(org, everyone("Webex Meetings Suite")), *PEOPLE, licenses=(MSG, ONE_LEFT, SUITE2))
    assert len(waiting(found)) == 2
    assert codes(found) == ["subscription-not-in-order"]


def test_one_seller_needs_no_default() -> None:
    """A license that one subscription sells binds there without any default."""
    org = organization(default_subscription=None)
    found = plan(desired(org, everyone("Webex Meetings Suite")), PEOPLE[0], licenses=(MSG, SUITE2))
    assert [op.license_id for op in found.plan.changes[0].licenses if op.site] == [SUITE2.id]


def test_several_sellers_without_a_default_is_an_error() -> None:
    """Where several subscriptions sell a license and the files choose none, no plan is made and the choice is named."""
    with pytest.raises(UnknownNameError) as caught:
        plan(
            desired(organization(default_subscription=None), everyone("Webex Meetings Suite")), PEOPLE[0], memory=_NONE
        )
    (finding,) = caught.value.findings
    assert finding.code == "subscription-needed"
    assert "defaults.subscription" in finding.hint


def test_a_default_that_does_not_sell_it_is_an_error() -> None:
    """A default subscription that does not sell a license which several others sell is an error, not a guess."""
    with pytest.raises(UnknownNameError):
        plan(
            desired(organization(default_subscription="Sub-9"), everyone("Webex Meetings Suite")),
            PEOPLE[0],
            memory=_NONE,
        )


def test_the_references_subscription_decides() -> None:
    """`subscription` in a reference decides without any default."""
    org = organization(default_subscription=None)
    found = plan(desired(org, everyone(ref("Webex Meetings Suite", subscription="Sub-2"))), PEOPLE[0])
    assert [op.license_id for op in found.plan.changes[0].licenses if op.site] == [SUITE2.id]


def test_the_order_of_licenses_does_not_matter() -> None:
    """Two pools of one product in one subscription are drawn on in the order of their ids, however Webex lists them."""
    twin = msgspec.structs.replace(SUITE2, subscription="Sub-1")
    files = desired(organization(), everyone("Webex Meetings Suite"))
    one, other = (
        plan(files, PEOPLE[0], licenses=pools).plan.changes for pools in ((MSG, SUITE, twin), (twin, SUITE, MSG))
    )
    assert one == other
