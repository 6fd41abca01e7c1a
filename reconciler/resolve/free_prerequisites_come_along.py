"""Free licenses that Webex wants beside a granted one come along in the same call.

Advanced messaging needs basic messaging; advanced space meetings need basic space meetings and basic messaging; basic
space meetings and per-site meeting licenses need basic messaging. One that the organization does not have is skipped.
Source: RULES 3.7 (error codes 700003, 700004, 700005).
"""

from __future__ import annotations

from reconciler.model.expected import Wish
from reconciler.model.plan import Because
from reconciler.resolve.case import Case

CLAIM = "free-prerequisites-come-along"


def act(case: Case) -> None:
    """Add a wish for every free prerequisite of a wish."""
    for wish in list(case.wishes.values()):
        for product in case.book.catalog.prerequisites(wish.product):
            if product == wish.product or product in case.wishes or product in case.denied:
                continue
            pools = tuple(p for p in case.book.catalog.sellers[product] if case.book.catalog.is_assignable(p))
            if not pools:
                continue
            because = tuple(Because(CLAIM, b.template, b.source) for b in wish.because)
            case.wishes[product] = Wish(product, pools, wish.priority, because)
