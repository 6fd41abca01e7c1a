"""RULES 3.3, 5.3: who waits, since when, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reconciler.model.live import Location, PhoneNumber
from reconciler.model.memory import Memory
from tests.support.desired import (
    applied,
    attendee,
    changes,
    desired,
    everyone,
    exception,
    organization,
    plan,
    ref,
    waiting,
)
from tests.support.live import MSG, NOW, PRO, RTT, SITE, SUITE, Someone, license_id
from tests.support.simulate import World

NAME = "Real-Time Translations"
ONE = msgspec.structs.replace(RTT, total=1)
NONE = msgspec.structs.replace(RTT, total=0)
FILES = desired(organization(), everyone(NAME))
ANN, BOB, CY = Someone("ann@acme.example"), Someone("bob@acme.example"), Someone("cy@acme.example")


def test_losers_are_named_with_the_pool_and_since_when() -> None:
    """Who gets nothing is named with license, subscription and since when they wait; the date outlasts runs."""
    memory = msgspec.structs.replace(applied(FILES), waiting={(ANN.id, NAME): NOW - timedelta(days=3)})
    found = plan(FILES, ANN, BOB, licenses=(NONE,), memory=memory)
    assert [(w.email, w.license, w.subscription, w.since) for w in found.plan.waiting] == [
        (ANN.email, NAME, "Sub-1", NOW - timedelta(days=3)),
        (BOB.email, NAME, "Sub-1", NOW),
    ]
    assert found.ledger.waiting == ((ANN.id, NAME), (BOB.id, NAME))


def test_waiting_ends_when_the_grant_ends() -> None:
    """Who is no longer granted the license no longer waits."""
    memory = Memory(registry=applied(FILES).registry, waiting={(ANN.id, NAME): NOW - timedelta(days=3)})
    found = plan(desired(organization(), everyone("Contact Center Premium Agent")), ANN, memory=memory)
    assert found.ledger.waiting == ()


def test_an_attendee_fallback_takes_no_unit() -> None:
    """Losers of a host unit become attendees; the winner does not."""
    files = desired(organization(), everyone(SUITE.name, attendee()))
    found = plan(files, ANN, BOB, licenses=(msgspec.structs.replace(SUITE, total=1), MSG))
    assert changes(found, ANN.email) == [f"+ {SUITE.name} @ {SITE}"]
    assert changes(found, BOB.email) == [f"+ attendee @ {SITE}"]


def test_the_reason_names_the_pools() -> None:
    """Who waits is told in which subscriptions there is no unit."""
    (loser,) = plan(FILES, ANN, licenses=(NONE,)).plan.waiting
    assert loser.because[-1].rule == "the-smallest-priority-is-served-first: no unit left in Sub-1"


def test_whoever_waited_is_promoted_when_a_unit_comes() -> None:
    """A unit that is bought goes to whoever has waited longest, as a promotion; the date is forgotten, the others keep theirs."""
    world = World([ANN, BOB], licenses=(NONE,))
    world.apply(FILES)
    since = world.now
    world.people[CY.email] = CY
    world.apply(FILES)
    world.change(BOB.email, created=NOW - timedelta(days=900))  # older than Ann's account now, but equally long waiting
    world._licenses = (ONE,)
    found = world.apply(FILES)
    (change,) = found.plan.changes
    assert (change.email, change.licenses[0].cause) == (BOB.email, "promoted")
    assert set(world.memory.waiting) == {(ANN.id, NAME), (CY.id, NAME)}
    assert world.memory.waiting[ANN.id, NAME] < since <= world.memory.waiting[CY.id, NAME]


def test_attendee_until_the_host_unit_comes() -> None:
    """Who waits for a host unit is attendee meanwhile, where that is granted too; the promotion takes the role in one call."""
    files = desired(organization(), everyone(SUITE.name, attendee()))
    world = World([ANN, BOB], licenses=(msgspec.structs.replace(SUITE, total=1), MSG))
    world.apply(files)
    assert world.person(BOB.email).attendee == (SITE,)
    assert world.plan(files).plan.changes == ()
    world._licenses = (msgspec.structs.replace(SUITE, total=2), MSG)
    found = world.apply(files)
    assert changes(found, BOB.email) == [f"+ {SUITE.name} @ {SITE}", f"- attendee @ {SITE}"]
    assert world.person(BOB.email).attendee == ()
    assert world.memory.waiting == {}


def test_a_finding_does_not_cost_the_date() -> None:
    """Whom a finding blocks for a while does not stand in the list, but keeps the date since when they waited."""
    files = desired(organization(), everyone(PRO.name))
    hq, pools = Location("L1", "HQ", True), (msgspec.structs.replace(PRO, total=0),)
    numbers = (PhoneNumber("+14085550100", "L1", "HQ", "ACTIVE"),)
    since = {(ANN.id, PRO.name): NOW - timedelta(days=30)}
    memory = msgspec.structs.replace(applied(files), waiting=since)
    unreadable = msgspec.structs.replace(ANN, calling_unreadable=True)
    for blocked in (ANN, unreadable):
        found = plan(files, blocked, licenses=pools, memory=memory, locations=(hq,), numbers=numbers)
        assert waiting(found) == []
        assert found.ledger.waiting == ((ANN.id, PRO.name),)
    able = msgspec.structs.replace(ANN, work_phone="+14085550100")
    again = plan(files, able, licenses=pools, memory=memory, locations=(hq,), numbers=numbers)
    assert [item.since for item in again.plan.waiting] == [NOW - timedelta(days=30)]
    assert again.ledger.waiting == ((ANN.id, PRO.name),)


def test_who_left_or_was_exempted_waits_no_more() -> None:
    """The date ends with the person and with the grant: somebody who is gone, or whom an exception exempts, is forgotten."""
    memory = msgspec.structs.replace(applied(FILES), waiting={(ANN.id, NAME): NOW, (CY.id, NAME): NOW})
    exempt = desired(FILES.organization, *FILES.templates, exception("x", ANN.email, exempt=True))
    assert plan(exempt, ANN, licenses=(NONE,), memory=memory).ledger.waiting == ()


def test_what_comes_along_waits_with_it() -> None:
    """A free license that is needed only beside the one waited for is not given before it."""
    files = desired(organization(), everyone(SUITE.name))
    found = plan(files, ANN, BOB, licenses=(msgspec.structs.replace(SUITE, total=1), MSG))
    assert [[op.license for op in change.licenses] for change in found.plan.changes] == [[MSG.name, SUITE.name]]
    assert waiting(found) == [(BOB.email, SUITE.name)]


def test_what_is_granted_for_itself_does_not_wait() -> None:
    """A free license that a template grants is given at once, whatever else waits."""
    files = desired(organization(), everyone(SUITE.name, MSG.name))
    found = plan(files, ANN, licenses=(msgspec.structs.replace(SUITE, total=0), MSG))
    assert [[op.license for op in change.licenses] for change in found.plan.changes] == [[MSG.name]]


def test_what_comes_along_with_two_comes_once() -> None:
    """A free license that two others need is added once, and also where only one of the two is won."""
    emea = "emea.acme.webex.com"
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 82, emea), site=emea)
    files = desired(organization(), everyone(SUITE.name, ref(SUITE.name, site=emea)))
    for left, expected in ((10, 3), (0, 2)):
        pools = (msgspec.structs.replace(SUITE, total=left), other, MSG)
        (change,) = plan(files, ANN, licenses=pools).plan.changes
        assert len(change.licenses) == expected
        assert [op.license for op in change.licenses].count(MSG.name) == 1


def test_a_held_license_gets_what_it_needs() -> None:
    """Who holds a granted license without the free one it needs gets that, although there is nothing to wait for."""
    found = plan(desired(organization(), everyone(SUITE.name)), msgspec.structs.replace(ANN, holds=(SUITE.id,)))
    assert [[op.license for op in change.licenses] for change in found.plan.changes] == [[MSG.name]]
