"""The location that the files name exists.

Why: an unknown one is a typing error, and no other location is a good guess. Source: RULES 6.1, 6.2 (400).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [{license: Webex Calling - Professional, calling: {location: Paris}}]}}
... numbers: ["+14085550100"]
... people: {ann: {phone: "+14085550100"}}
... ''')
ann: unknown-location: location 'Paris' does not exist
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "unknown-location"


def check(ask: Ask) -> Problem | None:
    """A location that is named is one of the organization's."""
    if ask.wanted.location == "fromNumber" or ask.named is not None:
        return None
    return Problem(
        CODE,
        f"location {ask.wanted.location!r} does not exist",
        f"correct {ask.wanted.source}; the locations are {', '.join(ask.locations) or 'none'}",
        ("files",),
    )
