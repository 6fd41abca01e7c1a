"""So many additions of a license in 24 hours and no more, where the files set a limit; for Calling there is one by default.

Why for Calling: an addition can only be undone by a removal that loses the number for good. Allowed are max(count, percent
of the organization's people); for Calling 25 or 10 %. Source: RULES 7.1.

>>> from tests.support.example import example
>>> example('''
... organization: {guards: {additions: {count: 1, percent: 10}}}
... templates: {everyone: {licenses: [Real-Time Translations]}}
... people: {ann: {}, bob: {}}
... ''')
ann: + Real-Time Translations
bob: + Real-Time Translations
stop additions-limit: 2 people would get Real-Time Translations within 24 hours; 1 are allowed. If this is
    meant, raise `guards.additions` ({count, percent})
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
    planned: dict[str, set[str]] = {}
    calling: set[str] = set()
    for change in sight.changes:
        for operation in change.licenses:
            if operation.operation == "add":
                name = catalog.canonical(operation.license)
                planned.setdefault(name, set()).add(change.person_id)
                if catalog.is_calling(catalog.product_of[operation.license_id]):
                    calling.add(name)
    limits = dict.fromkeys(planned, sight.book.organization.guards.additions)
    limits |= {name: limits[name] or CALLING_DEFAULT for name in calling}
    window = _recent(sight, {name for name, limit in limits.items() if limit is not None})
    results = []
    for name, people in sorted(planned.items()):
        limit, before = limits[name], window.get(name, set())
        if limit is None:
            continue
        allowed, total = max(limit.count, math.floor(limit.percent * sight.people / 100)), len(people | before)
        if total > allowed:
            already = f" ({len(before)} of them by calls already sent)" if before else ""
            results.append(
                GuardResult(
                    "additions-limit",
                    "stop",
                    f"{total} people would get {name} within 24 hours{already}; {allowed} are allowed. If this is meant, "
                    "raise `guards.additions` ({count, percent})",
                )
            )
    return results


def _recent(sight: Sight, names: set[str]) -> dict[str, set[str]]:
    """Who was to get licenses of these names in the last 24 hours, by the journal."""
    catalog, found = sight.book.catalog, dict[str, set[str]]()
    for addition in sight.book.memory.additions if names else ():
        product = catalog.product_of.get(addition.holding)
        if product is not None and product.name in names:
            found.setdefault(product.name, set()).add(addition.person_id)
    return found
