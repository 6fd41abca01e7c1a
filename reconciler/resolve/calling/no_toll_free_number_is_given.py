"""No toll-free number is given to a person.

Why: it cannot be a person's number; it belongs to queues and hunt groups. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {kind: toll_free}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: number-toll-free: +14085550100 is a toll-free number
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-toll-free"


def check(ask: Ask) -> Problem | None:
    """No row of the number is a toll-free one."""
    if not any(row.toll_free for row in ask.listed):
        return None
    return Problem(
        CODE,
        f"{ask.number} is a toll-free number",
        f"write an ordinary number of a location in {ask.written_in}",
        (ask.number_is_in,),
    )
