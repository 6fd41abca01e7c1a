"""With `guards.irreversible: hold`, a Calling license is removed only where an Acknowledgement covers it.

Why: number, voicemail and settings may be lost for good. With the default, `stop`, the guard of the same name stops the
whole apply instead. Source: RULES 4.5, 7.2 (R66).

>>> from tests.support.example import example
>>> example('''
... organization: {guards: {irreversible: hold}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... exceptions: {leavers: {users: [ann, bob], deny: [Webex Calling - Professional]}}
... acknowledgements: {agreed: {license: Webex Calling - Professional, users: [bob]}}
... people:
...   ann: {holds: [Basic Messaging, Webex Calling - Professional]}
...   bob: {holds: [Basic Messaging, Webex Calling - Professional]}
... ''')
bob: - Webex Calling - Professional
ann: - Webex Calling - Professional is held back (irreversible)
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where


def act(case: Case) -> None:
    """Hold irreversible removals that nothing acknowledges, replacements included."""
    if case.book.organization.guards.irreversible != "hold":
        return
    covered = case.book.acknowledged | frozenset(case.key.marks.acknowledged)

    def guard_of(removal: Removal) -> str | None:
        lossy = case.book.catalog.is_calling(removal.product) and removal.product.name not in covered
        return "irreversible" if lossy else None

    hold_where(case, guard_of)
