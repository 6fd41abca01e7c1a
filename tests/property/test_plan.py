"""What holds of every plan, whatever the files and the organization: RULES 3.1-3.3, 4.1, 5.1, 7.4 and the plan's determinism.

A world of a few people, small pools and two years of history in miniature: files are applied, people move, other files are
planned. Calling is left out, because its additions are personal; its promises stand in tests/unit/resolve/test_calling.py.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License, Product
from reconciler.model.catalog import attendee as role
from reconciler.model.desired import (
    Budget,
    Capacity,
    Desired,
    GroupReference,
    Guards,
    Keep,
    Managed,
    Reference,
    Retention,
)
from reconciler.model.plan import Change
from reconciler.planner import Planned, make_plan
from tests.support.desired import Document, attendee, desired, everyone, exception, managed, members, organization, ref
from tests.support.live import (
    AGENT,
    MSG,
    NOW,
    PREMIUM,
    RTT,
    SALES,
    SITE,
    SUITE,
    SUITE2,
    SUPPORT,
    FakeLive,
    Someone,
    license_id,
)
from tests.support.simulate import World

EMEA = "emea.acme.webex.com"
MEETINGS = License(license_id("MC", 60, SITE), "Webex Meetings", 3, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
ELSEWHERE = msgspec.structs.replace(SUITE, id=license_id("EE", 61, EMEA), site=EMEA)
RTT2 = msgspec.structs.replace(RTT, id=license_id("RTT", 62), subscription="Sub-2")
FREE = License(license_id("FTM", 63), "Basic Space Meetings", 1000, 0)
POOLS = (MSG, FREE, SUITE, SUITE2, MEETINGS, ELSEWHERE, PREMIUM, AGENT, RTT, RTT2)
PAID = POOLS[2:]
NAMES = (
    "Webex Meetings Suite",
    "Webex Meetings",
    "Contact Center Premium Agent",
    "Contact center Standard Agent",
    "Real-Time Translations",
)
REFERENCES = (
    *(ref(name) for name in NAMES),
    attendee(),
    attendee(site=EMEA),
    ref("Webex Meetings Suite", site=EMEA),
    ref("Webex Meetings Suite", subscription="Sub-2"),
    ref("Basic Space Meetings"),
)
EMAILS = tuple(f"p{n}@acme.example" for n in range(6))

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
KEEP: st.SearchStrategy[Keep] = st.sampled_from(("preserve", "remove"))
GROUP_CHANGE: st.SearchStrategy[Literal["preserve", "remove", "removeAll"]] = st.sampled_from(
    ("preserve", "remove", "removeAll")
)
FIRST: st.SearchStrategy[Literal["additions", "all"]] = st.sampled_from(("additions", "all"))


def _grants() -> st.SearchStrategy[tuple[Reference, ...]]:
    return st.lists(st.sampled_from(REFERENCES), min_size=1, max_size=4, unique=True).map(tuple)


@st.composite
def _templates(draw: st.DrawFn) -> tuple[Document, ...]:
    """One to three templates; names repeat from one set of files to the next, so that templates change, come and go."""
    found: list[Document] = []
    for name, groups in (
        ("everyone", None),
        ("sales", ["Sales"]),
        ("both", ["Sales", "Support"]),
        ("support", ["Support"]),
    ):
        if found and not draw(st.booleans()):
            continue
        existing = draw(st.sampled_from((True, True, True, False)))
        fields: dict[str, Any] = {
            "existing_users": existing,
            "preserve_licenses": not existing or draw(st.booleans()),
            "priority": draw(st.sampled_from((1, 50, 100))),
        }
        grants = draw(_grants())
        found.append(
            everyone(*grants, name=name, **fields) if groups is None else members(groups, *grants, name=name, **fields)
        )
    return tuple(found)


@st.composite
def _exceptions(draw: st.DrawFn) -> tuple[Document, ...]:
    found: list[Document] = []
    for name in draw(st.lists(st.sampled_from(("x", "y")), unique=True)):
        what = draw(st.sampled_from(("exempt", "add", "deny")))
        users = draw(st.lists(st.sampled_from(EMAILS), min_size=1, max_size=2, unique=True))
        if what == "exempt":
            found.append(exception(name, *users, exempt=True))
        elif what == "add":
            found.append(exception(name, *users, add=draw(_grants())))
        else:
            found.append(exception(name, *users, deny=(draw(st.sampled_from(NAMES)), Managed(attendee_site=SITE))))
    return tuple(found)


@st.composite
def _files(draw: st.DrawFn) -> Desired:
    budget = Budget("Real-Time Translations", GroupReference("Sales"), 1)
    org = organization(
        draw(st.sampled_from(("organization", "groups", "groupsThenOrganization"))),
        retention=Retention(
            draw(KEEP),
            draw(GROUP_CHANGE),
            draw(KEEP),
            draw(KEEP),
            draw(KEEP),
            draw(st.booleans()),
        ),
        deactivated_users=draw(st.sampled_from(("keep", "remove"))),
        manage=managed(*draw(st.lists(st.sampled_from((*NAMES, "Basic Space Meetings")), max_size=2, unique=True))),
        subscription_policy=draw(st.sampled_from(("defaultOnly", "oldestFirst"))),
        subscription_order=draw(st.sampled_from((("Sub-1", "Sub-2"), ("Sub-1",)))),
        capacity=Capacity(budgets=(budget,) if draw(st.booleans()) else ()),
        guards=Guards(
            protected=tuple(draw(st.lists(st.sampled_from(EMAILS), max_size=1))),
            first_apply=draw(FIRST),
        ),
    )
    return desired(org, *draw(_templates()), *draw(_exceptions()))


@st.composite
def _person(draw: st.DrawFn, email: str) -> Someone:
    host = draw(st.sampled_from((None, None, SUITE, SUITE2, MEETINGS)))
    agent = draw(st.sampled_from((None, None, PREMIUM, AGENT)))
    others = draw(st.lists(st.sampled_from((MSG, FREE, RTT, RTT2, ELSEWHERE)), max_size=2, unique=True))
    held = [pool for pool in (host, agent, *others) if pool is not None]
    return Someone(
        email,
        groups=draw(_membership()),
        holds=tuple(sorted(pool.id for pool in held)),
        attendee=() if host is not None or not draw(st.booleans()) else (SITE,),
        admin_of=draw(st.sampled_from(((), (), (), (SITE,)))),
        state=draw(
            st.sampled_from(("active", "active", "active", "active", "deactivated", "pending", "machine", "external"))
        ),
        created=draw(st.sampled_from((None, NOW - timedelta(days=400), NOW - timedelta(days=500)))),
    )


def _membership() -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from(((), (SALES.id,), (SUPPORT.id,), tuple(sorted((SALES.id, SUPPORT.id)))))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, Desired]:
    """A world with a history, and files to plan for it."""
    people = [draw(_person(email)) for email in EMAILS[: draw(st.integers(1, 6))]]
    pools = (MSG, FREE, *(msgspec.structs.replace(pool, total=draw(st.integers(0, 3))) for pool in PAID))
    world = World(people, licenses=pools, elsewhere={draw(st.sampled_from(PAID)).id: draw(st.integers(0, 1))})
    if draw(st.booleans()):
        world.apply(draw(_files()))
        for email in draw(st.lists(st.sampled_from(sorted(world.people)), max_size=2, unique=True)):
            _move(world, email, draw(_membership()), world.now - timedelta(minutes=30))
    return world, draw(_files())


def _move(world: World, email: str, groups: tuple[str, ...], when: datetime) -> None:
    joined = {
        **world.person(email).joined,
        **{group: when for group in groups if group not in world.person(email).groups},
    }
    world.change(email, groups=groups, joined=joined, moved=when)


def _products(world: World, person: Someone) -> set[Product]:
    names = {pool.id: Product(pool.name, pool.site or "") for pool in world.licenses}
    return {names[pool] for pool in person.holds} | {role(site) for site in person.attendee}


def _after(world: World, found: Planned) -> World:
    after = World(list(world.people.values()), licenses=world.licenses)
    after.carry_out(found.plan.changes)
    return after


def _changes(found: Planned) -> dict[str, Change]:
    return {change.email: change for change in found.plan.changes}


@given(worlds())
@settings(FEW, max_examples=150)
def test_apply_then_plan_is_empty(made: tuple[World, Desired]) -> None:
    """After a plan was carried out and recorded, the next plan changes nothing and the same people wait since the same time."""
    world, files = made
    if world.memory.registry is None:
        world.apply(files)  # the first apply only adds
    world.apply(files)
    waited = world.memory.waiting
    found = world.plan(files).plan
    assert found.changes == ()
    assert sorted((item.person_id, item.license, item.since) for item in found.waiting) == sorted(
        (person, product.partition(" @ ")[0], since) for (person, product), since in waited.items()
    )
    world.apply(files)
    assert world.memory.waiting == waited


@given(worlds(), st.randoms(use_true_random=False))
@FEW
def test_order_does_not_matter(made: tuple[World, Desired], chance: random.Random) -> None:
    """People, licenses, groups, templates and exceptions in another order give the same plan, byte for byte."""
    world, files = made
    expected = msgspec.json.encode(world.plan(files).plan)
    licenses, people, groups = list(world.licenses), list(world.people.values()), list(world.groups)
    templates, exceptions = list(files.templates), list(files.exceptions)
    for shuffled in (licenses, people, groups, templates, exceptions):
        chance.shuffle(shuffled)
    other = msgspec.structs.replace(files, templates=tuple(templates), exceptions=tuple(exceptions))
    found = make_plan(other, FakeLive(licenses, people, groups, taken_at=world.now), world.memory, world.now, "0")
    assert msgspec.json.encode(found.plan) == expected


@given(worlds())
@FEW
def test_undeclared_products_are_never_taken(made: tuple[World, Desired]) -> None:
    """Only what the files declare, an exception denies or this tool gave is taken; and a promotion takes the role."""
    world, files = made
    found = world.plan(files)
    book = found.workings.book
    for email, change in _changes(found).items():
        person = world.person(email)
        denied = {p for item in book.exceptions.values() for p in item.denied if email in dict(item.exception.users)}
        hosts = {op.site for op in change.licenses if op.operation == "add"}
        for op in change.licenses:
            product = book.catalog.product_of[op.license_id]
            assert op.operation == "add" or product in book.declared | denied or op.license_id in person.given
        for role_op in change.attendee_sites:
            site = role_op.site_url
            ours = f"attendee:{site}" in person.given or site in hosts
            assert role_op.operation == "add" or role(site) in book.declared | denied or ours


@given(worlds())
@FEW
def test_only_granted_products_are_given(made: tuple[World, Desired]) -> None:
    """Nothing is given but what a template or exception grants, and the free licenses that come along."""
    world, files = made
    found = world.plan(files)
    book = found.workings.book
    granted = {grant.product for item in book.templates for grant in item.grants}
    granted |= {grant.product for item in book.exceptions.values() for grant in item.grants}
    free = {Product("Basic Messaging"), Product("Basic Space Meetings")}
    for change in found.plan.changes:
        given_now = {book.catalog.product_of[op.license_id] for op in change.licenses if op.operation == "add"}
        given_now |= {role(op.site_url) for op in change.attendee_sites if op.operation == "add"}
        assert given_now <= granted | free


@given(worlds())
@FEW
def test_hard_pools_are_never_exceeded(made: tuple[World, Desired]) -> None:
    """No counted pool is used beyond its total by a plan, or beyond what was used already; the plan's own figures agree."""
    world, files = made
    found = world.plan(files)
    before = {pool.id: pool.consumed or 0 for pool in world.licenses}
    after = {pool.id: pool for pool in _after(world, found).licenses}
    rooms = {pool.id: pool.consumed_by_workspaces or 0 for pool in world.licenses}
    for pool in PAID:
        used = (after[pool.id].consumed or 0) + rooms[pool.id]
        assert used <= max(after[pool.id].total or 0, before[pool.id])
    for line in found.plan.pools:
        used = (after[line.license_id].consumed or 0) + rooms[line.license_id]
        assert line.available_after == (line.total or 0) - used


