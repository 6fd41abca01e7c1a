"""RULES 5.6: budgets of groups."""

from __future__ import annotations

import msgspec

from reconciler.model.desired import Budget, Capacity, GroupReference, Retention
from tests.support.desired import (
    changes,
    desired,
    everyone,
    exception,
    managed,
    members,
    organization,
    plan,
    ref,
    waiting,
    winners,
)
from tests.support.live import AGENT, MSG, PREMIUM, RTT, SALES, SITE, SUITE, SUITE2, SUPPORT, Someone, license_id

NAME = "Real-Time Translations"
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


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


def test_a_name_counts_once_a_person() -> None:
    """Who gets the license on two sites takes one place; who finds no place waits for both."""
    emea = "emea.acme.webex.com"
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 82, emea), site=emea)
    files = desired(organization(capacity=_budget(2, SUITE.name)), everyone(SUITE.name, ref(SUITE.name, site=emea)))
    found = plan(files, *SELLERS, licenses=(MSG, SUITE, other))
    assert winners(found, SUITE.name) == [SELLERS[0].email, SELLERS[1].email]
    assert len(changes(found)) == 4
    assert waiting(found) == [(SELLERS[2].email, SUITE.name)] * 2


def test_one_site_full_and_one_place_left() -> None:
    """The second request for a name needs no place once the first is won, even if its unit comes free only later."""
    emea = "emea.acme.webex.com"
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 82, emea), site=emea, total=1)
    files = desired(organization(capacity=_budget(1, SUITE.name)), everyone(SUITE.name, ref(SUITE.name, site=emea)))
    found = plan(files, *SELLERS[:2], licenses=(MSG, msgspec.structs.replace(SUITE, total=0), other))
    assert changes(found) == [f"+ {SUITE.name} @ {emea}"]
    reasons = {(w.email, w.site): [b.rule.partition(":")[0] for b in w.because[1:]] for w in found.plan.waiting}
    unit, place = "the-smallest-priority-is-served-first", "budgets-count-who-holds-the-name"
    assert reasons == {
        (SELLERS[0].email, SITE): [unit],
        (SELLERS[1].email, SITE): [unit, place],
        (SELLERS[1].email, emea): [unit, place],
    }


def test_the_reason_names_group_and_limit() -> None:
    """Who finds no place is told of the budget, with its place in the files."""
    files = desired(organization(capacity=_budget(0)), everyone(NAME))
    (loser,) = plan(files, SELLERS[0]).plan.waiting
    assert loser.because[-1].rule == "budgets-count-who-holds-the-name: no place in the budget of Sales (at most 0)"


def test_a_budget_by_another_name_of_the_license() -> None:
    """A budget means the license by any of its names."""
    voice = msgspec.structs.replace(RTT, name="Webex Voice", id=license_id("XX", 81))
    files = desired(organization(capacity=_budget(1, "Single License - Webex Voice")), everyone("Webex Voice"))
    found = plan(files, *SELLERS, licenses=(voice,))
    assert winners(found, "Webex Voice") == [SELLERS[0].email]


def test_exempt_and_deactivated_holders_count() -> None:
    """Members whom the tool leaves alone hold their places all the same."""
    files = desired(organization(capacity=_budget(2)), everyone(NAME), exception("x", SELLERS[0].email, exempt=True))
    exempt = msgspec.structs.replace(SELLERS[0], holds=(RTT.id,))
    gone = msgspec.structs.replace(SELLERS[1], holds=(RTT.id,), state="deactivated")
    assert waiting(plan(files, exempt, gone, SELLERS[2])) == [(SELLERS[2].email, NAME)]


def test_a_budget_of_a_free_license() -> None:
    """A free license that would come along takes its place with the other one, or neither comes."""
    files = desired(organization(capacity=_budget(1, MSG.name)), everyone(SUITE.name))
    found = plan(files, *SELLERS[:2])
    assert [change.email for change in found.plan.changes] == [SELLERS[0].email]
    assert waiting(found) == [(SELLERS[1].email, SUITE.name)]


def test_a_move_between_subscriptions_frees_no_place() -> None:
    """Who is moved to another subscription gives no place back: the next one in the group still waits."""
    org = organization(capacity=_budget(1, SUITE.name), retention=Retention(outside_defaults="remove"))
    holder = msgspec.structs.replace(SELLERS[0], holds=(SUITE2.id,))
    found = plan(desired(org, everyone(SUITE.name)), holder, SELLERS[1])
    assert changes(found, holder.email) == [f"+ {SUITE.name} @ {SITE}", f"- {SUITE.name} @ {SITE}"]
    assert waiting(found) == [(SELLERS[1].email, SUITE.name)]
