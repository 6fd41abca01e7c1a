"""It is known whether the location is enabled for Calling.

Why: a location that a number names and that no list shows, or of which nobody said whether it is enabled, may be one where
Webex refuses Calling; what was not seen is not taken for granted. Source: RULES 6.2, 6.6.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {at: Attic}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: location-not-read: whether location 'Attic' is enabled for Calling was not seen
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "location-not-read"


def check(ask: Ask) -> Problem | None:
    """The location says yes or no."""
    if ask.location is None or ask.location.calling is not None:
        return None
    return Problem(
        CODE,
        f"whether location {ask.location.name!r} is enabled for Calling was not seen",
        "sync again; if it stays so, look the location up in Control Hub",
        ("webex", "controlHub"),
    )
