"""The value behind the HTML report: plan, drift, pools over time, coverage and everybody, of the newest snapshot. Reads only.

The plan is made in memory and saved nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from reconciler.diff.pool_trend import forecast
from reconciler.diff.true_forward import true_forward
from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.report import PoolState, Report
from reconciler.operations.context import Context
from reconciler.operations.drift import drift_of
from reconciler.operations.plan import plan as make

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.book.book import Book
    from reconciler.model.bill import Bill
    from reconciler.model.plan import Waiting
    from reconciler.model.pool_trends import Forecast, PoolReading
    from reconciler.model.reclaim import Reclaimable
    from reconciler.planner import Planned
    from reconciler.store.view import View


def report(desired: Desired, context: Context, *, sync: bool, inactive_days: int) -> Report:
    """What the page shows, of the newest snapshot, after a fresh one with everybody's last activity if `sync`.

    `inactive_days` as in `operations.reclaim`. Raises what making a plan raises: UnknownNameError, InputError, StoreError,
    and any WebexError of a reading.
    """
    from reconciler.operations.coverage import status_of, survey
    from reconciler.operations.reclaim import reclaimable
    from reconciler.operations.report_people import people_of

    if sync:
        _read(desired, context)
    made = make(desired, context, offline=True)
    store, document = context.store(), made.plan
    live = store.live(document.organization.id, document.live.snapshot)
    situations = [situation for situation, _ in live.situations()]
    seats = reclaimable(desired, context, inactive_days=inactive_days)
    return Report(
        "organization",
        document.organization,
        context.tool_version,
        document.live.snapshot,
        document.live.taken_at,
        document.created_at,
        document,
        drift_of(made, context),
        _pools(live.licenses(), made, store.pool_history(document.organization.id, document.created_at)),
        status_of(made, live),
        people_of(live, situations, survey(made)),
        _bill(desired, context, made, live, seats),
        seats,
        desired.commit,
    )


def _read(desired: Desired, context: Context) -> None:
    from reconciler.operations import loop
    from reconciler.operations.sync import sync

    loop.run(sync(desired, context, activity=True))


def _bill(desired: Desired, context: Context, made: Planned, live: View, seats: Reclaimable) -> Bill | None:
    from reconciler.diff.cost import bill
    from reconciler.operations.stock import Stock

    prices = desired.organization.prices
    if not prices:
        return None
    found = Stock(desired, live, context.clock())
    freed = [seat.license_id for seat in seats.seats]
    return bill(prices, found.catalog, changes=made.plan.changes, outside=found.outside, reclaimable=freed)


def _pools(
    licenses: Iterable[License], made: Planned, history: Mapping[str, tuple[PoolReading, ...]]
) -> tuple[PoolState, ...]:
    """Every pool, sorted by name, site, subscription and id."""
    book, plan = made.workings.book, made.plan
    moved = {line.license_id: (line.add, line.remove) for line in plan.pools}
    waiting = Counter(_place(book, item) for item in plan.waiting)
    found = [
        _pool(book, pool, *moved.get(pool.id, (0, 0)), waiting[_place(book, pool)], history.get(pool.id, ()))
        for pool in licenses
    ]
    return tuple(sorted(found, key=lambda one: (one.license, one.site or "", one.subscription or "", one.license_id)))


def _pool(
    book: Book, pool: License, add: int, remove: int, waiting: int, readings: tuple[PoolReading, ...]
) -> PoolState:
    limited = pool.total is not None and not book.catalog.is_free(pool.id)
    ahead: Forecast | str = "it has no limit"
    beyond = None
    if limited:
        ahead = forecast(readings, pool.total, add - remove)
        after = None if pool.consumed is None else pool.consumed + add - remove
        beyond = true_forward(book.organization.capacity, book.catalog, msgspec.structs.replace(pool, consumed=after))
    return PoolState(
        license_id=pool.id,
        license=pool.name,
        subscription=pool.subscription,
        site=pool.site,
        total=pool.total,
        consumed=pool.consumed,
        add=add,
        remove=remove,
        waiting=waiting,
        limited=limited,
        true_forward=beyond,
        readings=readings,
        forecast=None if isinstance(ahead, str) else ahead,
        no_forecast=ahead if isinstance(ahead, str) else "",
    )


def _place(book: Book, item: License | Waiting) -> tuple[str, str, str]:
    """What a pool and those who wait for it have in common."""
    name = item.name if isinstance(item, License) else item.license
    return book.catalog.canonical(name), canonical.site(item.site or ""), item.subscription or ""
