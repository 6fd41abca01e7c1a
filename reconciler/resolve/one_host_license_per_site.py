"""A person holds one meetings license per site: of several granted, the best priority wins, and a finding names the others.

Why: Webex allows one meetings license per site (400413). Several sites are fine, and so are additions: what counts as a meetings
license is every license of a site but those with "Webinar" in their names. Source: RULES 2.5, 3.6 (R17).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Meetings Suite, Webex Event Center, Webex Webinars]}}
... people: {ann: {}}
... ''')
ann: + Basic Messaging
ann: + Webex Event Center @ acme.webex.com
ann: + Webex Webinars @ acme.webex.com
two-host-licenses: Webex Meetings Suite @ acme.webex.com: one host license per site, and Webex Event Center @
    acme.webex.com comes first (1 person)
"""

from __future__ import annotations

from reconciler.model.catalog import Product
from reconciler.model.expected import Satisfied
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Keep the best host wish of each site."""
    best: dict[str, Product] = {}
    for wish in sorted(case.wishes.values(), key=lambda wish: (wish.priority, wish.product)):
        site = wish.product.site
        if not case.book.catalog.is_meetings(wish.product):
            continue
        winner = best.setdefault(site, wish.product)
        if winner is not wish.product:
            case.wishes.pop(wish.product)
            note = f"one host license per site, and {winner} comes first"
            case.lost.append(Satisfied(wish.product, "", wish.because, note, "two-host-licenses"))
