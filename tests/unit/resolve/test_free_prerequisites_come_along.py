"""RULES 3.7."""

from __future__ import annotations

import pytest

from reconciler.model.catalog import License
from reconciler.model.plan import Plan
from tests.support.desired import codes, desired, everyone, organization, plan
from tests.support.live import MSG, SUITE, Someone, license_id

MEETINGS = License(license_id("FTM", 50), "Basic Space Meetings", 100, 0)
ADVANCED = License(license_id("CF", 51), "Advanced Space Meetings", 10, 0, 0, 0, "Sub-1")
MESSAGING = License(license_id("MS", 52), "Advanced Messaging", 10, 0, 0, 0, "Sub-1")
RTT = License(license_id("RTT", 8), "Real-Time Translations", 5, 0, 0, 0, "Sub-1")
ALL = (MSG, MEETINGS, ADVANCED, MESSAGING, SUITE, RTT)
ANN = Someone("ann@acme.example")


def _added(found: Plan) -> list[str]:
    return sorted(op.license for change in found.changes for op in change.licenses)


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ("Advanced Messaging", ["Advanced Messaging", "Basic Messaging"]),
        ("Advanced Space Meetings", ["Advanced Space Meetings", "Basic Messaging", "Basic Space Meetings"]),
        ("Basic Space Meetings", ["Basic Messaging", "Basic Space Meetings"]),
        ("Webex Meetings Suite", ["Basic Messaging", "Webex Meetings Suite"]),
        ("Real-Time Translations", ["Real-Time Translations"]),
    ],
)
def test_what_comes_along(granted: str, expected: list[str]) -> None:
    """A granted license brings the free ones that Webex wants beside it, in the same call."""
    found = plan(desired(organization(), everyone(granted)), ANN, licenses=ALL).plan
    assert _added(found) == expected
    assert len(found.changes) == 1


def test_the_reason_is_the_prerequisite() -> None:
    """What comes along carries its own rule as reason, and the template that made it necessary."""
    found = plan(desired(organization(), everyone("Webex Meetings Suite")), ANN, licenses=ALL).plan
    free = next(op for op in found.changes[0].licenses if op.license == "Basic Messaging")
    assert [(b.rule, b.template) for b in free.because] == [("free-prerequisites-come-along", "everyone")]


def test_a_held_prerequisite_is_not_given_again() -> None:
    """Who holds the free license already gets only the granted one."""
    holder = Someone("ann@acme.example", holds=(MSG.id,))
    assert _added(plan(desired(organization(), everyone("Webex Meetings Suite")), holder, licenses=ALL).plan) == [
        "Webex Meetings Suite"
    ]


def test_one_that_the_organization_does_not_have_is_skipped_with_a_note() -> None:
    """A prerequisite that the organization does not have is left out, and a note says so."""
    found = plan(desired(organization(), everyone("Webex Meetings Suite")), ANN, licenses=(SUITE,))
    assert _added(found.plan) == ["Webex Meetings Suite"]
    assert codes(found) == ["prerequisite-not-sold"]


def test_what_nobody_may_be_given_does_not_come_along() -> None:
    """Where all that Webex sells of a prerequisite is not for people, nothing comes along (RULES 2.3)."""
    messenger = License(license_id("FMS", 53), "Webex Messenger", 100, 0)
    found = plan(desired(organization(), everyone("Webex Meetings Suite")), ANN, licenses=(messenger, SUITE))
    assert _added(found.plan) == ["Webex Meetings Suite"]
