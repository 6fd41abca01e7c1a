"""The number belongs to nobody else: to no person, hunt group, queue, auto attendant or other service.

Why: Webex would refuse it, or take it from its owner. That the person itself has it already is fine. A number that goes with
a license in the same plan is free only when Webex says so, in the next plan. Source: RULES 6.2 (R62).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {of: ann}, "+14085550101": HUNT_GROUP}
... people: {ann: {phone: "+14085550100"}, bob: {phone: "+14085550101"}, cat: {phone: "+14085550100"}}
... ''')
ann: + Webex Calling - Professional with +14085550100
bob: number-in-use: +14085550101 belongs to a hunt group
cat: number-in-use: +14085550100 belongs to somebody else
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-in-use"


def check(ask: Ask) -> Problem | None:
    """Every row of the number is free, or the person's own."""
    taken = (row for row in ask.listed if (row.owner_type or row.owner_id) and not ask.is_me(row.owner_id))
    row = next(taken, None)
    if row is None:
        return None
    kind = (row.owner_type or "").lower().replace("_", " ")
    owner = "somebody else" if kind in ("people", "", "unknown") else f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
    return Problem(
        CODE,
        f"{ask.number} belongs to {owner}",
        f"free the number in Control Hub, or correct it in {ask.written_in}",
        ("controlHub", ask.number_is_in),
    )
