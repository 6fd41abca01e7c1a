"""What was read only in part removes nothing: a license, a group, or a shrunken list of people.

Why: Webex has answered 200 with data missing; absence in such a reading proves nothing. Source: RULES 7.3 (R87, F4).
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where


def act(case: Case) -> None:
    """Hold removals that rest on an incomplete reading, replacements included."""
    reading = case.book.reading
    if not (reading.shrunk or reading.licenses or reading.products):
        return

    def guard_of(removal: Removal) -> str | None:
        if reading.shrunk:
            return "people-shrunk"
        if removal.holding in reading.licenses:
            return "license-incomplete"
        return "group-incomplete" if removal.product in reading.products else None

    hold_where(case, guard_of)
