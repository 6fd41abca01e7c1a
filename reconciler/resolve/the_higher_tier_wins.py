"""Of two tiers granted at once the higher one is given; the lower stays visible as a reason.

Why: the higher tier does all that the lower one does, and Webex refuses some pairs (400404, 400413). Contact Center Premium over
Standard, Calling Professional over Standard, more under `tiers`; pairs make chains, and both licenses of a pair are on one site
or on none. Priority has no say. Source: RULES 3.5 (R24, C13).

>>> from tests.support.example import example
>>> example('''
... organization: {assignment: groups, tiers: [[Real-Time Translations, Advanced Messaging]]}
... templates:
...   sales: {groups: [Sales], licenses: [Contact Center Premium Agent, Real-Time Translations]}
...   support: {groups: [Support], priority: 1, licenses: [Contact center Standard Agent, Advanced Messaging]}
... people: {ann: {in: [Sales, Support]}, bob: {in: [Support]}}
... ''')
ann: + Contact Center Premium Agent
ann: + Real-Time Translations
bob: + Advanced Messaging
bob: + Basic Messaging
bob: + Contact center Standard Agent
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
