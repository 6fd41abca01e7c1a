"""People under `guards.protected` lose nothing. Source: RULES 7.4."""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold, hold_swap


def act(case: Case) -> None:
    """Hold every removal of a protected person, and every replacement that would lose a number."""
    if not case.key.marks.protected:
        return
    for holding in sorted(case.leaving):
        hold(case, holding, "protected")
    for request in list(case.requests):
        if any(case.book.catalog.is_calling(drop.product) for drop in request.drops):
            hold_swap(case, request, "protected")
