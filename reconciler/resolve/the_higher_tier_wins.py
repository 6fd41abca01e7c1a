"""Of two tiers granted at once the higher one is given; the lower stays visible as a reason.

Contact Center Premium over Standard, Calling Professional over Standard, more under `tiers`. Source: RULES 3.5 (R24, C13).
"""

from __future__ import annotations

from reconciler.model.expected import Satisfied
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Drop wishes that a wish of a higher tier covers."""
    for product in sorted(case.wishes):
        for higher in case.book.catalog.higher_tiers(product):
            if higher in case.wishes and product in case.wishes:
                wish = case.wishes.pop(product)
                case.lost.append(Satisfied(product, "", wish.because, f"{higher} is the higher tier"))
