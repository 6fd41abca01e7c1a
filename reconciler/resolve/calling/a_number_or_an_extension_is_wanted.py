"""A Calling license comes with a number or an extension.

Why: Webex refuses one that has neither (400411). Source: RULES 6.1 (R60, R67).

Files are checked for this before anything is planned; this stands behind that check.

>>> from reconciler.model.desired import Calling
>>> from reconciler.model.live import Person
>>> check(Ask(Person("P1", "ann@acme.example", "Ann", 1), Calling(number="none", location="HQ"))).message
'would get Calling without a number or an extension'
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "no-number"


def check(ask: Ask) -> Problem | None:
    """The files want at least one of the two."""
    if ask.wanted.number != "none" or ask.wanted.extension != "none":
        return None
    return Problem(
        CODE,
        "would get Calling without a number or an extension",
        f"set `calling.number: workPhone` or `calling.extension` ({ask.wanted.source})",
        ("files",),
    )
