"""So many additions of a license and no more, where the files set a limit; for Calling there is one by default.

Why for Calling: an addition can only be undone by a removal that loses the number for good. Source: RULES 7.1.
"""

from __future__ import annotations

import math

from reconciler.guard.sight import Sight
from reconciler.model.desired import AdditionLimit
from reconciler.model.plan import GuardResult

CALLING_DEFAULT = AdditionLimit(25, 10.0)


def check(sight: Sight) -> list[GuardResult]:
    """One objection for each license over its limit."""
    catalog = sight.book.catalog
    counts: dict[str, int] = {}
    calling: set[str] = set()
    for change in sight.changes:
        for operation in change.licenses:
            if operation.operation == "add":
                name = catalog.canonical(operation.license)
                counts[name] = counts.get(name, 0) + 1
                if catalog.is_calling(catalog.product_of[operation.license_id]):
                    calling.add(name)
    results = []
    for name, count in sorted(counts.items()):
        limit = sight.book.organization.guards.additions or (CALLING_DEFAULT if name in calling else None)
        if limit is None:
            continue
        allowed = max(limit.count, math.floor(limit.percent * sight.people / 100))
        if count > allowed:
            results.append(
                GuardResult(
                    "additions-limit",
                    "stop",
                    f"{count} people would get {name}; {allowed} are allowed at once. If this is meant, raise "
                    "`guards.additions` ({count, percent})",
                )
            )
    return results
