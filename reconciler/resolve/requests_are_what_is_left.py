"""Every wish that nothing held satisfies becomes a request for one unit, with what is swapped for it.

Source: RULES 4.4, 5.3: a replacement is one call, never two; won or lost as a whole.
"""

from __future__ import annotations

from reconciler.model.expected import Request
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Turn open wishes into requests, in the order of products."""
    for product in sorted(case.wishes):
        if product not in case.satisfied and not product.is_attendee:
            case.requests.append(Request(case.wishes[product], tuple(case.swaps.get(product, ()))))
