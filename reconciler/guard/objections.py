"""All guards asked about a plan, or about the part of it that is sent.

An apply often sends less than was planned: `--yes` without a plan file only adds, and a reviewed plan is cut down to what
is still wanted. What is not sent must not stop what is, so the guards that stop are asked about that part (RULES 7.1, 7.2).
Removals of the last 24 hours and holders are those of the whole organization all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.guard import GUARDS
from reconciler.guard.sight import Sight, counted, holding_still
from reconciler.model.catalog import Product, attendee
from reconciler.model.plan import Change, GuardResult


def sight_of(
    book: Book, population: Population, changes: tuple[Change, ...], losses: Iterable[tuple[str, Product]]
) -> Sight:
    """What the guards see of a whole plan. `losses`: (person id, product) of the removals that count."""
    holders, managed = _holders(book, population)
    return Sight(
        book, changes, tuple((person, counted(product)) for person, product in losses), holders, managed,
        sum(population.counts.values()),
        {person: marks.acknowledged for person, marks in population.marks.items() if marks.acknowledged},
        holding_still(book, population),
    )  # fmt: skip


def objections(sight: Sight) -> list[GuardResult]:
    """What the guards say, in their order."""
    return [result for guard in GUARDS for result in guard.check(sight)]


def objections_to_a_part(sight: Sight, changes: Sequence[Change]) -> list[GuardResult]:
    """What the guards say of `changes` alone, which are some of the plan's, each with some of its operations."""
    product_of = sight.book.catalog.product_of
    going = {
        (change.person_id, counted(product_of[operation.license_id]))
        for change in changes
        for operation in change.licenses
        if operation.operation == "remove" and operation.license_id in product_of
    }
    going |= {
        (change.person_id, attendee(operation.site_url))
        for change in changes
        for operation in change.attendee_sites
        if operation.operation == "remove"
    }
    losses = tuple(loss for loss in sight.losses if loss in going)
    return objections(msgspec.structs.replace(sight, changes=tuple(changes), losses=losses))


def _holders(book: Book, population: Population) -> tuple[Mapping[Product, int], int]:
    """How many people hold each thing that removals are counted by, and how many hold anything that may be taken."""
    declared = {counted(book.catalog.product_of[pool]) for pool in book.declared_pools}
    holders: dict[Product, int] = {}
    managed = 0
    for key, count in population.counts.items():
        given = {origin.holding for origin in key.origins}
        pools = (pool for pool in key.holdings if pool in book.declared_pools or pool in given)
        held = {counted(book.catalog.product_of[pool]) for pool in pools if pool in book.catalog.product_of}
        managed += count if held or key.attendee_sites or given else 0
        for what in (held & declared) | {attendee(site) for site in key.attendee_sites}:
            holders[what] = holders.get(what, 0) + count
    for pool_id, count in population.holders.items():  # what only its origins declare is not in everybody's key
        product = book.catalog.product_of.get(pool_id)
        if product is not None and counted(product) not in declared:
            holders[counted(product)] = holders.get(counted(product), 0) + count
    return holders, managed
