"""Rules and store together over time: who is a newcomer, and where the ledger of an unfinished apply leads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.model.desired import Desired, Guards, Keep, Retention
from reconciler.store import Store
from tests.support.desired import changes, desired, everyone, members, organization, rows
from tests.support.live import ALL, ORG, RTT, SALES, SUITE, SUPPORT, Someone
from tests.support.stored import Stored

NAME = RTT.name
AGENTS = members("Support", "Contact center Standard Agent")
JOINERS = desired(organization("groups"), members("Sales", NAME, existing_users=False), AGENTS)
WELCOME = desired(organization(), everyone(NAME, existing_users=False))
SKIP = desired(
    organization("groupsThenOrganization"), everyone(NAME, explicitly_licensed_newcomers="skip"), AGENTS,
    members("Sales", "Contact Center Premium Agent"),
)  # fmt: skip


@pytest.fixture
def world(store: Store) -> Stored:
    """Somebody in both groups, and ann in none."""
    made = Stored([Someone("rest@acme.example", groups=(SALES.id, SUPPORT.id)), Someone("ann@acme.example")])
    made.store = store
    return made


def _got(world: Stored, files: Desired, name: str) -> bool:
    return f"+ {NAME}" in changes(world.apply(files), f"{name}@acme.example")


def _move(world: Stored, name: str, *groups: str) -> None:
    world.change(f"{name}@acme.example", groups=groups)


def test_who_joins_a_group_is_a_newcomer_of_its_template_for_good(world: Stored) -> None:
    """Ann was in the organization before and joins later; she stays a newcomer when she leaves and comes back."""
    assert not _got(world, JOINERS, "ann")
    _move(world, "ann", SALES.id)
    assert _got(world, JOINERS, "ann")
    _move(world, "ann")
    world.apply(JOINERS)
    world.change("ann@acme.example", holds=(), groups=(SALES.id,))
    assert _got(world, JOINERS, "ann")


def test_a_member_from_before_who_comes_back_is_no_newcomer(world: Stored) -> None:
    """Who was in the group when its template came into force, left and came back was there before."""
    _move(world, "ann", SALES.id)
    assert not _got(world, JOINERS, "ann")
    _move(world, "ann")
    assert not _got(world, JOINERS, "ann")
    _move(world, "ann", SALES.id)
    assert not _got(world, JOINERS, "ann")


def test_who_leaves_the_organization_and_comes_back_was_there_before(world: Stored) -> None:
    """A person who is missing from one reading is no newcomer; one who was first seen late is, however old the account."""
    assert not _got(world, WELCOME, "ann")
    ann = world.people.pop("ann@acme.example")
    world.apply(WELCOME)
    world.people["ann@acme.example"] = ann
    linked = Someone("linked@acme.example", created=world.now - timedelta(days=3000))
    world.people["linked@acme.example"] = linked
    planned = world.apply(WELCOME)
    assert changes(planned, "ann@acme.example") == []
    assert changes(planned, "linked@acme.example") == [f"+ {NAME}"]


def test_nobody_is_a_newcomer_before_the_end_of_the_first_apply(world: Stored) -> None:
    """Somebody who came between two syncs before the first apply was there before the template was in force."""
    world.plan(WELCOME)
    world.now += timedelta(hours=1)
    world.people["new@acme.example"] = Someone("new@acme.example", created=world.now)
    assert changes(world.apply(WELCOME)) == []
    assert changes(world.apply(WELCOME)) == []


def test_a_skipped_newcomer_is_licensed_after_a_move(world: Stored) -> None:
    """Created with a paid license: skipped, while others are licensed; after joining and leaving a group no more."""
    world.apply(SKIP)
    world.people["new@acme.example"] = Someone("new@acme.example", holds=(SUITE.id,))
    world.people["plain@acme.example"] = Someone("plain@acme.example")
    planned = world.apply(SKIP)
    assert changes(planned, "new@acme.example") == []
    assert changes(planned, "plain@acme.example") == [f"+ {NAME}"]
    _move(world, "new", SALES.id)
    assert changes(world.apply(SKIP), "new@acme.example") == ["+ Contact Center Premium Agent"]
    _move(world, "new")
    assert _got(world, SKIP, "new")


@pytest.mark.parametrize(("policy", "goes"), [("preserve", False), ("remove", True)])
def test_a_template_that_came_and_went_within_unfinished_applies(world: Stored, policy: Keep, goes: bool) -> None:
    """What a template gave in a run that never completed is row f when the files drop it, though no register knew it."""
    opposite: Keep = "remove" if policy == "preserve" else "preserve"
    retention = Retention(template_removal=policy, group_change=opposite)
    org = organization("groups", retention=retention, guards=Guards(first_apply="all"))
    world.apply(desired(org, AGENTS))
    _move(world, "ann", SALES.id)
    given = world.plan(desired(org, AGENTS, members("Sales", NAME)))
    run = world.store.start_run(ORG, given.plan, None, world.now)
    world.send(run, given.plan.changes)
    world.store.finish_run(run, completed=False, at=world.now)
    world.now += timedelta(hours=1)
    found = world.plan(desired(org, AGENTS))
    assert rows(found, "ann@acme.example") == {RTT.id: "f"}
    assert (f"- {NAME}" in changes(found, "ann@acme.example")) is goes


def test_what_somebody_took_is_by_hand_when_somebody_gives_it_again(world: Stored) -> None:
    """Preserved, taken by a click, an apply, given by a click: row h, and no longer ours to take."""
    org = organization("groups", retention=Retention(template_removal="preserve"))
    world.apply(desired(org, AGENTS, members("Sales", NAME, name="sales"), everyone(NAME)))
    _move(world, "ann", SALES.id)
    world.apply(desired(org, AGENTS, members("Sales", NAME, name="sales")))
    dropped = desired(org, AGENTS)
    world.apply(dropped)
    world.change("ann@acme.example", holds=())
    world.apply(dropped)
    world.change("ann@acme.example", holds=(RTT.id,))
    strict = desired(organization("groups", retention=Retention(template_removal="remove")), AGENTS)
    assert changes(world.plan(strict), "ann@acme.example") == []


def test_one_reading_with_holes_costs_nobody_their_origin(world: Stored) -> None:
    """A license that one sync did not show, with no apply in between, is ours still."""
    org = organization("groups", retention=Retention(group_change="remove"))
    files = desired(org, AGENTS, members("Sales", NAME))
    _move(world, "ann", SALES.id)
    world.apply(files)
    held = world.person("ann@acme.example").holds
    world.change("ann@acme.example", holds=())
    world.plan(files)
    world.change("ann@acme.example", holds=held, groups=())
    assert changes(world.plan(files), "ann@acme.example") == [f"- {NAME}"]


def test_the_register_of_policies_comes_back(world: Stored) -> None:
    """Which policies preserve, and since which apply, is read back as it was written."""
    files = desired(organization("groups", retention=Retention(manual="remove")), AGENTS)
    world.apply(files)
    first = world.now - timedelta(hours=1)
    world.apply(files)
    registry = world.memory.registry
    assert registry is not None
    assert dict(registry.preserving)["retention.groupChange"] == first
    assert "retention.manual" not in dict(registry.preserving)
    assert len(ALL) > len(registry.declared) > 0
