"""RULES 2.5, 3.6."""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Retention
from tests.support.desired import changes, codes, desired, everyone, managed, members, organization, plan, ref, waiting
from tests.support.live import MSG, SALES, SITE, SUITE, SUPPORT, Someone, license_id

MEETINGS = License(license_id("MC", 40, SITE), "Webex Meetings", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
EMEA = "emea.acme.webex.com"
ELSEWHERE = License(license_id("EE", 41, EMEA), "Webex Meetings Suite", 10, 0, 0, 0, "Sub-1", EMEA, CONTROL_HUB_MANAGED)
TWO = (MSG, SUITE, MEETINGS)
BOTH = Someone("ann@acme.example", groups=(SALES.id, SUPPORT.id))
HOLDER = Someone("ann@acme.example", holds=(MEETINGS.id,))


def test_best_priority_wins_and_a_finding_says_so() -> None:
    """Of two host licenses granted on one site the best priority's is given, and a finding names the other."""
    files = desired(
        organization("groups"),
        members("Sales", "Webex Meetings", priority=1),
        members("Support", "Webex Meetings Suite"),
    )
    found = plan(files, BOTH, licenses=TWO)
    assert changes(found) == [f"+ Webex Meetings @ {SITE}"]
    assert codes(found) == ["two-host-licenses"]


def test_several_sites() -> None:
    """A person may hold one host license on each of several sites."""
    files = desired(organization(), everyone("Webex Meetings Suite", ref("Webex Meetings Suite", site=EMEA)))
    found = plan(files, Someone("ann@acme.example"), licenses=(MSG, SUITE, ELSEWHERE))
    assert changes(found) == [f"+ Webex Meetings Suite @ {SITE}", f"+ Webex Meetings Suite @ {EMEA}"]
    assert codes(found) == []


def test_a_held_host_license_that_stays_keeps_the_site() -> None:
    """Who keeps another host license of the site gets no second one: a finding, nothing planned."""
    for org in (organization(), organization(manage=managed("Webex Meetings"))):
        found = plan(desired(org, everyone("Webex Meetings Suite")), HOLDER, licenses=TWO)
        assert changes(found) == []
        assert codes(found) == ["two-host-licenses"]


def test_two_held_host_licenses_are_one_finding() -> None:
    """Who keeps two other host licenses of the site is told once that there is no place for a third."""
    third = License(license_id("EC", 42, SITE), "Webex Event Center", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
    holder = msgspec.structs.replace(HOLDER, holds=(MEETINGS.id, third.id))
    found = plan(desired(organization(), everyone("Webex Meetings Suite")), holder, licenses=(*TWO, third))
    assert changes(found) == []
    assert codes(found) == ["two-host-licenses"]


def test_a_held_host_license_that_goes_is_replaced_in_one_call() -> None:
    """A host license that retention takes and another one granted on the site change places in one call, or neither moves."""
    org = organization(retention=Retention(manual="remove"), manage=managed("Webex Meetings"))
    files = desired(org, everyone("Webex Meetings Suite"))
    found = plan(files, HOLDER, licenses=TWO)
    assert changes(found) == [f"+ Webex Meetings Suite @ {SITE}", f"- Webex Meetings @ {SITE}"]
    found = plan(files, HOLDER, licenses=(msgspec.structs.replace(SUITE, total=0), MEETINGS))
    assert changes(found) == []
    assert waiting(found) == [(HOLDER.email, "Webex Meetings Suite")]


def test_a_host_license_that_lost_on_priority_is_replaced() -> None:
    """What a template gave is replaced when another template with a better priority grants the site's host license."""
    person = msgspec.structs.replace(BOTH, holds=(MEETINGS.id,), given={MEETINGS.id: ("template:sales",)})
    files = desired(
        organization("groups"),
        members("Sales", "Webex Meetings"),
        members("Support", "Webex Meetings Suite", priority=1),
    )
    found = plan(files, person, licenses=TWO)
    assert changes(found) == [f"+ Webex Meetings Suite @ {SITE}", f"- Webex Meetings @ {SITE}"]


def test_webinars_are_an_addition() -> None:
    """Webinars come beside the meetings license, granted or held; they are not the meetings license of a site."""
    webinars = License(license_id("WBN", 42, SITE), "Webex Webinars", 5, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
    files = desired(organization(), everyone("Webex Meetings Suite", "Webex Webinars"))
    found = plan(files, Someone("ann@acme.example"), licenses=(*TWO, webinars))
    assert changes(found) == [f"+ Webex Meetings Suite @ {SITE}", f"+ Webex Webinars @ {SITE}"]
    holder = Someone("ann@acme.example", holds=(webinars.id,))
    found = plan(desired(organization(), everyone("Webex Meetings Suite")), holder, licenses=(*TWO, webinars))
    assert changes(found) == [f"+ Webex Meetings Suite @ {SITE}"]
    assert codes(found) == []
