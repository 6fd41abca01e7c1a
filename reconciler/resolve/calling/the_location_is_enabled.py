"""The location is enabled for Calling.

Why: Webex refuses Calling anywhere else. Source: RULES 6.2 (R62).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... numbers: {"+14085550100": {at: Depot}}
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: location-not-enabled: location 'Depot' is not enabled for Calling
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "location-not-enabled"


def check(ask: Ask) -> Problem | None:
    """The location does not say no."""
    if ask.location is None or ask.location.calling is not False:
        return None
    return Problem(
        CODE,
        f"location {ask.location.name!r} is not enabled for Calling",
        "enable it in Control Hub, or use another location",
        ("controlHub",),
    )
