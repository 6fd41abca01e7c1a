"""A person holds one host license per site: of several granted, the best priority wins.

Why: Webex allows one meetings license per site. Source: RULES 2.5, 3.6 (R17).
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