@given(worlds())
@FEW
def test_nobody_gets_a_second_unit(made: tuple[World, Desired]) -> None:
    """Nobody is given a product they already hold in some subscription and keep, nor a second host license on a site."""
    world, files = made
    found = world.plan(files)
    catalog, after = found.workings.book.catalog, _after(world, found)
    for email, change in _changes(found).items():
        held = [catalog.product_of[pool] for pool in after.person(email).holds]
        for op in change.licenses:
            if op.operation == "add":
                assert held.count(catalog.product_of[op.license_id]) == 1
                assert not op.site or sum(product.site == op.site for product in held) == 1


@given(worlds())
@FEW
def test_nobody_becomes_host_and_attendee(made: tuple[World, Desired]) -> None:
    """After a plan nobody is host and attendee on one site who was not both before."""
    world, files = made
    after = _after(world, world.plan(files))
    for email, person in world.people.items():
        for state, both_before in ((person, True), (after.person(email), False)):
            hosts = {product.site for product in _products(world, state) if not product.is_attendee}
            both = hosts & set(state.attendee)
            if both_before:
                allowed = both
            else:
                assert both <= allowed


@given(worlds())
@FEW
def test_protected_and_exempt_people(made: tuple[World, Desired]) -> None:
    """A protected person loses nothing that is not replaced in the same call; exempt people and outsiders do not change."""
    world, files = made
    found = world.plan(files)
    exempt = {user for item in files.exceptions if item.exempt for user, _ in item.users}
    outside = {email for email, person in world.people.items() if person.state in ("machine", "external")}
    assert not _changes(found).keys() & (exempt | outside)
    for email in files.organization.guards.protected:
        change = _changes(found).get(email)
        if change is not None:
            signs = [op.operation for op in change.licenses]
            assert signs.count("remove") <= signs.count("add")
            hosts = {op.site for op in change.licenses if op.operation == "add"}
            assert all(op.operation == "add" or op.site_url in hosts for op in change.attendee_sites)


