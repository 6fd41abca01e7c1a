"""History of pools: total, consumed and available over time, and when they run dry. Reads the store, never Webex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.diff.pool_trend import empty_since, forecast
from reconciler.diff.true_forward import true_forward
from reconciler.errors import InputError
from reconciler.model import canonical
from reconciler.model.desired import Desired
from reconciler.model.plan import OrganizationRef
from reconciler.model.pool_trends import FORMAT_VERSION, PoolHistory, PoolPoint, PoolReading, PoolTrend
from reconciler.operations.context import Context
from reconciler.operations.history import catalog_ever, pools_named
from reconciler.operations.organization import stored_organization


def pool_history(
    desired: Desired, context: Context, *, since: datetime | None = None, license_name: str | None = None
) -> PoolHistory:
    """The pools of the readings since then, or of the last year; also those that are no more.

    `license_name`: only what has this name (by any of its names, `NAME @ SITE` or id). The forecast is made from the same
    readings, at most from those of its window. InputError where no license is called so; StoreError before any reading.
    """
    store = context.store()
    org_id, _ = stored_organization(desired, store)
    catalog = catalog_ever(desired, store, org_id)
    wanted = None if license_name is None else _pools(catalog, license_name)
    readings = store.pool_history(org_id, context.clock(), since)
    days = {item.at for pool in readings.values() for item in pool}
    last = max(days, default=None)
    found = [
        _trend(desired, catalog, pool, seen, listed=seen[-1].at == last)
        for pool, seen in readings.items()
        if wanted is None or pool in wanted
    ]
    return PoolHistory(
        FORMAT_VERSION,
        "PoolHistory",
        OrganizationRef(org_id, desired.organization.name),
        license_name or "",
        min(days, default=None),
        last,
        len(days),
        tuple(sorted(found, key=_place)),
    )


def _pools(catalog: Catalog, name: str) -> frozenset[str]:
    if canonical.name(name.partition("@")[0]).casefold() in ("attendee", "attendee role"):
        raise InputError(
            "Attendee roles cost no unit, so there is no pool of them.",
            hint=f'`webex-licenses history --license "{name}"` tells who got or lost one.',
        )
    return pools_named(catalog, name)


def _trend(
    desired: Desired, catalog: Catalog, pool_id: str, readings: Sequence[PoolReading], *, listed: bool
) -> PoolTrend:
    pool, now = catalog.pools[pool_id], readings[-1]
    counted = now.total is not None and not catalog.is_free(pool_id)
    pool = msgspec.structs.replace(pool, total=now.total, consumed=now.consumed)
    none = "" if counted else "it has no limit"
    none = none if listed else "Webex does not list it any more"
    ahead = none or forecast(readings, now.total)
    return PoolTrend(
        license_id=pool_id,
        license=pool.name,
        site_url=pool.site,
        subscription_id=pool.subscription,
        counted=counted,
        listed=listed,
        total=now.total,
        consumed=now.consumed,
        available=now.available,
        empty_since=empty_since(readings) if counted and listed else None,
        forecast=None if isinstance(ahead, str) else ahead,
        no_forecast=ahead if isinstance(ahead, str) else "",
        true_forward=true_forward(desired.organization.capacity, catalog, pool) if counted and listed else None,
        points=tuple(_points(readings)),
    )


def _points(readings: Iterable[PoolReading]) -> Iterable[PoolPoint]:
    return (PoolPoint(item.at, item.total, item.consumed, item.available) for item in readings)


def _place(pool: PoolTrend) -> tuple[str, str, str, str]:
    return pool.license, pool.site_url or "", pool.subscription_id or "", pool.license_id
