"""No mobile number is given to a person.

Why: it is tied to a SIM of a mobile operator and is given there. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {kind: mobile}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: number-mobile: +14085550100 is a mobile number
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-mobile"


def check(ask: Ask) -> Problem | None:
    """No row of the number is a mobile one."""
    if not any(row.mobile for row in ask.listed):
        return None
    return Problem(
        CODE,
        f"{ask.number} is a mobile number",
        f"write an ordinary number of a location in {ask.written_in}",
        (ask.number_is_in,),
    )
