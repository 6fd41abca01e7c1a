"""RULES 1.6 and 3.7."""

from __future__ import annotations

from tests.support.desired import codes, desired, everyone, exception, organization, plan
from tests.support.live import MSG, SUITE, Someone

ANN = "ann@acme.example"
DENIED = exception("no-messaging", ANN, deny=("Basic Messaging",))


def test_nothing_that_webex_would_refuse_is_planned() -> None:
    """Who is denied basic messaging and does not hold it gets no meeting license, and a finding says why."""
    found = plan(desired(organization(), everyone("Webex Meetings Suite"), DENIED), Someone(ANN), licenses=(MSG, SUITE))
    assert found.plan.changes == ()
    assert "prerequisite-denied" in codes(found)


def test_a_held_prerequisite_is_enough() -> None:
    """Who holds the free license that a paid one needs keeps it, and gets the paid one."""
    holder = Someone(ANN, holds=(MSG.id,))
    found = plan(desired(organization(), everyone("Webex Meetings Suite"), DENIED), holder, licenses=(MSG, SUITE))
    assert [op.license for change in found.plan.changes for op in change.licenses] == ["Webex Meetings Suite"]
