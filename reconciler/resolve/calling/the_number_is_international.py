"""The number is a possible international one, with + and country code.

Why: without the country code it could be a number of any country, and Webex takes E.164 only. Spaces, brackets and dashes do
no harm. Source: RULES 6.2 (R62).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: ["+14085550100"]
... people: {ann: {phone: "+1 (408) 555-0100"}, bob: {phone: 408-555-0100}}
... ''')
ann: + Webex Calling - Professional with +14085550100
bob: number-not-e164: work phone '408-555-0100' is not a full international number
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-not-e164"


def check(ask: Ask) -> Problem | None:
    """What is written can be read as one number of the world."""
    if not ask.text or ask.number is not None:
        return None
    what = "work phone" if ask.wanted.number == "workPhone" else "number"
    return Problem(
        CODE,
        f"{what} {ask.text!r} is not a full international number",
        f"write it as +<country><number> in {ask.written_in}",
        (ask.number_is_in,),
    )
