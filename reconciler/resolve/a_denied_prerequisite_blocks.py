"""A license whose free prerequisite is denied to the person and not held is not given.

Why: Webex would refuse the call (700003, 700004, 700005), and every documented code is met before the call.
Source: RULES 1.6, 3.7.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Advanced Messaging]}}
... exceptions: {quiet: {users: [ann, bob], deny: [Basic Messaging]}}
... people: {ann: {}, bob: {holds: [Basic Messaging]}}
... ''')
bob: + Advanced Messaging
ann: prerequisite-denied: Advanced Messaging: needs Basic Messaging, which exception:quiet denies
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
                case.refuse(wish, "prerequisite-denied", f"needs {basis}, which {reason.template} denies",
                            f"deny {product} as well, or let the person have {basis}")  # fmt: skip
                break
