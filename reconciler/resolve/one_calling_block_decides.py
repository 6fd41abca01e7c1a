"""One Calling block decides on number, extension and location of a person, whichever Calling licenses they are given.

The block of the best priority counts among all grants of Calling licenses that the person is to be given now; at equal priority
that of Professional or Standard, the license a number belongs to, before those that come beside it. Professional and Standard
without a block mean the work phone; what comes beside them without a block leaves it to them. Why: a person is called at
one place, and if each license asked for its own, the first one served would decide, and what is wrong with the place that
the others want would never be told. Source: RULES 6.1 (R60, 400411).

>>> from tests.support.example import example
>>> story = '''
... templates:
...   everyone:
...     licenses:
...     - {license: Customer Assist, calling: {number: none, location: HQ, extension: fromDirectory}}
...     - {license: Webex Calling - Professional, calling: {number: workPhone}}
... numbers: ["+14085550100"]
... people: {ann: {extension: "4711", phone: "+14085550100"}, bob: {extension: "4712"}}
... '''
>>> example(story)
ann: + Customer Assist with +14085550100
ann: + Webex Calling - Professional with +14085550100
bob: no-work-phone: has no work phone in the directory
"""

from __future__ import annotations

import msgspec

from reconciler.model.desired import Calling
from reconciler.model.expected import Wish
from reconciler.resolve.case import Case
from reconciler.resolve.combinations import PROFESSIONAL, STANDARD


def act(case: Case) -> None:
    """Give all open wishes for Calling licenses the same block."""
    open_wishes = [case.wishes[product] for product in sorted(case.wishes) if product not in case.satisfied]
    wishes = [wish for wish in open_wishes if case.book.catalog.is_calling(wish.product)]
    speaking = [wish for wish in wishes if wish.calling or _is_base(wish)]
    if speaking:
        best = min(speaking, key=lambda wish: (wish.priority, not _is_base(wish)))
        for wish in wishes:
            case.wishes[wish.product] = msgspec.structs.replace(wish, calling=best.calling or Calling())


def _is_base(wish: Wish) -> bool:
    return wish.product in (PROFESSIONAL, STANDARD)
