"""The extension is two to ten digits.

Why: Webex takes nothing else (4910), and a directory may hold anything. The routing prefix is no part of it.
Source: RULES 6.1 (webex-api facts 4.3).

>>> from tests.support.example import example
>>> example('''
... templates:
...   everyone:
...     licenses:
...     - license: Webex Calling - Professional
...       calling: {number: none, location: HQ, extension: fromDirectory}
... people: {ann: {extension: x1234}}
... ''')
ann: extension-not-digits: extension 'x1234' is not two to ten digits
"""

from __future__ import annotations

import re

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "extension-not-digits"


def check(ask: Ask) -> Problem | None:
    """Nothing but digits, and neither too few nor too many."""
    if not ask.extension or re.fullmatch("[0-9]{2,10}", ask.extension):
        return None
    from_files = ask.wanted.extension not in ("fromDirectory", "lastDigits")
    return Problem(
        CODE,
        f"extension {ask.extension!r} is not two to ten digits",
        f"correct it in {ask.wanted.source if from_files else ask.directory}, without a routing prefix",
        ("files",) if from_files else ("directory",),
    )
