"""No service number is given to a person.

Why: it is reserved for a high-volume service, which a person is not. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {kind: service}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: number-service: +14085550100 is a service number
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-service"


def check(ask: Ask) -> Problem | None:
    """No row of the number is a service one."""
    if not any(row.service for row in ask.listed):
        return None
    return Problem(
        CODE,
        f"{ask.number} is a service number",
        f"write an ordinary number of a location in {ask.written_in}",
        (ask.number_is_in,),
    )
