"""What a plan changes in the monthly bill, where the files tell prices.

One currency per organization, so that there is one sum; the loader sees to that. What has no price costs nothing here, and
attendee roles never do. Source: RULES 2.6, INTERFACE (`prices`).

>>> from reconciler.book.catalog import Catalog
>>> from reconciler.model.desired import Price
>>> from reconciler.model.plan import Change, Expects, LicenseOperation
>>> add = LicenseOperation("add", "id", "Customer Assist", "Sub-1", None, "config", False, ())
>>> change = Change("P1", "ann@acme.example", "Ann", Expects(), (add,))
>>> monthly_cost({"Single License - CX Essentials": Price(120.0, "USD", "year")}, Catalog((), {}, ()), [change])
10.0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.book.catalog import Catalog
from reconciler.model.desired import Price
from reconciler.model.plan import Change

_MONTHS = {"month": 1, "year": 12}


def monthly_cost(prices: Mapping[str, Price], catalog: Catalog, changes: Iterable[Change]) -> float | None:
    """Additions minus removals in units of the currency per month, to two decimals; None without any price."""
    if not prices:
        return None
    each = {catalog.canonical(name): price.amount / _MONTHS[price.per] for name, price in prices.items()}
    total = 0.0
    for change in changes:
        for operation in change.licenses:
            amount = each.get(catalog.canonical(operation.license), 0.0)
            total += amount if operation.operation == "add" else -amount
    return round(total, 2)