@given(worlds())
@FEW
def test_the_first_apply_removes_nothing_plainly(made: tuple[World, Desired]) -> None:
    """Before the first completed apply, with `firstApply: additions`, whoever loses something gets its replacement."""
    world, files = made
    if world.memory.registry is None and files.organization.guards.first_apply == "additions":
        for change in world.plan(files).plan.changes:
            signs = [op.operation for op in change.licenses]
            assert signs.count("remove") <= signs.count("add")


@given(worlds())
@FEW
def test_every_operation_says_why(made: tuple[World, Desired]) -> None:
    """Each operation carries a reason, and each reason a rule."""
    world, files = made
    for change in world.plan(files).plan.changes:
        for reasons in [op.because for op in change.licenses] + [op.because for op in change.attendee_sites]:
            assert reasons
            assert all(reason.rule for reason in reasons)


def crowd() -> tuple[World, Desired]:
    """A fixed world with something of everything, for comparing plans between processes."""
    chance = random.Random(7)
    groups = ((), (SALES.id,), (SUPPORT.id,), tuple(sorted((SALES.id, SUPPORT.id))))
    people = [
        Someone(
            f"c{n}@acme.example",
            groups=chance.choice(groups),
            holds=tuple(sorted({chance.choice(POOLS).id, chance.choice(PAID[4:]).id})),
            created=chance.choice((None, datetime(2020, 1, 1 + n % 28, tzinfo=NOW.tzinfo))),
        )
        for n in range(60)
    ]
    files = desired(
        organization(
            "groupsThenOrganization",
            retention=Retention("remove", "remove", "remove", "remove", "remove"),
            manage=managed(*NAMES),
            guards=Guards(protected=("c1@acme.example", "c2@acme.example")),
        ),
        everyone("Webex Meetings Suite", attendee(), "Real-Time Translations"),
        members("Sales", "Contact Center Premium Agent", "Webex Meetings", priority=10),
        members("Support", "Contact center Standard Agent", attendee(site=EMEA)),
        exception("x", "c3@acme.example", "c4@acme.example", add=["Real-Time Translations"]),
        exception("y", "c5@acme.example", deny=["Webex Meetings Suite", "Webex Meetings"]),
    )
    world = World(people, licenses=POOLS)
    world.apply(files)
    return world, files


def test_the_hash_seed_does_not_matter() -> None:
    """Two processes with different PYTHONHASHSEED write the same bytes."""
    script = (
        "import msgspec, tests.property.test_plan as t; w, f = t.crowd(); "
        "print(msgspec.json.encode(w.plan(f).plan).decode())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(found) == 1
    assert b'"operation":"remove"' in found.pop()
