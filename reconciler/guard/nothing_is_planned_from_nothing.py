"""No template, no live person, or a reading that was made for other files: there is nothing to plan from.

Why: an empty reading, planned from, would look like a plan to take everything from everybody. A command ends with 1, and no
plan is written. That a directory has no Organization document is found when the files are loaded.
Source: RULES 7.7 (F2, F4).

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Real-Time Translations]}}
... people: {}
... ''')
error: the snapshot holds no people at all
"""

from __future__ import annotations

from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.model.live import Scope, Snapshot


def check(desired: Desired, snapshot: Snapshot, needed: Scope) -> Finding | None:
    """Why no plan can be made from these files and this snapshot, or None. `needed`: what the files make necessary."""
    if snapshot.people == 0:
        hint = "check the token's role; an empty reading removes nothing"
        return Finding("no-people", "error", "", "the snapshot holds no people at all", hint)
    if not desired.templates:
        hint = "add an OrganizationTemplate or a GroupTemplate"
        return Finding("no-template", "error", "", "the files hold no template", hint)
    if not snapshot.scope.covers(needed):
        message = (
            "the snapshot was read for other files: these need groups, numbers or directory data that it does not hold"
        )
        return Finding("scope-too-small", "error", "", message, "run sync with these files, then plan again")
    return None
