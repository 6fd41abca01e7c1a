"""RULES 7.1: how much may go in 24 hours."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from reconciler.guard.removals_limit import allowed_removals
from reconciler.model.desired import Desired, Guards, RemovalLimit, Retention
from reconciler.model.memory import Removal
from reconciler.planner import Planned
from tests.support.desired import (
    Document,
    acknowledgement,
    applied,
    attendee,
    desired,
    everyone,
    managed,
    members,
    organization,
    plan,
    stops,
)
from tests.support.live import AGENT, MSG, NOW, PREMIUM, RTT, SALES, SITE, SUITE, Someone, license_id

NAME = "Real-Time Translations"
BIG = msgspec.structs.replace(RTT, total=1000)


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        (0, 1),
        (1, 1),
        (2, 1),
        (3, 1),
        (8, 4),
        (19, 9),
        (20, 10),
        (50, 10),
        (100, 10),
        (101, 10),
        (110, 11),
        (999, 99),
        (5000, 100),
    ],
)
def test_the_default_limit(holders: int, expected: int) -> None:
    """Ten or a tenth, never more than half, never more than a hundred, always at least one."""
    assert allowed_removals(RemovalLimit(), holders) == expected


def test_a_count_above_the_ceiling_raises_the_ceiling() -> None:
    """A count larger than the ceiling is what the files ask for."""
    assert allowed_removals(RemovalLimit(count=300, percent=1.0, ceiling=100), 5000) == 300


def _files(*documents: Document, limit: RemovalLimit | None = None) -> Desired:
    org = organization(
        "groups",
        retention=Retention(manual="remove"),
        manage=managed(NAME),
        guards=Guards(removals=limit or RemovalLimit()),
    )
    return desired(org, members("Sales", NAME), *documents)


def _plan(lose: int, stay: int, *documents: Document, past: int = 0, limit: RemovalLimit | None = None) -> Planned:
    """`lose` people outside Sales hold the license by hand, `stay` in Sales hold it, `past` lost it today."""
    files = _files(*documents, limit=limit)
    losers = [Someone(f"l{n}@acme.example", holds=(RTT.id,)) for n in range(lose)]
    holders = [Someone(f"s{n}@acme.example", groups=(SALES.id,), holds=(RTT.id,)) for n in range(stay)]
    removals = tuple(Removal(f"gone{n}", RTT.id, NOW - timedelta(hours=3)) for n in range(past))
    return plan(files, *losers, *holders, licenses=(BIG,), memory=applied(files, removals=removals))


@pytest.mark.parametrize(("lose", "stay", "stopped"), [(10, 40, False), (11, 40, True), (4, 4, False), (5, 3, True)])
def test_the_edge(lose: int, stay: int, stopped: bool) -> None:
    """As many removals as allowed pass; one more stops, per license and over all people."""
    assert stops(_plan(lose, stay)) == ["removals-limit"] * (2 if stopped else 0)


def test_the_journal_counts() -> None:
    """What went in the last 24 hours counts, in the removals and in the holders at the start of the window."""
    assert stops(_plan(6, 40, past=4)) == []
    assert "removals-limit" in stops(_plan(6, 40, past=5))
    assert "removals-limit" in stops(_plan(4, 3, past=1))


def test_who_holds_it_still_is_no_holder_of_earlier() -> None:
    """A removal without effect so far counts, but does not count its holder twice: 10 of 20 may go, 9 of 19 may not be 10."""
    files = _files()
    holders = [Someone(f"s{n}@acme.example", groups=(SALES.id,), holds=(RTT.id,)) for n in range(13)]
    losers = [Someone(f"l{n}@acme.example", holds=(RTT.id,)) for n in range(6)]
    tried = tuple(Removal(holder.id, RTT.id, NOW) for holder in holders[:4])
    found = plan(files, *losers, *holders, licenses=(BIG,), memory=applied(files, removals=tried))
    assert "10 people would lose" in next(g.message for g in found.plan.guards)
    assert stops(found) == ["removals-limit"] * 2
    again = tuple(Removal(loser.id, RTT.id, NOW) for loser in losers)
    assert stops(plan(files, *losers, *holders, licenses=(BIG,), memory=applied(files, removals=again))) == []


def test_an_acknowledgement_with_max_lifts_the_limit_and_the_half() -> None:
    """An Acknowledgement with `max` allows that many of one license, even all holders, until its date."""
    assert stops(_plan(8, 0, acknowledgement(NAME, max=8))) == []
    assert stops(_plan(8, 0, acknowledgement(NAME, max=7))) != []
    assert stops(_plan(8, 0, acknowledgement("Contact Center Premium Agent", max=8))) != []
    assert stops(_plan(8, 0, acknowledgement(NAME, max=8, until=date(2026, 11, 20)))) != []
    found = _plan(8, 0, acknowledgement(NAME, max=8)).plan.guards
    assert [(g.code, g.acknowledged) for g in found] == [("removals-limit", True)]


def test_guards_in_the_files_raise_the_limit() -> None:
    """`guards.removals` raises the limit, but not beyond half of the holders."""
    assert stops(_plan(20, 40, limit=RemovalLimit(count=20))) == []
    assert stops(_plan(40, 20, limit=RemovalLimit(count=50))) != []


def test_replacements_do_not_count() -> None:
    """Swaps of tiers and roles dropped by promotion are no removals."""
    org = organization(manage=managed("Contact center Standard Agent"))
    people = [Someone(f"p{n}@acme.example", holds=(AGENT.id,), attendee=(SITE,)) for n in range(30)]
    big = [msgspec.structs.replace(pool, total=1000) for pool in (AGENT, PREMIUM, SUITE)]
    found = plan(
        desired(org, everyone("Contact Center Premium Agent", "Webex Meetings Suite")), *people, licenses=(*big, MSG)
    )
    assert found.plan.summary.removals == 30
    assert found.plan.summary.attendee_removals == 30
    assert stops(found) == []


def test_demotions_count() -> None:
    """Losing a host license counts although the attendee role comes instead."""
    org = organization(retention=Retention(manual="remove"), manage=managed("Webex Meetings Suite"))
    people = [Someone(f"p{n}@acme.example", holds=(SUITE.id,)) for n in range(30)]
    assert "removals-limit" in stops(plan(desired(org, everyone(attendee())), *people))


def test_attendee_roles_count_per_site() -> None:
    """Roles taken from a site's attendees are counted as a license of their own."""
    before = desired(organization(), everyone(attendee(), NAME))
    after = desired(organization(), everyone(NAME, preserve_licenses=False))
    role: dict[str, tuple[str, ...]] = {f"attendee:{SITE}": ("template:everyone",)}
    people = [Someone(f"p{n}@acme.example", holds=(RTT.id,), attendee=(SITE,), given=role) for n in range(30)]
    found = plan(after, *people, memory=applied(before), licenses=(BIG, SUITE))
    assert found.plan.summary.attendee_removals == 30
    assert "removals-limit" in stops(found)


