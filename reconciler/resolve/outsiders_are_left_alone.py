"""Bots, app users and people of other organizations are never touched.

Why: a license on them was put there on purpose, and Webex keeps theirs pending until they accept. Source: RULES 1.5
(R77-R80).
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Take hands off anything that is not a person of this organization."""
    if case.key.state == "machine":
        case.hands_off = "not a person (a bot or an app)"
    elif case.key.state == "external":
        case.hands_off = "belongs to another organization"
