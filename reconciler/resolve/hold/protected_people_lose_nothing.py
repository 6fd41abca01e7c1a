"""People under `guards.protected` lose nothing.

Why: for a few people no automatic loss is worth the risk, whatever the files say. What they are granted they get.
Source: RULES 7.4.

>>> from tests.support.example import example
>>> example('''
... organization: {guards: {protected: [ceo@acme.example]}, manage: [Real-Time Translations], retention: {manual: remove}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... people: {ann: {holds: [Basic Messaging, Real-Time Translations]}, ceo: {holds: [Basic Messaging, Real-Time Translations]}}
... ''')
ann: - Real-Time Translations
ceo: - Real-Time Translations is held back (protected)
"""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold, hold_swap


def act(case: Case) -> None:
    """Hold every removal of a protected person, and every replacement that would lose a number."""
    if not case.key.marks.protected:
        return
    for holding in sorted(case.leaving):
        hold(case, holding, "protected")
    for request in list(case.requests):
        if any(case.book.catalog.is_calling(drop.product) for drop in request.drops):
            hold_swap(case, request, "protected")
