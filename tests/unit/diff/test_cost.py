"""What a plan changes in the monthly bill."""

from __future__ import annotations

import pytest

from reconciler.model.desired import Guards, Price, Retention
from tests.support.desired import attendee, desired, everyone, managed, organization, plan
from tests.support.live import MSG, PREMIUM, RTT, Someone

MONTH, YEAR = Price(10.0, "EUR", "month"), Price(100.0, "EUR", "year")
PRICES = {RTT.name: MONTH, PREMIUM.name: YEAR}
GETS, LOSES = Someone("a@x", holds=(MSG.id,)), Someone("b@x", holds=(RTT.id, PREMIUM.id))
MOVES = Someone("c@x", holds=(PREMIUM.id,))


@pytest.mark.parametrize(
    ("people", "cost"),
    [
        ((GETS,), 10.0),
        ((LOSES,), -8.33),
        ((MOVES,), 1.67),
        ((GETS, LOSES, MOVES), 3.33),
        ((Someone("d@x", holds=(RTT.id,)),), 0),
    ],
)
def test_what_is_given_costs_and_what_goes_saves(people: tuple[Someone, ...], cost: float) -> None:
    """Yearly prices count a twelfth; what has no price, and roles, cost nothing; two decimals, rounded once at the end."""
    org = organization(
        prices=PRICES,
        retention=Retention(manual="remove"),
        manage=managed(PREMIUM.name),
        guards=Guards(first_apply="all"),
    )
    files = desired(org, everyone(RTT.name, "Basic Messaging", attendee()))
    assert plan(files, *people).plan.summary.monthly_cost == cost


def test_old_names_have_the_price_of_the_license() -> None:
    """A price for a name of before a rename counts for the license of today, and without prices there is no sum."""
    org = organization(prices={"Translations": MONTH}, aliases={"Translations": RTT.name})
    assert plan(desired(org, everyone(RTT.name)), GETS).plan.summary.monthly_cost == 10.0
    assert plan(desired(organization(), everyone(RTT.name)), GETS).plan.summary.monthly_cost is None
