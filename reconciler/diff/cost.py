"""The monthly bill, and what a plan changes in it, where the files tell prices.

One currency per organization, so that there is one sum; the loader sees to that. What has no price costs nothing here, and
attendee roles never do. Source: RULES 2.6, INTERFACE (`prices`).

>>> from reconciler.book.catalog import Catalog
>>> from reconciler.model.desired import Price
>>> from reconciler.model.plan import Change, Expects, LicenseOperation
>>> add = LicenseOperation("add", "id", "Customer Assist", "Sub-1", None, "config", False, ())
>>> change = Change("P1", "ann@acme.example", "Ann", Expects(), (add,))
>>> prices = {"Single License - CX Essentials": Price(120.0, "USD", "year")}
>>> monthly_cost(prices, Catalog((), {}, ()), [change])
10.0
>>> from reconciler.model.catalog import License
>>> owned = Catalog([License("id", "Customer Assist", 5, 3, subscription="Sub-1")], {}, ())
>>> found = bill(prices, owned, changes=[change])
>>> found.bought, found.in_use, found.unused, found.after_plan
(50.0, 30.0, 20.0, 40.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from reconciler.book.catalog import Catalog
from reconciler.model.bill import Bill, PoolMoney
from reconciler.model.catalog import License
from reconciler.model.desired import Price
from reconciler.model.plan import Change

_MONTHS = {"month": 1, "year": 12}


def monthly_prices(prices: Mapping[str, Price], catalog: Catalog) -> dict[str, float]:
    """Canonical license name -> what one unit costs a month, not rounded."""
    return {catalog.canonical(name): price.amount / _MONTHS[price.per] for name, price in prices.items()}


def monthly_cost(prices: Mapping[str, Price], catalog: Catalog, changes: Iterable[Change]) -> float | None:
    """Additions minus removals in units of the currency per month, to two decimals; None without any price."""
    if not prices:
        return None
    each = monthly_prices(prices, catalog)
    total = 0.0
    for change in changes:
        for operation in change.licenses:
            amount = each.get(catalog.canonical(operation.license), 0.0)
            total += amount if operation.operation == "add" else -amount
    return round(total, 2)


def bill(
    prices: Mapping[str, Price],
    catalog: Catalog,
    *,
    changes: Iterable[Change] | None = None,
    outside: Mapping[str, int] = MappingProxyType({}),
    reclaimable: Iterable[str] | None = None,
) -> Bill | None:
    """What the pools of `catalog` cost; None without any price. ValueError for prices in several currencies.

    `changes`: of the plan that is carried out, None for none. `outside`: license id -> people who hold it outside the
    defaults. `reclaimable`: license id of each seat that could be freed, None where nobody looked.
    """
    currencies = {price.currency for price in prices.values()}
    if not currencies:
        return None
    if len(currencies) > 1:
        raise ValueError(f"prices in {' and '.join(sorted(currencies))} have no sum")
    each = monthly_prices(prices, catalog)
    moved = None if changes is None else _moved(changes)
    priced = [(pool, each[name]) for pool in _ordered(catalog) if (name := catalog.product_of[pool.id].name) in each]
    bare = [pool for pool in _ordered(catalog) if catalog.product_of[pool.id].name not in each]
    lines = [_exact(catalog, pool, unit, outside, moved) for pool, unit in priced]
    seats = None if reclaimable is None else sum(each.get(_name(catalog, pool), 0.0) for pool in reclaimable)
    return Bill(
        currency=currencies.pop(),
        bought=_sum(line.bought for line in lines),
        in_use=_sum(line.in_use for line in lines),
        unused=_sum(line.unused for line in lines),
        over=_sum(line.over for line in lines),
        outside_defaults=_sum(line.outside_defaults for line in lines),
        pools=tuple(map(_rounded, lines)),
        after_plan=None if moved is None else _sum(line.after_plan for line in lines),
        reclaimable=None if seats is None else round(seats, 2),
        unpriced=tuple(dict.fromkeys(pool.name for pool in bare if not catalog.is_free(pool.id))),
        unknown_units=sum(None in (pool.total, pool.consumed) and not catalog.is_free(pool.id) for pool, _ in priced),
    )


def _ordered(catalog: Catalog) -> list[License]:
    return sorted(catalog.pools.values(), key=lambda p: (p.name, p.site or "", p.subscription or "", p.id))


def _name(catalog: Catalog, pool: str) -> str:
    return catalog.product_of[pool].name if pool in catalog.product_of else ""


def _moved(changes: Iterable[Change]) -> dict[str, int]:
    """License id -> units in use more, or fewer where negative."""
    moved: dict[str, int] = {}
    for change in changes:
        for operation in change.licenses:
            step = 1 if operation.operation == "add" else -1
            moved[operation.license_id] = moved.get(operation.license_id, 0) + step
    return moved


def _exact(
    catalog: Catalog, pool: License, unit: float, outside: Mapping[str, int], moved: Mapping[str, int] | None
) -> PoolMoney:
    """The line of one pool, not rounded yet: sums are rounded once."""
    used, left = pool.consumed, None if catalog.is_free(pool.id) else pool.available
    after = None if moved is None or used is None else unit * (used + moved.get(pool.id, 0))
    return PoolMoney(
        pool.id,
        unit,
        None if pool.total is None or catalog.is_free(pool.id) else unit * pool.total,
        None if used is None else unit * used,
        None if left is None else unit * max(left, 0),
        None if left is None else unit * max(-left, 0),
        unit * outside.get(pool.id, 0),
        after,
    )


def _sum(amounts: Iterable[float | None]) -> float:
    return round(sum(amount for amount in amounts if amount is not None), 2)


def _rounded(line: PoolMoney) -> PoolMoney:
    def cents(amount: float | None) -> float | None:
        return None if amount is None else round(amount, 2)

    return PoolMoney(
        line.license_id,
        round(line.unit, 2),
        cents(line.bought),
        cents(line.in_use),
        cents(line.unused),
        cents(line.over),
        round(line.outside_defaults, 2),
        cents(line.after_plan),
    )
