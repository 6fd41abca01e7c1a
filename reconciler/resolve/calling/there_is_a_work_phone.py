"""Who is to get the work phone as number has one in the directory.

Why: a number from anywhere else would be a guess. Source: RULES 6.2 (R61, R62).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations, Webex Calling - Professional]}}
... people: {ann: {}}
... ''')
ann: + Real-Time Translations
ann: no-work-phone: has no work phone in the directory
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "no-work-phone"


def check(ask: Ask) -> Problem | None:
    """A number that is wanted is written somewhere."""
    if ask.text is None or ask.text:
        return None
    return Problem(
        CODE,
        "has no work phone in the directory",
        f"enter one in {ask.directory}, or set the number in a UserException",
        ("directory", "files"),
    )
