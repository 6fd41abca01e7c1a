"""Every wish that nothing held satisfies becomes a request for one unit, with what is swapped for it and what comes along.

A free license that is wished for only because another one needs it is no request of its own where the other one is still to
be given: it comes along in that one's call, or not at all. Why: a replacement is one call, never two, and what belongs
together is won or lost as a whole. Source: RULES 3.7, 4.4, 5.3.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... units: {Webex Meetings Suite: 1}
... people: {ann: {}, bob: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Meetings Suite @ acme.webex.com (Sub-1)
bob: waits for Webex Meetings Suite
"""

from __future__ import annotations

from reconciler.model.catalog import Product
from reconciler.model.expected import Request
from reconciler.resolve.case import Case
from reconciler.resolve.free_prerequisites_come_along import CLAIM as COMES_ALONG


def act(case: Case) -> None:
    """Turn open wishes into requests, in the order of products."""
    pending = [p for p in sorted(case.wishes) if p not in case.satisfied and not p.is_attendee]
    needed = {basis for product in case.satisfied for basis in case.book.catalog.prerequisites(product)}
    serving = {p for p in pending if p not in needed and _only_serves(case, p)}
    coming = set[Product]()
    for product in pending:
        if product not in serving:
            along = [p for p in case.book.catalog.prerequisites(product) if p in serving]
            coming.update(along)
            wishes = tuple(case.wishes[p] for p in along)
            case.requests.append(Request(case.wishes[product], tuple(case.swaps.get(product, ())), wishes))
    for product in serving - coming:
        del case.wishes[product]  # what needed it was refused


def _only_serves(case: Case, product: Product) -> bool:
    """Whether a license is wished for only because another one needs it, and costs nothing."""
    because = case.wishes[product].because
    return case.book.catalog.is_free_product(product) and all(b.rule == COMES_ALONG for b in because)
