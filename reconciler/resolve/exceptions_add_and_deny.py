"""What an exception adds ranks before every template; what it denies is not granted, and goes if it is held.

Why: the one person who needs more or less than their group is named in the files, with the reason, instead of being changed
by hand and changed back by the next apply. So a denied license that somebody gives by hand is taken again, an added one
that somebody takes is given again. Deny beats add, across exceptions. Source: RULES 1.6.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Basic Messaging, Real-Time Translations]}}
... exceptions:
...   interpreter: {users: [ann], deny: [Real-Time Translations]}
...   agents: {users: [ann, bob], add: [Contact Center Premium Agent]}
...   retrained: {users: [bob], deny: [Contact Center Premium Agent]}
... people: {ann: {holds: [Basic Messaging, Real-Time Translations]}, bob: {holds: [Basic Messaging]}}
... ''')
ann: + Contact Center Premium Agent
ann: - Real-Time Translations
bob: + Real-Time Translations
"""

from __future__ import annotations

import msgspec

from reconciler.book.book import BoundException
from reconciler.model.expected import Satisfied, Wish
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Add the wishes of exceptions in force, then drop what one of them denies."""
    if case.hands_off or case.key.state == "deactivated":
        _deny(case)
        return
    for item in case.exceptions:
        for grant in item.grants:
            wish = case.wishes.get(grant.product)
            reasons = (grant.because, *(wish.because if wish else ()))
            calling = grant.calling or item.exception.calling or (wish.calling if wish else None)
            case.wishes[grant.product] = Wish(grant.product, grant.ladder, grant.priority, reasons, calling)
        if item.exception.calling is not None:
            _override_calling(case, item)
    _deny(case)


def _override_calling(case: Case, item: BoundException) -> None:
    """The exception's Calling block decides for what templates grant; what it adds carries its own block already."""
    added = {grant.product for grant in item.grants}
    for product, wish in list(case.wishes.items()):
        if case.book.catalog.is_calling(product) and product not in added:
            case.wishes[product] = msgspec.structs.replace(wish, calling=item.exception.calling)


def _deny(case: Case) -> None:
    if case.hands_off:
        return
    for item in case.exceptions:
        for product in sorted(item.denied):
            case.denied.setdefault(product, item.because)
            wish = case.wishes.pop(product, None)
            if wish is not None:
                case.lost.append(
                    Satisfied(product, "", (item.because, *wish.because), f"denied by {item.exception.name}")
                )
