"""The last units go by priority, then to who has waited longest, then to the oldest account, then by address.

The priority is the smallest among the templates that grant the license (1 comes first, 100 unless they say; what an
exception adds counts as 0). An account without a date of creation comes last among equals. Who loses is named with the
pools that have no unit. Why: nobody documents who wins when Webex runs short, so the order is declared, and total: the same
people win whatever order they are read in. Source: RULES 5.3 (R58).

>>> from tests.support.example import example
>>> example('''
... templates:
...   sales: {groups: [Sales], priority: 10, licenses: [Real-Time Translations]}
...   support: {groups: [Support], priority: 50, licenses: [Real-Time Translations]}
... organization: {assignment: groups}
... units: {Real-Time Translations: 1}
... people: {ann: {in: [Support]}, zoe: {in: [Sales]}}
... ''', reasons=True)
zoe: + Real-Time Translations because grants-are-united (sales)
ann: waits for Real-Time Translations because the-smallest-priority-is-served-first: no unit left in Sub-1
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from reconciler.model.catalog import License
from reconciler.model.live import Person
from reconciler.model.plan import Because

Order = tuple[int, datetime, datetime, int, int]
"""What people who compete are sorted by; the last two are the place of the person by address, and of the request."""

_LAST = datetime.max.replace(tzinfo=UTC)


def act(priority: int, since: datetime, person: Person, place: int, request: int) -> Order:
    """The place of one request in the order of service."""
    return priority, since, person.created or _LAST, place, request


def no_unit(pools: Iterable[License]) -> Because:
    """Why somebody gets nothing from any of these pools."""
    empty: list[str] = []
    unread: list[str] = []
    for pool in pools:
        (unread if pool.available is None else empty).append(pool.subscription or pool.name)
    parts = [f"no unit left in {', '.join(empty)}"] if empty else []
    parts += [f"Webex gives no count of {', '.join(unread)}"] if unread else []
    return Because(f"the-smallest-priority-is-served-first: {' and '.join(parts)}")
