"""RULES 3.7, error 400413: Exchange or Google."""

from __future__ import annotations

import pytest

from reconciler.model.catalog import License
from reconciler.model.desired import Guards, Retention
from tests.support.desired import (
    changes,
    codes,
    desired,
    everyone,
    exception,
    held,
    managed,
    members,
    organization,
    plan,
)
from tests.support.live import SALES, SUPPORT, Someone, license_id

EXCHANGE = License(license_id("CE", 70), "Hybrid - Exchange Calendar", 1, 0)
GOOGLE = License(license_id("CG", 71), "Hybrid - Google Calendar", 1, 0)
POOLS = (EXCHANGE, GOOGLE)
ANN = "ann@acme.example"
WANTS_EXCHANGE = everyone("Hybrid - Exchange Calendar")


@pytest.mark.parametrize(("exchange", "google", "winner"), [(1, 50, EXCHANGE), (50, 1, GOOGLE), (50, 50, EXCHANGE)])
def test_the_better_priority_wins(exchange: int, google: int, winner: License) -> None:
    """Of both granted the one of better priority is given, of equal ones the first by name; the other is a finding."""
    files = desired(
        organization("groups"),
        members("Sales", "Hybrid - Exchange Calendar", priority=exchange),
        members("Support", "Hybrid - Google Calendar", priority=google),
    )
    found = plan(files, Someone(ANN, groups=(SALES.id, SUPPORT.id)), licenses=POOLS)
    assert changes(found) == [f"+ {winner.name}"]
    assert codes(found) == ["two-calendars"]


def test_a_held_calendar_that_stays_wins() -> None:
    """Nobody's calendar is exchanged because a template grants the other one, be it managed or not."""
    for org in (organization(), organization(manage=managed(GOOGLE.name))):
        found = plan(desired(org, WANTS_EXCHANGE), Someone(ANN, holds=(GOOGLE.id,)), licenses=POOLS)
        assert changes(found) == []
        assert codes(found) == ["two-calendars"]


def test_one_that_is_held_and_granted_wins() -> None:
    """Both granted and one held: the held one."""
    files = desired(organization(), everyone(EXCHANGE.name, GOOGLE.name))
    assert changes(plan(files, Someone(ANN, holds=(GOOGLE.id,)), licenses=POOLS)) == []


LETS_GO = organization(retention=Retention(manual="remove"), manage=managed(GOOGLE.name))


def test_one_that_goes_is_replaced_in_the_same_call() -> None:
    """A calendar that retention takes and the granted one change places in one call."""
    found = plan(desired(LETS_GO, WANTS_EXCHANGE), Someone(ANN, holds=(GOOGLE.id,)), licenses=POOLS)
    assert changes(found) == [f"+ {EXCHANGE.name}", f"- {GOOGLE.name}"]
    assert len(found.plan.changes) == 1


def test_the_other_does_not_come_beside_one_that_a_guard_keeps() -> None:
    """While a guard keeps the calendar that should go, the other one is not given."""
    org = organization(
        retention=Retention(manual="remove"), manage=managed(GOOGLE.name), guards=Guards(protected=(ANN,))
    )
    denied = exception("no-google", ANN, deny=(GOOGLE.name,))
    found = plan(desired(org, WANTS_EXCHANGE, denied), Someone(ANN, holds=(GOOGLE.id,)), licenses=POOLS)
    assert changes(found) == []
    assert [guard for _, guard in held(found)] == ["protected"]
