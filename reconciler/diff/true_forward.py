"""How far a pool is from a true-forward: what may be used beyond the bought units before the contract charges for it.

An Enterprise Agreement measures use on the last day of the eleventh month of the subscription year and charges from the
anniversary on when more than 120 % of what was bought is in use (Webex Suite: 115 %); every assigned license counts, whatever
the state of its holder. Source: licensing rulebook, R52. Webex tells neither the kind of contract nor the anniversary, so
this is what such a contract would allow, unless the files name an overage of their own.
"""

from __future__ import annotations

import math
from fractions import Fraction

from reconciler.book.catalog import Catalog
from reconciler.book.limits import capacity_of
from reconciler.model.catalog import License
from reconciler.model.desired import Capacity
from reconciler.model.pool_trends import TrueForward

CONTRACT_PERCENT, SUITE_PERCENT, SUITE = 20.0, 15.0, "Webex Suite"


def true_forward(capacity: Capacity, catalog: Catalog, pool: License) -> TrueForward | None:
    """The allowance of a counted pool of this catalog; None where Webex tells no total."""
    if pool.total is None:
        return None
    policy = capacity_of(capacity, catalog, pool.id)
    files = policy.enforcement == "overage"
    suite = catalog.product_of[pool.id].name == SUITE
    percent = policy.overage_percent if files else SUITE_PERCENT if suite else CONTRACT_PERCENT
    above = pool.total + math.floor(pool.total * Fraction(str(percent)) / 100)
    room = None if pool.consumed is None else above - pool.consumed
    return TrueForward(percent, "files" if files else "contract", above, room)
