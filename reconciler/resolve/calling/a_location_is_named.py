"""Without a number the files name the location.

Why: Webex wants a location for every Calling license, and takes it from the number only where there is one.
Source: RULES 6.1 (R60, R67).

Files are checked for this before anything is planned, so a plan meets it only where a row leaves the number out and the
template leaves the location to the number.

>>> from reconciler.model.desired import Calling
>>> from reconciler.model.live import Person
>>> ask = Ask(Person("P1", "ann@acme.example", "Ann", 1), Calling(number="none", extension="1234"), extension="1234")
>>> check(ask).message
'has neither a number nor a location for Calling'
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "no-location"


def check(ask: Ask) -> Problem | None:
    """There is a location to be in, unless a number will say which."""
    if ask.wanted.number != "none" or ask.wanted.location != "fromNumber":
        return None
    return Problem(
        CODE,
        "has neither a number nor a location for Calling",
        f"name one under `calling.location` ({ask.wanted.source})",
        ("files",),
    )
