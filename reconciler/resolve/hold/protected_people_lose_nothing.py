"""People under `guards.protected` lose nothing. Source: RULES 7.4."""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold


def act(case: Case) -> None:
    """Hold every removal of a protected person, and refuse to swap their Calling licence."""
    if not case.key.marks.protected:
        return
    for holding in sorted(case.leaving):
        hold(case, holding, "protected")
    for request in list(case.requests):
        if any(case.book.catalog.is_calling(drop.product) for drop in request.drops):
            case.requests.remove(request)
            case.refuse(request.wish, "protected", f"is protected; their {request.drops[0].product} is not replaced",
                        "take the person out of `guards.protected` for this change")  # fmt: skip
