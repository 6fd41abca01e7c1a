"""Expected minus live: one change a person, in a fixed order, with causes and what is expected of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from reconciler.model.desired import Desired, Retention
from reconciler.model.memory import Memory
from tests.support.desired import applied, attendee, desired, everyone, exception, managed, members, organization, plan
from tests.support.live import MSG, NOW, PREMIUM, RTT, SALES, SITE, SUITE, Someone

NAME = "Real-Time Translations"
FILES = desired(organization("groupsThenOrganization"), everyone("Webex Meetings Suite"), members("Sales", NAME))


def _cause(files: Desired, person: Someone, memory: Memory) -> list[str]:
    found = plan(files, person, memory=memory).plan
    return sorted(
        {op.cause for change in found.changes for op in (*change.licenses,) if op.license != "Basic Messaging"}
    )


def test_cause_config() -> None:
    """Before the first apply, and where the files newly grant it, the cause is the files."""
    person = Someone("ann@acme.example", groups=(SALES.id,))
    assert _cause(FILES, person, Memory()) == ["config"]
    before = desired(FILES.organization, members("Sales", "Contact Center Premium Agent"))
    assert _cause(FILES, msgspec.structs.replace(person, holds=(PREMIUM.id,)), applied(before)) == ["config"]


def test_cause_newcomer() -> None:
    """Somebody first seen after the last apply is a newcomer."""
    person = Someone("ann@acme.example", groups=(SALES.id,), first_seen=NOW + timedelta(minutes=1))
    assert _cause(FILES, person, applied(FILES)) == ["newcomer"]


def test_cause_group_change() -> None:
    """Somebody whose groups changed since the last apply gets and loses by group change."""
    registry = applied(FILES)
    later = NOW + timedelta(minutes=1)
    joined = Someone("ann@acme.example", groups=(SALES.id,), moved=later)
    assert _cause(FILES, joined, registry) == ["groupChange"]
    org = organization("groupsThenOrganization", retention=Retention(group_change="remove"))
    left = Someone(
        "ann@acme.example", holds=(RTT.id, SUITE.id, MSG.id), given={RTT.id: ("template:sales",)}, moved=later
    )
    assert _cause(desired(org, *FILES.templates), left, registry) == ["groupChange"]


def test_cause_drift() -> None:
    """What the files granted before and somebody took is drift."""
    assert _cause(FILES, Someone("ann@acme.example", groups=(SALES.id,)), applied(FILES)) == ["drift"]


def test_cause_exception() -> None:
    """What an exception adds or denies has the exception as cause."""
    add = desired(
        FILES.organization, *FILES.templates, exception("x", "ann@acme.example", add=["Contact Center Premium Agent"])
    )
    holder = Someone("ann@acme.example", holds=(SUITE.id, MSG.id))
    assert _cause(add, holder, applied(add)) == ["exception"]
    deny = desired(
        FILES.organization, *FILES.templates, exception("x", "ann@acme.example", deny=["Webex Meetings Suite"])
    )
    assert _cause(deny, holder, applied(deny)) == ["exception"]


def test_expects_names_what_is_declared_and_touched() -> None:
    """A change says which declared licenses the person holds and on which affected sites they are attendee."""
    person = Someone("ann@acme.example", holds=(RTT.id, PREMIUM.id, MSG.id), attendee=(SITE, "other.webex.com"))
    files = desired(organization(), everyone("Webex Meetings Suite", NAME))
    (change,) = plan(files, person).plan.changes
    assert change.expects.licenses == (RTT.id,)
    assert change.expects.attendee_sites == (SITE,)


def test_order() -> None:
    """Changes come by address; within one, additions before removals, by name."""
    org = organization(retention=Retention(manual="remove"), manage=managed("Contact Center Premium Agent"))
    files = desired(org, everyone("Webex Meetings Suite", NAME))
    people = [Someone("Zoe@acme.example", holds=(PREMIUM.id,)), Someone("ann@acme.example", holds=(PREMIUM.id,))]
    found = plan(files, *people).plan.changes
    assert [change.email for change in found] == ["ann@acme.example", "Zoe@acme.example"]
    assert [(op.operation, op.license) for op in found[0].licenses] == [
        ("add", "Basic Messaging"),
        ("add", NAME),
        ("add", "Webex Meetings Suite"),
        ("remove", "Contact Center Premium Agent"),
    ]


def test_nothing_to_do_is_no_change() -> None:
    """People who are as they should be are counted as unchanged and not listed."""
    files = desired(organization(), everyone(NAME))
    found = plan(files, Someone("ann@acme.example", holds=(RTT.id,)), Someone("bob@acme.example")).plan
    assert [change.email for change in found.changes] == ["bob@acme.example"]
    assert (found.summary.people, found.summary.unchanged) == (1, 1)


def test_the_summary_counts_the_operations() -> None:
    """The summary is the sum of what is listed."""
    org = organization(retention=Retention(manual="remove"), manage=managed(NAME))
    people = [Someone("ann@acme.example", holds=(RTT.id,)), Someone("bob@acme.example", attendee=(SITE,))]
    summary = plan(desired(org, everyone("Webex Meetings Suite")), *people).plan.summary
    assert (summary.additions, summary.removals, summary.attendee_removals) == (4, 1, 1)
    role = plan(desired(organization(), everyone(attendee())), people[0]).plan.summary
    assert role.attendee_additions == 1


def _causes(files: Desired, person: Someone, memory: Memory, **more: Any) -> dict[str, str]:
    found = plan(files, person, memory=memory, **more).plan
    return {op.license: op.cause for change in found.changes for op in change.licenses}


def test_a_prerequisite_has_the_cause_of_what_needs_it() -> None:
    """Files that did not change are not the cause of a free license that comes along or was taken by hand."""
    suite = "Webex Meetings Suite"
    files = desired(organization(), everyone(suite))
    both = Someone("ann@acme.example")
    assert _causes(files, both, applied(files)) == {suite: "drift", MSG.name: "drift"}
    assert _causes(files, msgspec.structs.replace(both, holds=(SUITE.id,)), applied(files)) == {MSG.name: "drift"}
    waited = applied(files, waiting={(both.id, f"{suite} @ {SITE}"): NOW})
    assert _causes(files, both, waited) == {suite: "promoted", MSG.name: "promoted"}
    before = applied(desired(organization(), everyone(NAME)))
    assert _causes(files, msgspec.structs.replace(both, holds=(RTT.id,)), before) == {
        suite: "config",
        MSG.name: "config",
    }
