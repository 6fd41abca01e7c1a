"""RULES 7.9: what a change of policy lets go that was preserved before."""

from __future__ import annotations

from typing import Any

import msgspec

from reconciler.model.desired import Desired, Guards, Retention
from reconciler.planner import Planned
from tests.support.desired import Document, changes, desired, everyone, exception, managed, members, organization
from tests.support.live import AGENT, PREMIUM, RTT, SALES, SITE, STANDARD, SUITE2, SUPPORT, Someone
from tests.support.simulate import World

ALL = Guards(first_apply="all")
SALESPEOPLE = tuple(Someone(f"{name}@acme.example", groups=(SALES.id,)) for name in ("ann", "bob"))
REST = Someone("rest@acme.example", groups=(SALES.id, SUPPORT.id))
GRANT = members("Sales", RTT.name)
OTHER = members("Support", "Contact center Standard Agent")


def _files(*documents: Document, retention: dict[str, Any] | None = None, **fields: Any) -> Desired:
    known: dict[str, Any] = {"guards": ALL, "retention": Retention(**retention or {})}
    return desired(organization("groups", **(known | fields)), *documents)


def _told(planned: Planned) -> list[str]:
    return [item.message for item in planned.plan.findings if item.code == "preserved-now-go"]


def _leave(world: World, name: str) -> None:
    world.change(f"{name}@acme.example", groups=(SUPPORT.id,), moved=world.now)


def test_who_left_earlier_and_not_who_leaves_now() -> None:
    """`groupChange` set to remove: what was preserved for earlier leavers counts, for those of today nothing was."""
    world = World([*SALESPEOPLE, REST])
    world.apply(_files(GRANT, OTHER))
    _leave(world, "ann")
    world.apply(_files(GRANT, OTHER))
    _leave(world, "bob")
    strict = _files(GRANT, OTHER, retention={"group_change": "remove"})
    found = world.plan(strict)
    assert changes(found, "ann@acme.example") == changes(found, "bob@acme.example")[1:] == ["- Real-Time Translations"]
    text = "1 license preserved since 2026-11-21 now goes: `retention.groupChange` preserves no more"
    assert _told(found) == [text]
    world.apply(strict)
    assert _told(world.plan(strict)) == []


def test_since_when_is_the_first_apply_that_preserved() -> None:
    """The date is that of the first completed apply under the policy, however many came after it."""
    world = World([*SALESPEOPLE, REST])
    world.apply(_files(GRANT, retention={"template_removal": "remove"}))
    world.now = world.now.replace(day=22)
    world.apply(_files(GRANT))
    world.now = world.now.replace(day=23)
    world.apply(_files(OTHER))
    world.now = world.now.replace(day=24)
    found = world.plan(_files(OTHER, retention={"template_removal": "remove"}))
    text = "3 licenses preserved since 2026-11-22 now go: `retention.templateRemoval` preserves no more"
    assert _told(found) == [text]


def test_what_the_same_change_ends_was_never_preserved() -> None:
    """Policy and template changed together: nothing was kept by the policy, and nothing is told."""
    world = World([*SALESPEOPLE, REST])
    world.apply(
        _files(GRANT, exception("x", "ann@acme.example", add=[PREMIUM.name]), retention={"exception_end": "preserve"})
    )
    found = world.plan(_files(OTHER, retention={"template_removal": "remove"}))
    assert "- Contact Center Premium Agent" in changes(found, "ann@acme.example")
    assert "- Real-Time Translations" in changes(found, "ann@acme.example")
    assert _told(found) == []


def test_an_exception_that_ended_earlier() -> None:
    """`exceptionEnd` set to remove: what was kept when the exception ended goes, and that is told."""
    world = World([*SALESPEOPLE, REST])
    kept = {"exception_end": "preserve"}
    world.apply(_files(GRANT, exception("x", "ann@acme.example", add=[PREMIUM.name]), retention=kept))
    world.apply(_files(GRANT, retention=kept))
    assert _told(world.plan(_files(GRANT))) == [
        "1 license preserved since 2026-11-21 now goes: `retention.exceptionEnd` preserves no more"
    ]


def test_a_template_that_stops_preserving() -> None:
    """`preserveLicenses: false` releases what the template dropped earlier; the finding points at the template."""
    world = World([*SALESPEOPLE, REST])
    less = members("Sales", "Contact center Standard Agent")
    world.apply(_files(GRANT))
    world.apply(_files(less))
    found = world.plan(_files(msgspec.structs.replace(less, preserve_licenses=False)))
    assert _told(found) == [
        "3 licenses preserved since 2026-11-21 now go: `preserveLicenses` of template sales preserves no more"
    ]
    assert [item.where for item in found.plan.findings if item.code == "preserved-now-go"] == ["sales.yaml:1"]


def test_by_hand_deactivated_and_outside() -> None:
    """The other policies: manual (only what was declared before), deactivatedUsers, outsideDefaults, removeAll."""
    ann, bob = SALESPEOPLE
    hand = msgspec.structs.replace(ann, holds=(PREMIUM.id,))
    off = msgspec.structs.replace(bob, holds=(RTT.id,), state="deactivated")
    known, suite = managed(PREMIUM.name), members("Sales", "Webex Meetings Suite")
    far = Someone("far@acme.example", groups=(SALES.id,), holds=(SUITE2.id,))
    cases = [
        (
            hand,
            _files(GRANT, manage=known),
            _files(GRANT, manage=known, retention={"manual": "remove"}),
            "retention.manual",
        ),
        (hand, _files(GRANT), _files(GRANT, manage=known, retention={"manual": "remove"}), ""),
        (off, _files(GRANT), _files(GRANT, deactivated_users="remove"), "deactivatedUsers"),
        (far, _files(suite), _files(suite, retention={"outside_defaults": "remove"}), "retention.outsideDefaults"),
    ]
    for person, before, after, policy in cases:
        world = World([person, REST])
        world.apply(before)
        found = world.plan(after)
        assert any(item.operation == "remove" for change in found.plan.changes for item in change.licenses)
        text = f"1 license preserved since 2026-11-21 now goes: `{policy}` preserves no more"
        assert _told(found) == ([text] if policy else []), policy


