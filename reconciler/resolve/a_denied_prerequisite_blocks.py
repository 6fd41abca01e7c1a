"""A license whose free prerequisite is denied to the person and not held is not given.

Why: Webex would refuse the call (error codes 700003, 700004, 700005), and every documented code is met before the call.
Source: RULES 1.6, 3.7.
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Refuse wishes that an exception made impossible."""
    if not case.denied:
        return
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied:
            continue
        for basis in case.book.catalog.prerequisites(product):
            if basis in case.denied and case.stays(basis) is None:
                reason = case.denied[basis]
                case.refuse(wish, "prerequisite-denied", f"{product} needs {basis}, which {reason.template} denies",
                            f"deny {product} as well, or let the person have {basis}")  # fmt: skip
                break
