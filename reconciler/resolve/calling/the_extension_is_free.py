"""Nobody else has the extension at the location: no person, no device, no service.

Why: Webex refuses it (9495). Extensions count by location, so the same digits elsewhere are no obstacle.
Source: RULES 6.3.

>>> from tests.support.example import example
>>> example('''
... templates:
...   everyone: {licenses: [{license: Webex Calling - Professional, calling: {extension: {lastDigits: 4}}}]}
... numbers:
...   "+14085550100": {}
...   "+14085550101": {}
...   front desk: {of: dan, extension: "0100"}
...   "+493055500101": {of: dan, at: Berlin, extension: "0101"}
... people: {ann: {phone: "+14085550100"}, bob: {phone: "+14085550101"}, dan: {holds: [Webex Calling - Professional]}}
... ''')
bob: + Webex Calling - Professional with +14085550101, extension 0101
ann: extension-in-use: extension 0100 is in use at 'HQ'
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "extension-in-use"


def check(ask: Ask) -> Problem | None:
    """Whoever has the extension there is the person."""
    if ask.extension is None or ask.location is None or all(map(ask.is_me, ask.owners)):
        return None
    return Problem(
        CODE,
        f"extension {ask.extension} is in use at {ask.location.name!r}",
        "free it in Control Hub, or choose another extension",
        ("controlHub", "files"),
    )
