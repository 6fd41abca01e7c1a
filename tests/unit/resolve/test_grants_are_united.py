"""RULES 2.4, 3.1."""

from __future__ import annotations

from reconciler.model.desired import Calling
from reconciler.model.live import Location, PhoneNumber
from tests.support.desired import changes, codes, desired, everyone, members, organization, plan, ref
from tests.support.live import SALES, SUITE, SUITE2, SUPPORT, Someone

BOTH = Someone("ann@acme.example", groups=(SALES.id, SUPPORT.id))
HQ = Location("L-HQ", "HQ", True)


def test_the_same_product_twice_is_one() -> None:
    """Two templates that grant the same license cost one unit, and the reason names both."""
    files = desired(
        organization("groups"), members("Sales", "Real-Time Translations"), members("Support", "Real-Time Translations")
    )
    found = plan(files, BOTH)
    assert changes(found) == ["+ Real-Time Translations"]
    assert [reason.template for reason in found.plan.changes[0].licenses[0].because] == ["sales", "support"]


def test_the_same_product_twice_in_one_template_is_one() -> None:
    """A template that names a license twice in one place gives one unit, for one reason."""
    found = plan(desired(organization(), everyone("Real-Time Translations", "Real-Time Translations")), BOTH)
    assert changes(found) == ["+ Real-Time Translations"]
    assert [reason.template for reason in found.plan.changes[0].licenses[0].because] == ["everyone"]


def test_best_priority_names_the_subscription() -> None:
    """Where two templates name different subscriptions, the one with the best priority decides, and a finding says so."""
    files = desired(
        organization("groups"),
        members("Sales", ref("Webex Meetings Suite", subscription="Sub-1"), priority=50),
        members("Support", ref("Webex Meetings Suite", subscription="Sub-2"), priority=10),
    )
    found = plan(files, BOTH)
    assert [op.license_id for op in found.plan.changes[0].licenses if op.site] == [SUITE2.id]
    assert "subscriptions-differ" in codes(found)


def test_one_subscription_is_no_finding() -> None:
    """Two templates that mean the same pool are not a conflict."""
    files = desired(
        organization("groups"),
        members("Sales", ref("Webex Meetings Suite", subscription="Sub-1")),
        members("Support", "Webex Meetings Suite"),
    )
    found = plan(files, BOTH)
    assert [op.license_id for op in found.plan.changes[0].licenses if op.site] == [SUITE.id]
    assert codes(found) == []


def test_best_priority_brings_the_calling_block() -> None:
    """Of several Calling blocks the one of the template with the best priority is used."""
    files = desired(
        organization("groups"),
        members("Sales", ref("Webex Calling - Professional", calling=Calling(number="+14085550100")), priority=50),
        members("Support", ref("Webex Calling - Professional", calling=Calling(number="+14085550101")), priority=10),
    )
    numbers = tuple(PhoneNumber(f"+1408555010{n}", HQ.id, "HQ", "ACTIVE") for n in (0, 1))
    found = plan(files, BOTH, locations=(HQ,), numbers=numbers)
    given = found.plan.changes[0].licenses[0].calling
    assert given is not None
    assert given.phone_number == "+14085550101"
