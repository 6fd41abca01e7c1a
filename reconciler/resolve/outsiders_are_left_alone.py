"""Bots, app users and people of other organizations are never touched, by no template and no exception.

Why: a license on them was put there on purpose, and Webex keeps what an external user gets pending until they accept.
Source: RULES 1.5 (R77-R80).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... exceptions: {no: {users: [bot], deny: [Webex Meetings Suite]}}
... people:
...   bot: {state: machine, holds: [Webex Meetings Suite]}
...   guest: {state: external}
...   ann: {state: pending}
... ''')
ann: + Real-Time Translations
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Take hands off anything that is not a person of this organization."""
    if case.key.state == "machine":
        case.hands_off = "not a person (a bot or an app)"
    elif case.key.state == "external":
        case.hands_off = "belongs to another organization"
