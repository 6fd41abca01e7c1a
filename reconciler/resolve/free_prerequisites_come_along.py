"""Free licenses that Webex wants beside a granted one come along in the same call.

Why: Webex refuses the one without the other. Advanced messaging needs basic messaging (700003); advanced space meetings need
basic space meetings (700004) and, as basic space meetings and per-site licenses do, basic messaging (700005). One that the
organization does not have is skipped, with a note. Source: RULES 3.7.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Advanced Space Meetings]}}
... people: {ann: {}, bob: {holds: [Basic Messaging]}}
... ''', reasons=True)
ann: + Advanced Space Meetings because grants-are-united (everyone)
ann: + Basic Messaging because free-prerequisites-come-along (everyone)
ann: + Basic Space Meetings because free-prerequisites-come-along (everyone)
bob: + Advanced Space Meetings because grants-are-united (everyone)
bob: + Basic Space Meetings because free-prerequisites-come-along (everyone)
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
