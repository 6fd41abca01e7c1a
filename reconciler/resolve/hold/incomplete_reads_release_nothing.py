"""What was read only in part removes nothing: a license, a group, or a shrunken list of people.

Why: Webex has answered 200 with data missing; absence in such a reading proves nothing. Of a group that is incomplete, what
its templates grant or ever gave is held, and nobody counts as having left it. Source: RULES 7.3 (R87, F4).
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where, rests_on


def act(case: Case) -> None:
    """Hold removals that rest on an incomplete reading, replacements included."""
    book, reading = case.book, case.book.reading
    if not (reading.shrunk or reading.licenses or reading.groups):
        return
    # With those of lost groups: who seems to have left one of each has left neither for sure.
    templates = book.templates_of(reading.groups | book.groups.lost) if reading.groups else frozenset[str]()

    def guard_of(removal: Removal) -> str | None:
        if reading.shrunk:
            return "people-shrunk"
        if removal.holding in reading.licenses:
            return "license-incomplete"
        held = removal.product in reading.products or rests_on(case, removal, templates)
        return "group-incomplete" if held else None

    hold_where(case, guard_of)