def test_what_no_file_names_any_more_has_holders_too() -> None:
    """A license that files dropped altogether is measured against its real holders, not against none."""
    before = desired(organization(), everyone(NAME, "Contact center Standard Agent"))
    after = desired(organization(), everyone("Contact center Standard Agent", preserve_licenses=False))
    ours: dict[str, tuple[str, ...]] = {RTT.id: ("template:everyone",)}
    losers = [Someone(f"p{n}@acme.example", holds=(AGENT.id, RTT.id), given=ours) for n in range(9)]
    others = [Someone(f"q{n}@acme.example", holds=(AGENT.id, RTT.id)) for n in range(20)]
    found = plan(after, *losers, *others, memory=applied(before), licenses=(BIG, AGENT))
    assert found.plan.summary.removals == 9
    assert stops(found) == []


def test_the_sites_of_a_license_count_together() -> None:
    """A license that goes on two sites goes once: its limit is not one for each site."""
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 90, "emea.webex.com"), site="emea.webex.com", total=1000)
    licenses = (msgspec.structs.replace(SUITE, total=1000), other, MSG, RTT)
    org = organization("groups", retention=Retention(manual="remove"), manage=managed("Webex Meetings Suite"))
    files = desired(org, members("Sales", NAME))
    here = [Someone(f"h{n}@acme.example", holds=(SUITE.id,)) for n in range(6)]
    there = [Someone(f"t{n}@acme.example", holds=(other.id,)) for n in range(6)]
    keep = [Someone(f"k{n}@acme.example", holds=(RTT.id,), groups=(SALES.id,)) for n in range(188)]
    found = plan(files, *here, *there, *keep, licenses=licenses)
    assert [g.message.partition(";")[0] for g in found.plan.guards] == [
        "12 people would lose Webex Meetings Suite within 24 hours"
    ]


def test_a_license_that_webex_sells_no_more_counts_no_longer() -> None:
    """What was taken today of a license that the organization has no more is no removal of any license it has."""
    files = _files()
    people = [Someone(f"l{n}@acme.example", holds=(RTT.id,)) for n in range(10)]
    people += [Someone(f"s{n}@acme.example", groups=(SALES.id,), holds=(RTT.id,)) for n in range(40)]
    removals = tuple(Removal(f"gone{n}", license_id("RTT", 99), NOW - timedelta(hours=3)) for n in range(5))
    assert stops(plan(files, *people, licenses=(BIG,), memory=applied(files, removals=removals))) == []
    there = tuple(msgspec.structs.replace(removal, holding=RTT.id) for removal in removals)
    assert stops(plan(files, *people, licenses=(BIG,), memory=applied(files, removals=there))) != []


def test_what_is_said_of_calls_already_sent() -> None:
    """The message counts people, one as one, and says how many of them were taken from before."""
    few = RemovalLimit(count=1)
    said = [g.message for g in _plan(1, 9, past=2, limit=few).plan.guards if g.code == "removals-limit"]
    assert said
    assert all(
        "3 people would lose" in text and " within 24 hours (2 of them by calls already sent); " in text
        for text in said
    )
    alone = _plan(1, 9, acknowledgement(NAME, max=3), limit=RemovalLimit(count=0, percent=0))
    assert f"1 person would lose {NAME} within 24 hours" in [g.message for g in alone.plan.guards]
