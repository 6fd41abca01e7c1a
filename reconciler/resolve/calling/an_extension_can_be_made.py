"""An extension that is wanted can be made: the directory has one, or there is a number whose last digits it is.

Why: an extension that somebody relies on and that is silently left out would be found out by a caller.
Source: RULES 6.1, 6.2.

>>> from tests.support.example import example
>>> example('''
... templates:
...   everyone:
...     licenses:
...     - license: Webex Calling - Professional
...       calling: {number: none, location: HQ, extension: fromDirectory}
... people: {ann: {extension: "1234"}, bob: {}}
... ''')
ann: + Webex Calling - Professional with extension 1234
bob: no-extension: has nothing an extension could be made from
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "no-extension"


def check(ask: Ask) -> Problem | None:
    """There is an extension where one is wanted, unless what is wrong is the number it would be made of."""
    made_of_number = ask.wanted.extension == "lastDigits" and ask.text is not None
    if ask.wanted.extension == "none" or ask.extension or made_of_number:
        return None
    return Problem(
        CODE,
        "has nothing an extension could be made from",
        f"enter an extension in {ask.directory}, or set it in a UserException",
        ("directory", "files"),
    )
