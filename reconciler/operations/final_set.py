"""What the person of a template test ends up with, held against what was expected, with the plan's own reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from reconciler.diff.explain import Question, explain_person
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import TemplateTest
from reconciler.model.live import Person
from reconciler.model.plan import Change
from reconciler.model.template_tests import Deviation, Holdings, Outcome
from reconciler.planner import Planned

_OF_TODAY = frozenset({"allocation", "guard"})
"""Steps about units and about a whole apply; a test has neither."""


def compared(
    test: TemplateTest, expected: frozenset[Product], held: Iterable[str], planned: Planned, person: Person
) -> Outcome:
    """The outcome of a test whose person holds `held` (license ids) before `planned` is carried out.

    `expected` are licenses only; sites with the attendee role stand in the test.
    """
    product_of = planned.workings.book.catalog.product_of
    pools, sites = _carried_out(planned, held, test.given.attendee_sites)
    got = {product_of[pool] for pool in pools}
    wanted = expected | set(map(attendee, test.attendee_sites))
    deviations = tuple(_deviations(wanted, got | set(map(attendee, sites)), planned, person))
    return Outcome(
        test.name,
        str(test.source),
        "failed" if deviations else "passed",
        holdings(expected, test.attendee_sites),
        holdings(got, sites),
        deviations,
    )


def holdings(licenses: Iterable[Product], sites: Iterable[str]) -> Holdings:
    """The same in words, sorted."""
    return Holdings(tuple(map(str, sorted(licenses))), tuple(sorted(set(sites))))


def _carried_out(planned: Planned, held: Iterable[str], attendee_sites: Iterable[str]) -> tuple[set[str], set[str]]:
    """License ids and sites with the attendee role, once everything in the plan is done."""
    pools, sites = set(held), set(attendee_sites)
    for change in planned.plan.changes:
        for license in change.licenses:
            (pools.add if license.operation == "add" else pools.discard)(license.license_id)
        for role in change.attendee_sites:
            (sites.add if role.operation == "add" else sites.discard)(role.site_url)
    return pools, sites


def _deviations(wanted: frozenset[Product], got: set[Product], planned: Planned, person: Person) -> Iterator[Deviation]:
    """Every license that is in one of the two and not in the other, with what `explain` says of it."""
    differing = tuple(sorted(wanted ^ got))
    if not differing:
        return
    work = planned.workings
    told = explain_person(
        planned.plan, work.book, work.population, work.answers, work.allocation, work.hands_off, person,
        question=Question("", differing),
    )  # fmt: skip
    words = _Words(planned)
    for product in differing:
        line = next(line for line in told.licenses if line.product == str(product))
        steps = tuple(
            msgspec.structs.replace(step, text=words.fitting(step.text))
            for step in line.chain
            if step.kind not in _OF_TODAY
        )
        text = words.fitting(line.text) + words.warning(line.license_id)
        yield Deviation(str(product), "missing" if product in wanted else "unexpected", text, steps)


class _Words:
    """Reasons in words that fit a test."""

    def __init__(self, planned: Planned) -> None:
        today = planned.workings.book.today
        self._existing = f"the person was there before it came into force on {today}"
        change: Change | None = next(iter(planned.plan.changes), None)
        self._for_good = {op.license_id for op in change.licenses if op.irreversible} if change else set()

    def fitting(self, text: str) -> str:
        """The text; a test has no time in which somebody came, so the day that we made up is left out."""
        return text.replace(self._existing, "the test does not say `newcomer: true`")

    def warning(self, license_id: str | None) -> str:
        """What an apply would want before it takes this for good."""
        return " That cannot be undone: an apply needs an Acknowledgement." if license_id in self._for_good else ""
