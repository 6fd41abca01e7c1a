"""The number is one of the organization's Calling numbers.

Why: a number of another operator cannot be given. Source: RULES 6.2 (R62).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... people: {ann: {phone: "+14155550199"}}
... ''')
ann: number-not-ours: +14155550199 is not among the organization's Calling numbers
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "number-not-ours"


def check(ask: Ask) -> Problem | None:
    """Webex lists the number."""
    if ask.number is None or ask.listed:
        return None
    return Problem(
        CODE,
        f"{ask.number} is not among the organization's Calling numbers",
        f"add it to a location in Control Hub, or correct it in {ask.written_in}",
        ("controlHub", ask.number_is_in),
    )
