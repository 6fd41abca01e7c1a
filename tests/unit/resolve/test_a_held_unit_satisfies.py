"""RULES 3.2, 4.3: what is held already, inside the defaults and outside."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.catalog import License
from reconciler.model.desired import Organization, Retention
from tests.support.desired import changes, codes, desired, everyone, managed, members, organization, plan, ref, waiting
from tests.support.live import MSG, RTT, SALES, SITE, SUITE, SUITE2, Someone, license_id

ANN = Someone("ann@acme.example", holds=(SUITE2.id,))
SUITE_ONLY = everyone("Webex Meetings Suite")
FULL = msgspec.structs.replace(SUITE, total=0)
RTT2 = msgspec.structs.replace(RTT, id=license_id("RTT", 71), subscription="Sub-2")


def _subscriptions(
    org: Organization, person: Someone = ANN, licenses: tuple[License, ...] = (MSG, SUITE, SUITE2)
) -> list[str]:
    found = plan(desired(org, SUITE_ONLY), person, licenses=licenses)
    return [f"{op.operation} {op.subscription}" for c in found.plan.changes for op in c.licenses if op.site]


def test_a_held_unit_is_enough() -> None:
    """Who holds the granted license gets no second unit."""
    assert _subscriptions(organization(), msgspec.structs.replace(ANN, holds=(SUITE.id,))) == []


def test_outside_the_default_is_kept_and_nothing_added() -> None:
    """Under `preserve` a unit in another subscription satisfies the grant, and a finding counts those people."""
    found = plan(desired(organization(), SUITE_ONLY), ANN)
    assert changes(found) == []
    assert codes(found) == ["outside-defaults"]


def test_outside_the_default_is_swapped_in_one_call() -> None:
    """Under `remove` the unit is moved to the default subscription in one call."""
    org = organization(retention=Retention(outside_defaults="remove"))
    assert _subscriptions(org) == ["add Sub-1", "remove Sub-2"]


def test_outside_the_default_is_kept_until_a_unit_is_free() -> None:
    """Under `remove`, while the default subscription has no unit, what is held stays and the person waits."""
    org = organization(retention=Retention(outside_defaults="remove"))
    found = plan(desired(org, SUITE_ONLY), ANN, licenses=(FULL, SUITE2))
    assert changes(found) == []
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_a_subscription_that_the_reference_names_is_inside() -> None:
    """A unit in the subscription that a template names is inside, whatever the default says."""
    org = organization(retention=Retention(outside_defaults="remove"))
    files = desired(org, everyone(ref("Webex Meetings Suite", subscription="Sub-2")))
    assert changes(plan(files, ANN)) == []


def test_a_reference_to_one_product_does_not_excuse_another() -> None:
    """A subscription named for one license does not make it inside the defaults for another license."""
    org = organization(retention=Retention(outside_defaults="remove"))
    files = desired(org, everyone("Webex Meetings Suite", ref("Real-Time Translations", subscription="Sub-2")))
    found = plan(files, ANN, licenses=(MSG, SUITE, SUITE2, RTT, RTT2))
    assert f"- Webex Meetings Suite @ {SITE}" in changes(found)


def test_without_a_default_nothing_is_outside_it() -> None:
    """Where the files set no default subscription and no reference needs one, holders are not outside anything."""
    policy = Retention(outside_defaults="remove")
    org = organization(default_subscription=None, manage=managed("Webex Meetings Suite"), retention=policy)
    found = plan(desired(org, everyone("Real-Time Translations")), ANN)
    assert changes(found) == ["+ Real-Time Translations"]


def test_a_product_of_one_seller_is_never_outside() -> None:
    """A license that only one subscription sells is inside, though that is not the default."""
    org = organization(retention=Retention(outside_defaults="remove"))
    assert _subscriptions(org, ANN, (MSG, SUITE2)) == []


@pytest.mark.parametrize("order", [("Sub-1", "Sub-2"), ("Sub-2", "Sub-1")])
def test_oldest_first_never_moves_holders(order: tuple[str, ...]) -> None:
    """Under `oldestFirst` holders stay in whatever subscription of the order they are."""
    org = organization(
        subscription_policy="oldestFirst", subscription_order=order, retention=Retention(outside_defaults="remove")
    )
    assert _subscriptions(org) == []


def test_oldest_first_and_a_subscription_that_is_not_in_the_order() -> None:
    """Under `oldestFirst` a unit in a subscription that the order leaves out is outside the defaults."""
    for policy, expected in (("preserve", []), ("remove", ["add Sub-1", "remove Sub-2"])):
        org = organization(
            subscription_policy="oldestFirst",
            subscription_order=("Sub-1",),
            retention=Retention(outside_defaults=policy),  # type: ignore[arg-type]
        )
        assert _subscriptions(org) == expected


EMEA = "emea.acme.webex.com"
ELSEWHERE = msgspec.structs.replace(SUITE, id=license_id("EE", 72, EMEA), site=EMEA)


def test_a_site_that_nothing_names_is_outside_for_those_a_template_speaks_for() -> None:
    """A declared license on a site that no file names follows `outsideDefaults` where a template speaks for the person."""
    policy = Retention(outside_defaults="remove")
    org = organization("groups", manage=managed("Webex Meetings Suite"), retention=policy)
    files = desired(org, members("Sales", "Real-Time Translations"))
    spoken = Someone("ann@acme.example", groups=(SALES.id,), holds=(ELSEWHERE.id,))
    other = Someone("bob@acme.example", holds=(ELSEWHERE.id,))
    found = plan(files, spoken, other, licenses=(MSG, SUITE, ELSEWHERE, RTT))
    assert changes(found, spoken.email) == ["+ Real-Time Translations", f"- Webex Meetings Suite @ {EMEA}"]
    assert changes(found, other.email) == []


def test_both_units_held() -> None:
    """Who holds a unit inside and one outside gets none, and the one outside follows the policy."""
    both = msgspec.structs.replace(ANN, holds=(SUITE.id, SUITE2.id))
    assert _subscriptions(organization(), both) == []
    assert _subscriptions(organization(retention=Retention(outside_defaults="remove")), both) == ["remove Sub-2"]


def test_origins_follow_what_is_held_outside() -> None:
    """What the tool gave in another subscription takes as origin the templates that grant it now, as anything it gave."""
    person = msgspec.structs.replace(ANN, given={SUITE2.id: ("template:old",)})
    (origins,) = plan(desired(organization(), SUITE_ONLY), person).ledger.reorigin.values()
    assert [(o.holding, o.claims) for o in origins] == [(SUITE2.id, ("template:everyone",))]
