"""What holds of every handing out of units, whoever asks: RULES 5.1, 5.3-5.6.

Crowded worlds: few units, tiers that are swapped, two subscriptions, two sites, budgets, people who have waited. Calling is
left out, because there the number decides as well; its promises stand in tests/property/test_calling.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License, Product
from reconciler.model.desired import Budget, Capacity, Desired, GroupReference, LicenseCapacity, Retention
from reconciler.model.expected import Lost
from reconciler.model.memory import Memory
from reconciler.planner import Planned, make_plan
from tests.support.desired import attendee, desired, managed, members, organization, ref
from tests.support.live import MSG, NOW, RTT, SALES, SITE, SUITE, SUITE2, SUPPORT, FakeLive, Someone, license_id

FEW = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
EMEA = "emea.acme.webex.com"
GOLD, SILVER, BRONZE = (License(license_id("ZZ", 90 + n), name, 0, 0, 0, 0, "Sub-1") for n, name in
                        enumerate(("Gold", "Silver", "Bronze")))  # fmt: skip
SILVER2 = msgspec.structs.replace(SILVER, id=license_id("ZZ", 94), subscription="Sub-2")
OTHER_SITE = License(license_id("EE", 95, EMEA), SUITE.name, 0, 0, 0, 0, "Sub-1", EMEA, CONTROL_HUB_MANAGED)
PAID = (GOLD, SILVER, SILVER2, BRONZE, SUITE, SUITE2, OTHER_SITE, RTT)
GRANTS = (
    ref("Gold"), ref("Silver"), ref("Silver", subscription="Sub-2"), ref("Bronze"), ref(SUITE.name),
    ref(SUITE.name, site=EMEA), ref(RTT.name), attendee(),
)  # fmt: skip
GROUPS = st.sampled_from(((SALES.id,), (SUPPORT.id,), tuple(sorted((SALES.id, SUPPORT.id)))))


class Case(NamedTuple):
    """Everything a plan is made from."""

    files: Desired
    people: tuple[Someone, ...]
    licenses: tuple[License, ...]
    memory: Memory


@st.composite
def _people(draw: st.DrawFn) -> tuple[Someone, ...]:
    found = []
    for number in range(draw(st.integers(2, 9))):
        tier = draw(st.sampled_from((None, None, SILVER, SILVER2, BRONZE)))
        host = draw(st.sampled_from((None, None, None, SUITE, SUITE2)))
        holds = (MSG.id, *(pool.id for pool in (tier, host) if pool is not None))
        created = draw(st.sampled_from((None, NOW - timedelta(days=400), NOW - timedelta(days=500))))
        found.append(Someone(f"p{number}@acme.example", draw(GROUPS), tuple(sorted(holds)), created=created))
    return tuple(found)


@st.composite
def cases(draw: st.DrawFn, *, budgets: bool = True) -> Case:
    """A crowd, two or three templates, and pools with hardly a unit left."""
    people = draw(_people())
    licenses = [MSG]
    for pool in PAID:
        used = sum(pool.id in person.holds for person in people)
        total = max(0, used + draw(st.integers(-1, 2)))
        licenses.append(msgspec.structs.replace(pool, total=total, consumed=used, consumed_by_users=used))
    limits = [Budget(name, GroupReference(group), draw(st.integers(0, 3)))
              for name, group in (("Silver", "Sales"), (SUITE.name, "Sales"), (SUITE.name, "Support"))
              if budgets and draw(st.booleans())]  # fmt: skip
    org = organization(
        "groups", tiers=(("Gold", "Silver"), ("Silver", "Bronze")), manage=managed("Silver", "Bronze"),
        capacity=Capacity(budgets=tuple(limits)),
        retention=Retention(manual=draw(st.sampled_from(("preserve", "remove"))),
                            outside_defaults=draw(st.sampled_from(("preserve", "remove")))),
        subscription_policy=draw(st.sampled_from(("defaultOnly", "oldestFirst"))),
        subscription_order=draw(st.sampled_from((("Sub-1", "Sub-2"), ("Sub-2", "Sub-1")))),
    )  # fmt: skip
    templates = []
    for name, groups in (("a", ["Sales"]), ("b", ["Support"]), ("c", ["Sales", "Support"])):
        fields: dict[str, Any] = {"name": name, "priority": draw(st.sampled_from((1, 50, 100)))}
        grants = draw(st.lists(st.sampled_from(GRANTS), min_size=1, max_size=4, unique=True))
        templates.append(members(groups, *grants, **fields))
    ids = st.sampled_from([person.id for person in people])
    waited = draw(st.dictionaries(
        st.tuples(ids, st.sampled_from(("Silver", RTT.name, f"{SUITE.name} @ {SITE}"))),
        st.sampled_from((NOW - timedelta(days=9), NOW - timedelta(days=3))), max_size=4,
    ))  # fmt: skip
    return Case(desired(org, *templates), people, tuple(licenses), Memory(waiting=waited))


def _plan(case: Case) -> Planned:
    files = msgspec.structs.replace(case.files, organization=_first_apply_all(case.files))
    return make_plan(files, FakeLive(case.licenses, case.people, (SALES, SUPPORT)), case.memory, NOW, "0")


def _first_apply_all(files: Desired) -> Any:
    guards = msgspec.structs.replace(files.organization.guards, first_apply="all")
    return msgspec.structs.replace(files.organization, guards=guards)


class Won(NamedTuple):
    """A unit given by the plan."""

    person_id: str
    product: Product
    pool: str
    order: tuple[Any, ...]


def _order(found: Planned, person_id: str, product: Product) -> tuple[Any, ...]:
    """The place of a request in the order of service, worked out from the rule book's words."""
    work = found.workings
    person, key = next((p, k) for p, k in work.population.fetch(work.answers) if p.id == person_id)
    wish = next(wish for wish in work.answers[key].wishes if wish.product == product)
    since = work.book.memory.waiting.get((person_id, str(product)), NOW)
    return wish.priority, since, person.created or datetime.max.replace(tzinfo=UTC), person.email


