"""Whom a finding blocks takes no unit, and does not wait either: the unit goes to the next in order.

Why: a unit for somebody who has no number, or whose number has an owner, would be given to nobody. The check comes before
the unit, so nobody stands in front of others for something they could not be given. Other licenses are not held up.
Source: RULES 5.3, 6.2, 6.3.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... units: {Webex Calling - Professional: 1}
... numbers: ["+14085550100"]
... people: {ann: {}, bob: {phone: "+14085550100"}}
... ''')
bob: + Webex Calling - Professional with +14085550100
ann: no-work-phone: has no work phone in the directory
"""

from __future__ import annotations

from reconciler.model.expected import Wish
from reconciler.model.finding import Finding
from reconciler.model.live import Person
from reconciler.model.plan import CallingProperties
from reconciler.resolve.calling import NumberPlan


def act(numbers: NumberPlan, person: Person, wish: Wish) -> tuple[CallingProperties | None, tuple[Finding, ...]]:
    """What a Calling license would be given with, or the findings that stand in its way."""
    calling, problems = numbers.propose(person, wish.calling)
    return calling, tuple(problem.finding(person.email) for problem in problems)
