"""The value behind the HTML report: plan, drift, pools over time, coverage and everybody, of the newest snapshot. Reads only.

The plan is made in memory and saved nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.diff.pool_trend import forecast
from reconciler.model import canonical
from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.live import Situation
from reconciler.model.report import Forecast, PoolReading, PoolState, Report
from reconciler.operations.context import Context
from reconciler.operations.drift import drift_of
from reconciler.operations.plan import plan as make

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.book.book import Book
    from reconciler.model.plan import Waiting
    from reconciler.planner import Planned

# What an Enterprise Agreement lets an organization use beyond what it bought until the next true-forward, in percent of what
# it bought; measured on the last day of the eleventh month of the subscription year (licensing rulebook, R52).
CONTRACT_ALLOWANCE, SUITE_ALLOWANCE, SUITE = 20.0, 15.0, "Webex Suite"
_MONTHS = {"month": 1, "year": 12}


def report(desired: Desired, context: Context, *, sync: bool) -> Report:
    """What the page shows, of the newest snapshot, after a fresh one if `sync`.

    Raises what making a plan raises: UnknownNameError, InputError, StoreError, and any WebexError of a reading.
    """
    from reconciler.operations.report_people import people_and_groups

    made = make(desired, context, offline=not sync)
    store, document = context.store(), made.plan
    org_id = document.organization.id
    live = store.live(org_id)
    placed = list(live.situations())
    people, groups = people_and_groups(live, placed, made)
    history = store.pool_history(org_id, document.created_at)
    prices = desired.organization.prices
    return Report(
        "organization",
        document.organization,
        context.tool_version,
        document.live.snapshot,
        document.live.taken_at,
        document.created_at,
        document,
        drift_of(made, context),
        _pools(live.licenses(), placed, made, history),
        groups,
        people,
        next(iter(prices.values())).currency if prices else None,
        len(store.snapshots(org_id)),
        desired.commit,
    )


def _pools(
    licenses: Iterable[License],
    placed: Sequence[tuple[Situation, int]],
    made: Planned,
    history: Mapping[str, tuple[PoolReading, ...]],
) -> tuple[PoolState, ...]:
    """Every pool, sorted by name, site, subscription and id."""
    book, plan = made.workings.book, made.plan
    changes = {line.license_id: line for line in plan.pools}
    waiting = Counter(_place(book, item) for item in plan.waiting)
    idle = {state: _held_by(placed, state) for state in ("deactivated", "pending")}
    prices = {
        book.catalog.canonical(name): price.amount / _MONTHS[price.per]
        for name, price in book.organization.prices.items()
    }
    found = []
    for pool in licenses:
        line, readings = changes.get(pool.id), history.get(pool.id, ())
        add, remove = (line.add, line.remove) if line else (0, 0)
        limited = pool.total is not None and not book.catalog.is_free(pool.id)
        allowance, files = _allowance(book, pool) if limited else (None, False)
        ahead, none = _ahead(readings, pool, add - remove) if limited else (None, "it has no limit")
        found.append(
            PoolState(
                license_id=pool.id,
                license=pool.name,
                subscription=pool.subscription,
                site=pool.site,
                total=pool.total,
                consumed=pool.consumed,
                by_users=pool.consumed_by_users,
                by_workspaces=pool.consumed_by_workspaces,
                add=add,
                remove=remove,
                waiting=waiting[_place(book, pool)],
                managed=pool.id in book.declared_pools,
                limited=limited,
                allowance=allowance,
                allowance_from="files" if files else "contract",
                price=prices.get(book.catalog.canonical(pool.name)),
                readings=readings,
                forecast=ahead,
                no_forecast=none,
                deactivated=idle["deactivated"][pool.id],
                never_signed_in=idle["pending"][pool.id],
            )
        )
    return tuple(sorted(found, key=lambda one: (one.license, one.site or "", one.subscription or "", one.license_id)))


def _place(book: Book, item: License | Waiting) -> tuple[str, str, str]:
    """What a pool and those who wait for it have in common."""
    name = item.name if isinstance(item, License) else item.license
    return book.catalog.canonical(name), canonical.site(item.site or ""), item.subscription or ""


def _held_by(placed: Iterable[tuple[Situation, int]], state: str) -> Counter[str]:
    """License id -> people in this state who hold it."""
    found: Counter[str] = Counter()
    for situation, people in placed:
        if situation.state == state:
            for license_id in situation.holdings:
                found[license_id] += people
    return found


def _allowance(book: Book, pool: License) -> tuple[float, bool]:
    """Percent that may be used beyond what was bought, and whether the files say so."""
    policy = book.capacity_of(pool.id)
    if policy.enforcement == "overage":
        return policy.overage_percent, True
    return (SUITE_ALLOWANCE if book.catalog.canonical(pool.name) == SUITE else CONTRACT_ALLOWANCE), False


def _ahead(readings: Sequence[PoolReading], pool: License, change: int) -> tuple[Forecast | None, str]:
    """The forecast of a pool, or why there is none. The one place to change for another way to reckon."""
    found = forecast(readings, pool.total, change)
    return (None, found) if isinstance(found, str) else (found, "")