def _won(found: Planned) -> Iterator[Won]:
    for change in found.plan.changes:
        for operation in change.licenses:
            product = found.workings.book.catalog.product_of[operation.license_id]
            if operation.operation == "add" and operation.subscription is not None:
                yield Won(change.person_id, product, operation.license_id, _order(found, change.person_id, product))


def _lacks_only_units(lost: Lost) -> bool:
    return [reason.rule.partition(":")[0] for reason in lost.because] == ["the-smallest-priority-is-served-first"]


@given(cases())
@FEW
def test_no_hard_pool_is_overdrawn(case: Case) -> None:
    """A pool ends at its total at most, or no fuller than it was where it was overdrawn before."""
    for line in _plan(case).plan.pools:
        if line.subscription is not None:
            assert (line.available_after or 0) >= min(0, line.available or 0)
            assert not line.add or (line.available_after or 0) >= 0


@given(cases())
@FEW
def test_nobody_overtakes(case: Case) -> None:
    """While somebody waits for a unit of a pool and for nothing else, nobody behind them in the order gets one of it."""
    found = _plan(case)
    won = list(_won(found))
    for (person_id, product), lost in found.workings.allocation.lost.items():
        if _lacks_only_units(lost):
            order = _order(found, person_id, product)
            ladder = lost.request.wish.ladder
            assert all(other.order < order for other in won if other.pool in ladder and other.product == product)


@given(cases())
@FEW
def test_nobody_waits_beside_a_free_unit(case: Case) -> None:
    """Who waits for a unit finds none in any pool they may draw on; who waits for a place finds the budget full."""
    found = _plan(case)
    left = {line.license_id: line.available_after or 0 for line in found.plan.pools}
    for lost in found.workings.allocation.lost.values():
        assert lost.because
        assert lost.reason == ("budget" if any(left[pool] > 0 for pool in lost.request.wish.ladder) else "capacity")


@given(cases())
@FEW
def test_budgets_are_kept(case: Case) -> None:
    """No budget ends beyond its limit, or fuller than it was where it was beyond before."""
    found = _plan(case)
    catalog = found.workings.book.catalog
    after = {person.id: set(person.holds) for person in case.people}
    for change in found.plan.changes:
        for operation in change.licenses:
            (after[change.person_id].add if operation.operation == "add" else after[change.person_id].discard)(
                operation.license_id
            )
    for budget in case.files.organization.capacity.budgets:
        group = SALES.id if budget.group.name == "Sales" else SUPPORT.id
        members_of = [person for person in case.people if group in person.groups]
        before = sum(any(catalog.product_of[pool].name == budget.license for pool in p.holds) for p in members_of)
        now = sum(any(catalog.product_of[pool].name == budget.license for pool in after[p.id]) for p in members_of)
        assert now <= max(budget.max, before)


@given(cases(budgets=False), st.sampled_from(PAID))
@FEW
def test_one_more_unit_costs_nobody_theirs(case: Case, pool: License) -> None:
    """Without budgets, one unit more in any pool leaves everybody served who was served, and nobody new in the list.

    With budgets it may not be so: somebody ahead in the order gets the unit, and with it the last place in the budget.
    """
    more = tuple(
        msgspec.structs.replace(item, total=(item.total or 0) + 1) if item.id == pool.id else item
        for item in case.licenses
    )
    before, after = _plan(case), _plan(case._replace(licenses=more))
    assert {(won.person_id, won.product) for won in _won(before)} <= {
        (won.person_id, won.product) for won in _won(after)
    }
    assert after.workings.allocation.lost.keys() <= before.workings.allocation.lost.keys()


@given(cases(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_reading_decides_nothing(case: Case, chance: random.Random) -> None:
    """People, licenses and templates in another order give the same plan, byte for byte."""
    people, licenses, templates = list(case.people), list(case.licenses), list(case.files.templates)
    for shuffled in (people, licenses, templates):
        chance.shuffle(shuffled)
    files = msgspec.structs.replace(case.files, templates=tuple(templates))
    other = Case(files, tuple(people), tuple(licenses), case.memory)
    assert msgspec.json.encode(_plan(other).plan) == msgspec.json.encode(_plan(case).plan)


@given(cases())
@FEW
def test_uncapped_nobody_waits_for_a_unit(case: Case) -> None:
    """Where nothing is capped, whoever waits waits for a place in a budget; and everybody served under `hard` is served."""
    capacity = msgspec.structs.replace(case.files.organization.capacity, default=LicenseCapacity("uncapped"))
    org = msgspec.structs.replace(case.files.organization, capacity=capacity)
    found = _plan(case._replace(files=msgspec.structs.replace(case.files, organization=org)))
    assert all(lost.reason == "budget" for lost in found.workings.allocation.lost.values())


@given(cases())
@FEW
def test_the_last_reason_is_a_rule_of_capacity(case: Case) -> None:
    """Who waits is told by which rule, with pools that are in the ladder or a budget of a group of theirs."""
    for item in _plan(case).plan.waiting:
        told = item.because[-1].rule.partition(": ")
        assert told[0] in ("the-smallest-priority-is-served-first", "budgets-count-who-holds-the-name")
        assert "Sub-" in told[2] or "in the budget of S" in told[2]
