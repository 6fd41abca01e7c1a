"""So many removals in 24 hours and no more: per license, and per organization in people.

Why: a typo in a group's name or a bad reading shows as many removals at once. The limit is min(max(count, percent of
holders), max(1, half of holders), max(count, ceiling)), with holders as they were at the start of the window. A license
counts on all its sites together, an attendee role for each site. Replacements and promotions do not count, demotions do. An
Acknowledgement with `max` raises it for one license. Source: RULES 7.1 (F2, F4).

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Real-Time Translations], retention: {manual: remove}, guards: {removals: {count: 1}}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... people:
...   ann: {holds: [Basic Messaging, Real-Time Translations]}
...   bob: {holds: [Basic Messaging, Real-Time Translations]}
...   cem: {holds: [Basic Messaging]}
...   dan: {holds: [Basic Messaging]}
... ''')
ann: - Real-Time Translations
bob: - Real-Time Translations
stop removals-limit: 2 people would lose Real-Time Translations within 24 hours; 1 of 2 holders are allowed.
    If this is meant, add an Acknowledgement (license: Real-Time Translations, max: 2) or raise
    `guards.removals`
stop removals-limit: 2 people would lose something within 24 hours; 1 of 4 people with managed licenses are
    allowed. If this is meant, raise `guards.removals`
"""

from __future__ import annotations

import math

from reconciler.guard.sight import Sight, recent_removals
from reconciler.model.catalog import Product
from reconciler.model.desired import RemovalLimit
from reconciler.model.plan import GuardResult


def check(sight: Sight) -> list[GuardResult]:
    """One objection for each license over its limit, and one for the organization."""
    limit = sight.book.organization.guards.removals
    recent = recent_removals(sight.book)
    planned: dict[Product, set[str]] = {}
    window: dict[Product, set[str]] = {}
    for person, product in sight.losses:
        planned.setdefault(product, set()).add(person)
    for person, product in recent:
        window.setdefault(product, set()).add(person)
    results = []
    for product in sorted(planned):
        before = window.get(product, set())
        total = len(planned[product] | before)
        gone = {person for person in before if (person, product) not in sight.holding_still}
        holders = sight.holders.get(product, 0) + len(gone - planned[product])
        allowed, raised = _with_acknowledgement(sight, product, allowed_removals(limit, holders))
        if total > allowed:
            results.append(
                GuardResult(
                    "removals-limit",
                    "stop",
                    f"{_people(total)} would lose {product} within 24 hours{_already(before)}; "
                    f"{allowed} of {holders} holders are allowed. If this is meant, add an Acknowledgement "
                    f"(license: {product.name}, max: {total}) or raise `guards.removals`",
                )
            )
        elif raised:
            results.append(
                GuardResult("removals-limit", "stop", f"{_people(total)} would lose {product} within 24 hours", True)
            )
    return results + _organization(sight, limit, planned, window)


def allowed_removals(limit: RemovalLimit, holders: int) -> int:
    """How many of `holders` may lose something in 24 hours.

    >>> allowed_removals(RemovalLimit(), 8), allowed_removals(RemovalLimit(), 50), allowed_removals(RemovalLimit(), 5000)
    (4, 10, 100)
    """
    share = math.floor(limit.percent * holders / 100)
    return min(max(limit.count, share), max(1, holders // 2), max(limit.count, limit.ceiling))


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _already(before: set[str]) -> str:
    return f" ({len(before)} of them by calls already sent)" if before else ""


def _with_acknowledgement(sight: Sight, product: Product, allowed: int) -> tuple[int, bool]:
    papers = [
        paper.max
        for paper in sight.book.desired.acknowledgements
        if paper.license is not None
        and paper.max is not None
        and paper.until >= sight.book.today
        and sight.book.catalog.canonical(paper.license) == product.name
    ]
    best = max(papers, default=0)
    return max(allowed, best), best > allowed


def _organization(
    sight: Sight, limit: RemovalLimit, planned: dict[Product, set[str]], window: dict[Product, set[str]]
) -> list[GuardResult]:
    acknowledged = {product for product in planned if _with_acknowledgement(sight, product, 0)[1]}
    counted = {product: people for product, people in planned.items() if product not in acknowledged}
    losers = set[str]().union(*counted.values()) if counted else set()
    before = set[str]().union(*window.values()) if window else set()
    if not losers:
        return []
    allowed = allowed_removals(limit, sight.managed_people)
    total = len(losers | before)
    if total <= allowed:
        return []
    return [
        GuardResult(
            "removals-limit",
            "stop",
            f"{_people(total)} would lose something within 24 hours{_already(before)}; {allowed} of "
            f"{sight.managed_people} people with managed licenses are allowed. If this is meant, raise `guards.removals`",
        )
    ]
