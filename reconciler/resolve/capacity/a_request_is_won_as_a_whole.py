"""A request takes its unit, its places in budgets and its number together, or nothing of them.

Why: half of it would be a unit that nobody can use, or a number for somebody without Calling. Lost as a whole means that
what would have been replaced stays, and that free licenses which would have come along do not come. Source: RULES 5.3, 4.4.

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Contact center Standard Agent]}
... templates: {everyone: {licenses: [Contact Center Premium Agent]}}
... units: {Contact Center Premium Agent: 1}
... people: {ann: {holds: [Contact center Standard Agent]}, bob: {holds: [Contact center Standard Agent]}}
... ''')
ann: + Contact Center Premium Agent
ann: - Contact center Standard Agent
bob: waits for Contact Center Premium Agent
"""

from __future__ import annotations

from reconciler.model.expected import Award
from reconciler.model.live import Person
from reconciler.model.plan import CallingProperties
from reconciler.resolve.calling import NumberPlan
from reconciler.resolve.capacity import (
    a_freed_unit_is_given_at_once,
    budgets_count_who_holds_the_name,
    oldest_first_spills_in_order,
)
from reconciler.resolve.capacity.units import Bid, Thing, Units


def lacking(units: Units, bid: Bid, person: Person) -> tuple[Thing, ...]:
    """The pools and budgets of which something would have to come free before the person can be served; empty when now."""
    needs = budgets_count_who_holds_the_name.places(units, person.id, bid.needs)
    full = tuple(number for number in needs if units.places[number] <= 0)
    empty = () if oldest_first_spills_in_order.act(bid.ladder, units.left) is not None else bid.ladder
    return (*empty, *full)


def act(units: Units, numbers: NumberPlan, bid: Bid, person: Person, calling: CallingProperties | None) -> Award:
    """Take everything for somebody who lacks nothing, and put back what is dropped in exchange."""
    pool = oldest_first_spills_in_order.act(bid.ladder, units.left)
    if pool is None:
        raise ValueError(f"{bid.product} is given where no unit is left")
    units.left[pool] -= 1
    if units.budgets:
        for number in budgets_count_who_holds_the_name.places(units, person.id, bid.needs):
            units.places[number] -= 1
        units.served.update((person.id, name) for name in bid.names)
    if calling is not None:
        numbers.take(person, calling)
    a_freed_unit_is_given_at_once.act(units, bid.frees)
    return Award(pool, calling)
