"""Somebody whom an exception exempts keeps everything as it is and gets nothing.

Why: parental leave, a legal hold, an executive with a setup of their own: nobody should have to write down what such a
person holds. Exempt beats deny, and deny beats add, also across exceptions. Source: RULES 1.6.

>>> from tests.support.example import example
>>> story = '''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... exceptions: {leave: {users: [ann], exempt: %s}, no: {users: [ann], deny: [Webex Meetings Suite]}}
... people: {ann: {holds: [Webex Meetings Suite]}}
... '''
>>> example(story % "true")
nothing to do
>>> example(story.replace("exempt: %s", "add: [Contact Center Premium Agent]"))
ann: + Contact Center Premium Agent
ann: + Real-Time Translations
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Collect the exceptions in force for the person, and take hands off if one of them exempts."""
    case.exceptions = [case.book.exceptions[name] for name in case.key.marks.exceptions]
    for item in case.exceptions:
        if item.exception.exempt and not case.hands_off:
            case.hands_off = f"exempt: {item.exception.reason} (exception {item.exception.name})"
