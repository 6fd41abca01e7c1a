"""Beside a meetings license that stays, no second one of the same site is given; one that goes is replaced in one call.

Why: Webex takes one meetings license per site and person (400413). What retention keeps, or what no file declares, is not taken
to make room: that is a finding. What only lost to a template of better priority makes room. Source: RULES 2.5, 3.6, 4.4.

>>> from tests.support.example import example
>>> story = '''
... organization: {manage: [Webex Event Center], retention: {manual: %s}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... people: {ann: {holds: [Webex Event Center]}}
... '''
>>> example(story % "preserve")
ann: two-host-licenses: Webex Meetings Suite @ acme.webex.com: holds Webex Event Center @ acme.webex.com, and
    a person has one host license per site
>>> example(story % "remove")
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
ann: - Webex Event Center @ acme.webex.com
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import Product
from reconciler.model.expected import Removal, Wish
from reconciler.model.plan import HOST_REPLACED, Because
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Settle host wishes against other host licenses held on their site."""
    catalog = case.book.catalog
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied or not catalog.is_meetings(product):
            continue
        for other in [p for p in case.held if p.site == product.site and p != product and catalog.is_meetings(p)]:
            if product in case.wishes:
                _settle(case, wish, other)


def _settle(case: Case, wish: Wish, other: Product) -> None:
    drops = case.swaps.get(wish.product, [])
    going = {removal.holding for removal in drops}
    beaten = any(item.product == other for item in case.lost)
    because = tuple(Because(HOST_REPLACED, b.template, b.source) for b in wish.because)
    for pool in case.held[other]:
        if pool in going or other in case.denied:
            continue
        if pool in case.leaving:
            case.swaps.setdefault(wish.product, []).append(_with(case.leaving.pop(pool), because))
        elif beaten and pool in case.origins:
            case.kept.pop(pool, None)
            case.swaps.setdefault(wish.product, []).append(Removal(pool, other, "site", because))
        else:
            case.refuse(wish, "two-host-licenses", f"holds {other}, and a person has one host license per site",
                        f"deny {other.name!r} with an exception, or let retention take it under `manage`")  # fmt: skip
            return


def _with(removal: Removal, because: tuple[Because, ...]) -> Removal:
    """The removal, with the reason that it goes only if the wish is given."""
    return msgspec.structs.replace(removal, because=(*removal.because, *because))
