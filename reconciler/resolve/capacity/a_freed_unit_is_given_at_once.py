"""A unit or a place that this plan frees is given in this plan, to the first in order who can use it.

Also what a swap frees (a tier, a subscription, a host license for another): it goes to whoever is next by the order, even
somebody who was passed over before. Why: at full capacity everything moves by what somebody else gives back, and a second
plan for that would come a day later. What a guard holds back is not freed. At apply the removal is sent first and read back
before the unit is given. Source: RULES 5.1, 5.3.

>>> from tests.support.example import example
>>> example('''
... organization: {assignment: groups, manage: [Contact center Standard Agent]}
... templates:
...   sales: {groups: [Sales], licenses: [Contact Center Premium Agent]}
...   support: {groups: [Support], priority: 1, licenses: [Contact center Standard Agent]}
... units: {Contact Center Premium Agent: 1, Contact center Standard Agent: 1}
... people: {ann: {in: [Sales], holds: [Contact center Standard Agent]}, bob: {in: [Support]}}
... ''')
ann: + Contact Center Premium Agent
ann: - Contact center Standard Agent
bob: + Contact center Standard Agent
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.expected import Removal
from reconciler.resolve.capacity.units import Thing, Units


def act(units: Units, things: Iterable[Thing], count: int = 1) -> None:
    """Put back `count` units of each pool and as many places of each budget."""
    for thing in things:
        if isinstance(thing, int):
            units.places[thing] += count
        else:
            units.left[thing] += count


def pools(units: Units, removals: Iterable[Removal]) -> tuple[str, ...]:
    """The pools that get a unit back; an attendee role costs none."""
    return tuple(removal.holding for removal in removals if removal.holding in units.left)
