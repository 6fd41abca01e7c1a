"""Somebody whom an exception exempts keeps everything as it is.

Why: exempt beats deny beats add, across exceptions. Source: RULES 1.6.
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Collect the exceptions in force for the person, and take hands off if one of them exempts."""
    case.exceptions = [case.book.exceptions[name] for name in case.key.marks.exceptions]
    for item in case.exceptions:
        if item.exception.exempt and not case.hands_off:
            case.hands_off = f"exempt: {item.exception.reason} (exception {item.exception.name})"
