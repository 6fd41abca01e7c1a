"""No number is given to two people of one plan; who is served first (RULES 5.3) gets it, the other is told who did.

Why: both calls would look right until Webex refuses the second. Source: RULES 6.3.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: ["+14085550100"]
... people: {ann: {phone: "+14085550100"}, bob: {phone: "+1 408 555 0100"}}
... ''')
ann: + Webex Calling - Professional with +14085550100
bob: number-given-twice: +14085550100 goes to ann@acme.example in the same plan
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-given-twice"


def check(ask: Ask) -> Problem | None:
    """This plan has given the number to nobody else; one that has an owner already is told of elsewhere."""
    if not ask.number_goes_to or any(row.owner_type or row.owner_id for row in ask.listed):
        return None
    return Problem(
        CODE,
        f"{ask.number} goes to {ask.number_goes_to} in the same plan",
        f"two people share this number; correct it in {ask.written_in}",
        (ask.number_is_in,),
    )
