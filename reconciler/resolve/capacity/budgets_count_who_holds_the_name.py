"""A budget counts the direct members of its group who hold the license, in whatever subscription and on whatever site.

Why: a budget is what a department pays for, and it pays for whoever uses the license, however they came by it. A person
counts once per budget, and in every budget of every group they are in: who is in two needs a place in both. Holders beyond
`max` keep what they hold; the next who asks waits, with the budget as reason. A place that somebody leaves, by losing the
license or by changing to another one, is given in the same plan. Source: RULES 5.6.

>>> from tests.support.example import example
>>> example('''
... organization: {capacity: {budgets: [{license: Real-Time Translations, group: Sales, max: 1}]}}
... templates: {everyone: {licenses: [Real-Time Translations]}}
... people: {ann: {in: [Sales], holds: [Real-Time Translations]}, bob: {in: [Sales]}, cy: {}}
... ''', reasons=True)
cy: + Real-Time Translations because grants-are-united (everyone)
bob: waits for Real-Time Translations because budgets-count-who-holds-the-name: no place in the budget of
    Sales (at most 1)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.book.book import Book
from reconciler.model.expected import Key, Removal, Request
from reconciler.model.plan import Because
from reconciler.resolve.capacity.units import BoundBudget, Units, names_held


def bind(book: Book) -> dict[int, BoundBudget]:
    """The budgets of the files, with group ids and license names; unknown groups are told in the book's findings."""
    found: dict[int, BoundBudget] = {}
    for number, budget in enumerate(book.organization.capacity.budgets):
        group = book.groups.find(budget.group, book.findings)
        if group is not None:
            found[number] = BoundBudget(group, book.catalog.canonical(budget.license), budget)
    return found


def seat(units: Units, key: Key, count: int, leaving: Collection[Removal]) -> None:
    """Everybody with this key takes a place for what they hold and keep; `leaving` goes in this plan."""
    if units.budgets:
        units.named[key] = names_held(units.book, key, {removal.holding for removal in leaving})
        for number in _budgets(units, key, units.named[key]):
            units.places[number] -= count


def names(request: Request) -> tuple[str, ...]:
    """The names that somebody holds more by winning the request."""
    return (request.wish.product.name, *(wish.product.name for wish in request.along))


def act(units: Units, key: Key, request: Request) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The budgets in which people with this key take a place by winning the request, and those that get one back."""
    if not units.budgets:
        return (), ()
    asked = set(names(request))
    before = units.named.get(key, frozenset())
    after = names_held(units.book, key, {drop.holding for drop in request.drops}) & before
    return _budgets(units, key, asked - before), _budgets(units, key, before - after - asked)


def _budgets(units: Units, key: Key, names: Collection[str]) -> tuple[int, ...]:
    return tuple(n for n, item in units.budgets.items() if item.name in names and item.group in key.groups)


def places(units: Units, person_id: str, needs: tuple[int, ...]) -> tuple[int, ...]:
    """Of the budgets `needs`, those where the person has not taken a place in this plan already, by the same name elsewhere."""
    if not needs or not units.served:
        return needs
    return tuple(number for number in needs if (person_id, units.budgets[number].name) not in units.served)


def full(units: Units, numbers: Collection[int]) -> Iterator[Because]:
    """Why somebody gets nothing although there are units."""
    for number in numbers:
        budget = units.budgets[number].budget
        what = f"no place in the budget of {budget.group} (at most {budget.max})"
        yield Because(f"budgets-count-who-holds-the-name: {what}", None, str(budget.source))
