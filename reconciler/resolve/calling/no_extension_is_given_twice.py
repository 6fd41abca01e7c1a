"""No extension of a location is given to two people of one plan; who is served first (RULES 5.3) gets it.

Why: both calls would look right until Webex refuses the second (9498). Source: RULES 6.3.

>>> from tests.support.example import example
>>> example('''
... templates:
...   everyone: {licenses: [{license: Webex Calling - Professional, calling: {extension: {lastDigits: 4}}}]}
... numbers: ["+14085550100", "+14085560100"]
... people: {ann: {phone: "+14085550100"}, bob: {phone: "+14085560100"}}
... ''')
ann: + Webex Calling - Professional with +14085550100, extension 0100
bob: extension-given-twice: extension 0100 at 'HQ' goes to ann@acme.example in the same plan
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "extension-given-twice"


def check(ask: Ask) -> Problem | None:
    """This plan has given the extension of that location to nobody else; one in use already is told of elsewhere."""
    if ask.location is None or not ask.extension_goes_to or ask.owners:
        return None
    return Problem(
        CODE,
        f"extension {ask.extension} at {ask.location.name!r} goes to {ask.extension_goes_to} in the same plan",
        "choose another extension for one of them",
        ("files", "directory"),
    )
