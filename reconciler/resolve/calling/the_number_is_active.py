"""The number is activated.

Why: nobody can be called at a number that the operator has not switched on yet. Source: RULES 6.2.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {state: INACTIVE}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: number-not-active: +14085550100 is not activated yet (INACTIVE)
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-not-active"


def check(ask: Ask) -> Problem | None:
    """Every row of the number says ACTIVE."""
    row = next((row for row in ask.listed if row.state != "ACTIVE"), None)
    if row is None:
        return None
    return Problem(
        CODE,
        f"{ask.number} is not activated yet ({row.state or 'no state'})",
        "activate it in Control Hub",
        ("controlHub",),
    )
