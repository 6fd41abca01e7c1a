"""Coverage counts everybody once, and every unit by who gave it."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.diff.coverage import FirstSight, coverage
from reconciler.model.coverage import Coverage, PeopleCoverage, UnitCoverage
from reconciler.planner import Planned
from tests.support.desired import desired, exception, members, organization, plan
from tests.support.live import MSG, PREMIUM, RTT, SALES, SUITE, SUITE2, Someone

OURS: dict[str, tuple[str, ...]] = {RTT.id: ("template:sales",)}


def _of(found: Planned, then: Iterable[tuple[frozenset[str], int]] = ()) -> Coverage:
    """Coverage, with what people held at first sight: situation by situation in their order."""
    work = found.workings
    known = [FirstSight(number, *row) for number, row in zip(sorted(work.population.situations), then, strict=True)]
    return coverage(work.book, work.population, work.answers, work.hands_off, known)


def test_everybody_is_in_one_part() -> None:
    """By a template, by an exception alone, exempt, deactivated, not of the organization, or by nobody."""
    files = desired(
        organization("groups"), members("Sales", RTT.name),
        exception("leave", "away@x", exempt=True), exception("course", "course@x", add=[PREMIUM.name]),
    )  # fmt: skip
    found = plan(
        files,
        Someone("ann@x", (SALES.id,)), Someone("bob@x", (SALES.id,), (RTT.id,)), Someone("away@x", (SALES.id,)),
        Someone("course@x"), Someone("off@x", (SALES.id,), state="deactivated"), Someone("bot@x", state="machine"),
        Someone("none@x"), Someone("nil@x"),
    )  # fmt: skip
    work = found.workings
    sights = [FirstSight(number, frozenset(), 0) for number in work.population.situations]
    people = coverage(work.book, work.population, work.answers, work.hands_off, sights).people
    assert people == PeopleCoverage(8, by_template=2, by_exception=1, exempt=1, deactivated=1, outsiders=1, unmanaged=2)


def test_a_unit_is_ours_by_hand_or_unknown() -> None:
    """The ledger says what is ours; of the rest, what was held at first sight is unknown, and what came later by hand."""
    files = desired(organization("groups"), members("Sales", RTT.name))
    holds = (RTT.id, PREMIUM.id, MSG.id)
    found = plan(files, *(Someone(f"p{n}@x", (SALES.id,), holds, given=OURS) for n in range(5)))
    work = found.workings
    (number,) = work.population.situations
    sights = [FirstSight(number, frozenset((PREMIUM.id, RTT.id)), 2), FirstSight(number, frozenset(), 3)]
    made = coverage(work.book, work.population, work.answers, work.hands_off, sights)
    assert [(item.license, item.declared, item.free) for item in made.products] == [
        (MSG.name, False, True), (PREMIUM.name, False, False), (RTT.name, True, False),
    ]  # fmt: skip
    assert [item.units for item in made.products] == [
        UnitCoverage(5, 0, 0, 5, 0), UnitCoverage(5, 0, 0, 3, 2), UnitCoverage(5, 5, 5, 0, 0),
    ]  # fmt: skip
    assert made.licenses == UnitCoverage(10, 5, 5, 3, 2), "what is free counts in no total"


def test_subscriptions_of_one_product_are_one_row() -> None:
    """A product is a license on a site, whichever subscription sells it."""
    files = desired(organization("groups"), members("Sales", SUITE.name))
    made = _of(
        plan(files, Someone("a@x", holds=(SUITE.id,)), Someone("b@x", holds=(SUITE2.id,))),
        [(frozenset(), 1), (frozenset((SUITE.id, SUITE2.id)), 1)],
    )
    (row,) = made.products
    assert (row.license, row.site, row.declared) == (SUITE.name, SUITE.site, True)
    assert row.units == UnitCoverage(2, 2, 0, 1, 1)


def test_nobody_holds_nothing() -> None:
    """An organization in which nobody holds anything has no rows and no units."""
    assert _of(
        plan(desired(organization("groups"), members("Sales", RTT.name)), Someone("a@x")), [(frozenset(), 1)]
    ) == (Coverage(PeopleCoverage(1, unmanaged=1)))
