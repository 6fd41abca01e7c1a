"""Each difference is told in the group that says most: a swap as one thing, a fight with us, holes in a reading."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from reconciler.diff.drift import drift_items
from reconciler.model.catalog import License
from reconciler.model.desired import Desired, Guards, Retention
from reconciler.model.drift import DriftGroup, DriftItem, grouped
from reconciler.model.memory import Memory, Repeat
from tests.support.desired import (
    applied,
    attendee,
    desired,
    everyone,
    exception,
    live,
    managed,
    members,
    organization,
    plan,
)
from tests.support.live import AGENT, ALL, MSG, NOW, PREMIUM, RTT, SALES, SITE, SUITE, SUITE2, Someone, license_id

ANN = "ann@acme.example"
GUARDS = Guards(first_apply="all")
EVENTS = License(
    license_id("EC", 9, SITE), "Webex Event Center", 10, 0, 0, 0, "Sub-1", SITE, "Control Hub managed site"
)


def items(files: Desired, *people: Someone, memory: Memory | None = None, **fields: object) -> tuple[DriftItem, ...]:
    """The differences of these people."""
    found = plan(files, *people, memory=memory, **fields)
    work = found.workings
    return drift_items(found.plan, work.book, work.population, work.answers)


def told(found: tuple[DriftItem, ...]) -> set[tuple[str, str, str]]:
    """Kind, direction and license of each, without the free license that comes along."""
    return {(item.kind, item.direction, item.license) for item in found if item.license != MSG.name}


def test_a_lower_tier_and_the_higher_one_wanted_are_one_thing() -> None:
    """The tier held is extra and the tier wanted is missing, both for being the wrong tier; what else is missing is not."""
    org = organization(guards=GUARDS, manage=managed(AGENT.name))
    found = items(desired(org, everyone(PREMIUM.name, RTT.name)), Someone(ANN, holds=(AGENT.id,)))
    assert told(found) == {
        ("wrongTier", "missing", PREMIUM.name),
        ("wrongTier", "extra", AGENT.name),
        ("removedByHand", "missing", RTT.name),
    }


def test_another_host_license_of_the_site_is_the_wrong_one() -> None:
    """A person has one meetings license a site; the other one is what stands in its place."""
    org = organization(guards=GUARDS, retention=Retention(manual="remove"), manage=managed(EVENTS.name))
    found = items(desired(org, everyone(SUITE.name)), Someone(ANN, holds=(EVENTS.id,)), licenses=(*ALL, EVENTS))
    assert told(found) == {("wrongTier", "missing", SUITE.name), ("wrongTier", "extra", EVENTS.name)}


def test_who_is_attendee_and_should_be_host() -> None:
    """The role that goes and the license that comes are one thing."""
    org = organization(guards=GUARDS)
    files = desired(org, everyone(SUITE.name), exception("x", "bob@x", add=[attendee()]))
    assert told(items(files, Someone(ANN, attendee=(SITE,)))) == {
        ("shouldBeHost", "missing", SUITE.name),
        ("shouldBeHost", "extra", "attendee"),
    }


def test_who_is_host_and_should_be_attendee() -> None:
    """The license that goes and the role that comes are one thing."""
    org = organization(guards=GUARDS, retention=Retention(manual="remove"), manage=managed(SUITE.name))
    assert told(items(desired(org, everyone(attendee())), Someone(ANN, holds=(SUITE.id,)))) == {
        ("shouldBeAttendee", "extra", SUITE.name),
        ("shouldBeAttendee", "missing", "attendee"),
    }


def test_outside_the_default_subscription() -> None:
    """What is moved to the default subscription, and what retention takes or keeps there, is outside the defaults."""
    strict = organization(guards=GUARDS, retention=Retention(outside_defaults="remove"), manage=managed(SUITE.name))
    moved = items(desired(strict, everyone(SUITE.name)), Someone(ANN, holds=(SUITE2.id,)))
    assert told(moved) == {("outsideDefaults", "missing", SUITE.name), ("outsideDefaults", "extra", SUITE.name)}
    assert {item.direction: item.subscription for item in moved if item.license == SUITE.name} == {
        "missing": "Sub-1", "extra": "Sub-2",
    }  # fmt: skip
    for policy, direction in (("remove", "extra"), ("preserve", "preserved")):
        org = msgspec.structs.replace(strict, retention=Retention(outside_defaults=policy))  # type: ignore[arg-type]
        found = items(desired(org, everyone(RTT.name)), Someone(ANN, holds=(SUITE2.id, RTT.id)))
        assert told(found) == {("outsideDefaults", direction, SUITE.name)}


def test_whoever_undoes_us_again_and_again_is_another_writer() -> None:
    """What we gave twice, and twice somebody took, is not just removed by hand."""
    files = desired(organization("groups", guards=GUARDS), members("Sales", RTT.name, PREMIUM.name))
    ann = Someone(ANN, (SALES.id,))
    times = (NOW - timedelta(days=2), NOW - timedelta(days=1))
    memory = applied(files, live(ann), repeats=(Repeat(ann.id, RTT.id, "add", times),))
    assert told(items(files, ann, memory=memory)) == {
        ("anotherWriter", "missing", RTT.name),
        ("removedByHand", "missing", PREMIUM.name),
    }


def test_what_an_incomplete_reading_keeps() -> None:
    """What would go, had everything been read, is told as such, with the guard; what another guard keeps is not."""
    short = tuple(msgspec.structs.replace(p, consumed_by_users=50) if p is RTT else p for p in ALL)
    org = organization("groups", guards=GUARDS, retention=Retention(manual="remove"), manage=managed(RTT.name))
    files = desired(org, members("Sales", MSG.name))
    (item,) = items(files, Someone(ANN, holds=(RTT.id,)), licenses=short)
    assert (item.kind, item.direction, item.guard, item.cause) == (
        "incompleteRead", "preserved", "license-incomplete", "addedByHand",
    )  # fmt: skip
    guarded = msgspec.structs.replace(org, guards=Guards(first_apply="all", protected=(ANN,)))
    (item,) = items(desired(guarded, members("Sales", MSG.name)), Someone(ANN, holds=(RTT.id,)))
    assert (item.kind, item.guard) == ("addedByHand", "protected")


def test_who_is_told_by_name() -> None:
    """Every item carries the display name and the subscription, extra, missing and preserved ones."""
    org = organization("groups", guards=GUARDS, manage=managed(PREMIUM.name))
    found = items(desired(org, members("Sales", RTT.name)), Someone(ANN, (SALES.id,), (PREMIUM.id,)))
    assert {(item.direction, item.name, item.subscription) for item in found} == {
        ("missing", "Ann", "Sub-1"), ("preserved", "Ann", "Sub-1"),
    }  # fmt: skip


def _item(person: str, kind: str, direction: str, new: bool = False) -> DriftItem:
    found = DriftItem(person, f"{person}@x", "missing", "X", "L", None, "filesChanged", (), new)
    return msgspec.structs.replace(found, kind=kind, direction=direction)


def test_groups_count_everything_once() -> None:
    """Items by direction, people once, and those that are new; kinds in their order, none that is empty."""
    found = [
        _item("b", "filesChanged", "missing"),
        _item("a", "addedByHand", "extra", True),
        _item("a", "addedByHand", "preserved", True),
        _item("b", "addedByHand", "extra"),
    ]
    assert grouped(found) == (
        DriftGroup("addedByHand", 0, 2, 1, 2, 2),
        DriftGroup("filesChanged", 1, 0, 0, 1, 0),
    )
