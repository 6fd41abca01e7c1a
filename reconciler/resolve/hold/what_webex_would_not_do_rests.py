"""A removal, or an attendee role, that Webex would not do the last time is not asked for at once again.

Why: the same call for the same person gets the same answer, and each costs the time of one that would work. How long it
rests stands in `book/retries.py`; a removal never longer than a day. What belongs to it waits with it: a replacement, or a
demotion to attendee. (Licenses to be given rest when units are handed out, because a number is known only then.)
Source: RULES 4.4, 5.3 (decision 0009).

>>> from tests.support.example import example
>>> story = '''
... organization: {manage: [Real-Time Translations], retention: {manual: remove}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... people: {ann: {holds: [Basic Messaging, Real-Time Translations]}}
... setbacks: [{of: ann, remove: Real-Time Translations, state: refused, codes: [700006], hoursAgo: %s}]
... '''
>>> example(story % 23)
ann: - Real-Time Translations is held back (asked-before)
>>> example(story % 25)
ann: - Real-Time Translations
"""

from __future__ import annotations

from reconciler.book.retries import CODE
from reconciler.model.expected import Removal, role
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold, hold_where


def act(case: Case) -> None:
    """Hold what rests, and what would go or come together with it."""
    marks = case.key.marks
    if not marks.resting:
        return

    def guard_of(removal: Removal) -> str | None:
        return CODE if marks.rests("remove", removal.holding) else None

    hold_where(case, guard_of)
    for grant in list(case.role_grants):
        rest = marks.rests("add", role(grant.site))
        if rest is not None and grant.after is None:
            case.role_grants.remove(grant)
            case.resting.append(grant)
        elif rest is not None and rest.briefly and grant.after is not None:
            hold(case, grant.after, CODE)
