"""Each license a person should have is a request of its own: one that is short keeps nobody from the others.

Why: elsewhere one exhausted license blocks everything a group should get; Webex assigns license by license. Where there
is enough for everybody who might draw on a pool, its requests are granted to whole situations at once, and only people who
compete are looked at one by one. Source: RULES 5.4 (R57).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations, Contact Center Premium Agent]}}
... units: {Real-Time Translations: 0}
... people: {ann: {}}
... ''')
ann: + Contact Center Premium Agent
ann: waits for Real-Time Translations
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model.expected import Key
from reconciler.resolve.capacity.units import Bid, Units


def act(units: Units, bids: Iterable[Bid], counts: Mapping[Key, int]) -> tuple[list[Bid], list[Bid]]:
    """The bids whose people compete, and those with enough for everybody who might draw on their first pool.

    Calling is always handed out person by person, because a number belongs to one; so is what a budget counts.
    """
    wanted: dict[str, int] = {}
    asked = list(bids)
    for bid in asked:
        for pool in bid.ladder:
            wanted[pool] = wanted.get(pool, 0) + counts[bid.key]
    contested: list[Bid] = []
    easy: list[Bid] = []
    for bid in asked:
        budgeted = bool(bid.needs) or any(isinstance(thing, int) for thing in bid.frees)
        scarce = wanted[bid.ladder[0]] > units.left[bid.ladder[0]]
        one_by_one = scarce or budgeted or units.book.catalog.is_calling(bid.product)
        (contested if one_by_one else easy).append(bid)
    return contested, easy
