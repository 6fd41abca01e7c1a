"""No reserved number is given to a person.

Why: webex keeps it back for a purpose of its own, and would refuse it. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {kind: reserved}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: number-reserved: +14085550100 is a reserved number
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-reserved"


def check(ask: Ask) -> Problem | None:
    """No row of the number is a reserved one."""
    if not any(row.reserved for row in ask.listed):
        return None
    return Problem(
        CODE,
        f"{ask.number} is a reserved number",
        f"write an ordinary number of a location in {ask.written_in}",
        (ask.number_is_in,),
    )
