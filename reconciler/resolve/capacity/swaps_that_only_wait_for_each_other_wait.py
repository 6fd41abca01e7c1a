"""Replacements that each wait for what another one would free all wait, and a finding says so.

Why: Webex has no exchange of two people's licenses in one call, so somebody would have to go without in between, and a call
that fails would leave it so. One unit more, bought or freed, lets them all through, and the finding says of what.
Source: RULES 5.3, 4.4.

>>> from tests.support.example import example
>>> example('''
... organization: {assignment: groups, retention: {manual: remove}}
... templates:
...   sales: {groups: [Sales], licenses: [Webex Meetings Suite]}
...   support: {groups: [Support], licenses: [Webex Event Center]}
... units: {Webex Meetings Suite: 1, Webex Event Center: 1}
... people:
...   ann: {in: [Sales], holds: [Basic Messaging, Webex Event Center]}
...   bob: {in: [Support], holds: [Basic Messaging, Webex Meetings Suite (Sub-1)]}
... ''')
ann: waits for Webex Meetings Suite
bob: waits for Webex Event Center
swap-cycle: replacements wait for each other for a unit of 'Webex Event Center' (Sub-1)
swap-cycle: replacements wait for each other for a unit of 'Webex Meetings Suite' (Sub-1)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.finding import Finding
from reconciler.resolve.capacity.units import Bid, Thing, Units


def act(units: Units, waiting: Iterable[tuple[Bid, tuple[Thing, ...]]]) -> Iterator[Finding]:
    """One finding for every pool or budget in a circle; `waiting` are bids and what they lack."""
    edges: dict[Thing, set[Thing]] = {}
    for bid, lacking in waiting:
        for thing in lacking:
            edges.setdefault(thing, set()).update(bid.frees)
    for thing in sorted(edges, key=lambda thing: (isinstance(thing, int), thing)):
        if _reaches(edges, thing):
            what, hint = _in_words(units, thing)
            yield Finding("swap-cycle", "warning", "", f"replacements wait for each other for {what}", hint)


def _in_words(units: Units, thing: Thing) -> tuple[str, str]:
    if isinstance(thing, int):
        budget = units.budgets[thing].budget
        return (
            f"a place for {budget.license!r} in the budget of {budget.group}",
            "one more place lets them all go through",
        )
    pool = units.book.catalog.pools[thing]
    return f"a unit of {pool.name!r} ({pool.subscription})", "one more unit, bought or freed, lets them all go through"


def _reaches(edges: dict[Thing, set[Thing]], start: Thing) -> bool:
    seen: set[Thing] = set()
    todo = list(edges.get(start, ()))
    while todo:
        thing = todo.pop()
        if thing == start:
            return True
        if thing not in seen:
            seen.add(thing)
            todo.extend(edges.get(thing, ()))
    return False
