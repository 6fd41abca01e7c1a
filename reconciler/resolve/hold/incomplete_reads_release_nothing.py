"""What was read only in part removes nothing: a licence, a group, or a shrunken list of people.

Why: Webex has answered 200 with data missing; absence in such a reading proves nothing. Source: RULES 7.3 (R87, F4).
"""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold


def act(case: Case) -> None:
    """Hold removals that rest on an incomplete reading."""
    reading = case.book.reading
    if not (reading.shrunk or reading.licenses or reading.products):
        return
    for holding in sorted(case.leaving):
        if reading.shrunk:
            hold(case, holding, "people-shrunk")
        elif holding in reading.licenses:
            hold(case, holding, "license-incomplete")
        elif case.leaving[holding].product in reading.products:
            hold(case, holding, "group-incomplete")