def test_remove_all_releases_what_movers_held_by_hand() -> None:
    """From `remove` to `removeAll`: what earlier movers kept by hand goes, if the ledger still tells that they moved."""
    world = World([msgspec.structs.replace(SALESPEOPLE[0], holds=(PREMIUM.id,)), REST])
    known = managed(PREMIUM.name)
    world.apply(_files(GRANT, OTHER, manage=known))
    _leave(world, "ann")
    world.apply(_files(GRANT, OTHER, manage=known))
    found = world.plan(_files(GRANT, OTHER, manage=known, retention={"group_change": "removeAll"}))
    assert _told(found) == [
        "1 license preserved since 2026-11-21 now goes: `retention.groupChange` preserves no more",
        "1 license preserved since 2026-11-21 now goes: `retention.groupChange`, for what movers were given by hand, "
        "preserves no more",
    ]


def test_nothing_before_the_first_apply_and_nothing_while_policies_stay() -> None:
    """Without an earlier apply, and without a changed policy, there is nothing to tell."""
    held = Someone("ann@acme.example", holds=(PREMIUM.id,), attendee=(SITE,))
    files = _files(GRANT, everyone(RTT.name), manage=managed(PREMIUM.name), retention={"manual": "remove"})
    world = World([held, REST])
    found = world.plan(files)
    assert "- Contact Center Premium Agent" in changes(found)
    assert _told(found) == []
    world.record(files)
    assert _told(world.plan(files)) == []


def test_who_only_leaves_now_is_not_counted_at_all() -> None:
    """Nothing was preserved for anybody: no finding, not one about no licenses."""
    world = World([*SALESPEOPLE, REST])
    world.apply(_files(GRANT, OTHER))
    _leave(world, "bob")
    found = world.plan(_files(GRANT, OTHER, retention={"group_change": "remove"}))
    assert "- Real-Time Translations" in changes(found, "bob@acme.example")
    assert _told(found) == []


def test_what_leavers_keep_by_hand_was_preserved_for_them() -> None:
    """Only what a template gave and the group took away was nobody's preserve; the rest counts for who moves today too."""
    world = World([msgspec.structs.replace(SALESPEOPLE[0], holds=(PREMIUM.id,)), REST])
    known = managed(PREMIUM.name)
    world.apply(_files(GRANT, OTHER, manage=known))
    _leave(world, "ann")
    found = world.plan(_files(GRANT, OTHER, manage=known, retention={"manual": "remove"}))
    assert _told(found) == ["1 license preserved since 2026-11-21 now goes: `retention.manual` preserves no more"]


def test_every_released_license_of_a_person_counts() -> None:
    """Also behind one that goes for another reason."""
    person = msgspec.structs.replace(SALESPEOPLE[0], holds=(AGENT.id, PREMIUM.id, STANDARD.id))
    known = managed(AGENT.name, PREMIUM.name)
    world = World([person, REST])
    world.apply(_files(GRANT, manage=known))
    for denied in (AGENT.name, PREMIUM.name):
        no = exception("no", "ann@acme.example", deny=[denied])
        found = world.plan(_files(GRANT, no, manage=known, retention={"manual": "remove"}))
        assert _told(found) == [
            "1 license preserved since 2026-11-21 now goes: `retention.manual` preserves no more"
        ], denied


def test_of_several_policies_the_one_that_preserved_longest_is_told() -> None:
    """A license that two policies kept is counted once, with the earlier date."""
    two = ("template:sales", "exception:x")
    held = Someone("ann@acme.example", (SUPPORT.id,), (RTT.id,), given={RTT.id: two})
    for first in ("exception_end", "template_removal"):
        world = World([held, REST])
        strict = {"exception_end": "remove", "template_removal": "remove"}
        world.apply(_files(OTHER, manage=managed(RTT.name), retention=strict | {first: "preserve"}))
        world.now = world.now.replace(day=22)
        loose = {"exception_end": "preserve", "template_removal": "preserve"}
        world.apply(_files(OTHER, manage=managed(RTT.name), retention=loose))
        world.change(held.email, holds=(RTT.id,), given={RTT.id: two})
        (told,) = _told(world.plan(_files(OTHER, manage=managed(RTT.name), retention=strict)))
        name = {"exception_end": "exceptionEnd", "template_removal": "templateRemoval"}[first]
        assert told == f"1 license preserved since 2026-11-21 now goes: `retention.{name}` preserves no more"


def test_what_is_outside_the_defaults_and_granted_by_nothing() -> None:
    """It goes without anything in its place, and was kept until now all the same."""
    person = Someone("far@acme.example", groups=(SUPPORT.id,), holds=(SUITE2.id,))
    suite = members("Sales", "Webex Meetings Suite")
    world = World([person, REST])
    world.apply(_files(suite, OTHER))
    found = world.plan(_files(suite, OTHER, retention={"outside_defaults": "remove"}))
    assert _told(found) == [
        "1 license preserved since 2026-11-21 now goes: `retention.outsideDefaults` preserves no more"
    ]
