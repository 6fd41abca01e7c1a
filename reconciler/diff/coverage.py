"""Coverage: how many people a template speaks for, and how many of the units that people hold are under management.

Counted by key and by situation, never person by person. Where a unit comes from is what the ledger says (ours), or else
whether its holder had it when the store first saw them (unknown) or got it later from somebody else (by hand).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import Product
from reconciler.model.coverage import Coverage, PeopleCoverage, ProductCoverage, UnitCoverage
from reconciler.model.expected import Answer, Key


class FirstSight(NamedTuple):
    """So many `people` are in `situation` now and held `held` (license ids) when the store first saw them."""

    situation: int
    held: frozenset[str]
    people: int


def coverage(
    book: Book,
    population: Population,
    answers: Mapping[Key, Answer],
    hands_off: Mapping[Key, str],
    first_sights: Iterable[FirstSight],
) -> Coverage:
    """Of everybody in the reading; `first_sights` must speak of each of them once."""
    products = _products(book, population, first_sights)
    paid = [item.units for item in products if not item.free]
    sums = (sum(column) for column in zip(*map(_columns, paid), strict=True)) if paid else ()
    return Coverage(_people(population, answers, hands_off), UnitCoverage(*sums), products)


def _people(population: Population, answers: Mapping[Key, Answer], hands_off: Mapping[Key, str]) -> PeopleCoverage:
    counts = dict.fromkeys(PeopleCoverage.__struct_fields__, 0)
    for key, count in population.counts.items():
        counts["total"] += count
        counts[_kind(key, answers[key], key in hands_off)] += count
    return PeopleCoverage(**counts)


def _kind(key: Key, answer: Answer, hands_off: bool) -> str:
    if key.state in ("machine", "external"):
        return "outsiders"
    if hands_off:
        return "exempt"
    if key.state == "deactivated":
        return "deactivated"
    if any(item.speaks for item in answer.selected):
        return "by_template"
    return "by_exception" if key.marks.exceptions else "unmanaged"


def _products(book: Book, population: Population, first_sights: Iterable[FirstSight]) -> tuple[ProductCoverage, ...]:
    held: dict[str, list[int]] = {}  # pool -> ours, by hand, unknown
    for sight in first_sights:
        situation = population.situations[sight.situation]
        ours = {origin.holding for origin in situation.origins}
        for pool in situation.holdings:
            place = 0 if pool in ours else 2 if pool in sight.held else 1
            held.setdefault(pool, [0, 0, 0])[place] += sight.people
    found: dict[tuple[Product, bool], list[int]] = {}
    for pool, origins in held.items():
        product = book.catalog.product_of.get(pool)
        if product is not None:
            sums = found.setdefault((product, book.catalog.is_free(pool)), [0, 0, 0])
            sums[:] = [one + other for one, other in zip(sums, origins, strict=True)]
    return tuple(
        _product(product, free, product in book.declared, origins) for (product, free), origins in sorted(found.items())
    )


def _product(product: Product, free: bool, declared: bool, origins: list[int]) -> ProductCoverage:
    held = sum(origins)
    return ProductCoverage(
        product.name, product.site or None, declared, free, UnitCoverage(held, held if declared else 0, *origins)
    )


def _columns(units: UnitCoverage) -> tuple[int, int, int, int, int]:
    return units.held, units.managed, units.ours, units.by_hand, units.unknown
