"""Use of Dedicated Instance: keep what was exported, and show the newest beside what the organization owns.

Reads the store only; Webex has no API for this. Nothing is changed in Webex.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.errors import UnknownNameError
from reconciler.load.usage_export import Meaning, read_export
from reconciler.model.catalog import License
from reconciler.model.dedicated_instance import (
    KINDS,
    Both,
    DedicatedInstance,
    Imported,
    Pool,
    Reading,
    ServerUsage,
    State,
    SubscriptionUsage,
    Sum,
    Usage,
    UsageRow,
)
from reconciler.model.desired import Desired
from reconciler.model.plan import OrganizationRef
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.ports import LiveView

FORMAT_VERSION = "1.0"
_Pair = tuple[ServerUsage, ServerUsage | None]
"""A row now, and the same one in the reading before."""


def import_usage(
    desired: Desired,
    context: Context,
    file: Path,
    subscription: str,
    *,
    exported_at: datetime | None = None,
    columns: Mapping[str, Meaning] | None = None,
) -> Imported:
    """Keep an export as one reading. InputError with lines for a wrong file, UnknownNameError for an unknown subscription.

    `exported_at`: when Control Hub made it. `columns`: headers that are not known here, and what they mean.
    """
    store = context.store()
    org_id, _ = stored_organization(desired, store)
    catalog = _catalog(desired, store.live(org_id))
    subscription = _known_subscription(subscription, catalog)
    export = read_export(file, subscription, columns)
    reading = Reading(
        subscription, export.digest, file.name, context.clock(), exported_at, export.kinds, export.rows
    )  # fmt: skip
    kept, new = store.usage().keep(org_id, reading)
    return Imported(kept, new, len(_unified_cm(catalog, subscription)))


def show_usage(
    desired: Desired, context: Context, *, region: str | None = None, cluster: str | None = None
) -> DedicatedInstance:
    """The newest reading of each subscription against the one before, what is owned, and Webex Calling beside it.

    `region`, `cluster`: only rows of these (case does not matter); UnknownNameError if no reading has them.
    """
    store = context.store()
    org_id, _ = stored_organization(desired, store)
    live = store.live(org_id)
    catalog, readings = _catalog(desired, live), store.usage().readings(org_id)
    rows = [row for _, each in groupby(readings, lambda item: item.subscription) for row in next(each).rows]
    region = _known_place("region", region, [row.region for row in rows])
    cluster = _known_place("cluster", cluster, [row.cluster for row in rows])

    def wanted(place: ServerUsage) -> bool:
        return (region is None or place.region.casefold() == region.casefold()) and (
            cluster is None or place.cluster.casefold() == cluster.casefold()
        )

    snapshot = live.snapshot()
    return DedicatedInstance(
        FORMAT_VERSION,
        "DedicatedInstance",
        OrganizationRef(snapshot.org_id, desired.organization.name),
        snapshot.id,
        snapshot.taken_at,
        region,
        cluster,
        tuple(
            _subscription(list(of_one), catalog, wanted)
            for _, of_one in groupby(readings, lambda item: item.subscription)
        ),
        tuple(_pool(pool) for pool in _ordered(catalog, catalog.is_calling)),
        _both(live, catalog),
    )


def _catalog(desired: Desired, live: LiveView) -> Catalog:
    return Catalog(live.licenses(), desired.organization.aliases, ())


def _known_subscription(name: str, catalog: Catalog) -> str:
    """The subscription as Webex spells it."""
    known = sorted({pool.subscription for pool in catalog.pools.values() if pool.subscription})
    found = next((item for item in known if item.casefold() == name.strip().casefold()), None)
    if found is None:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.6) or known[:5]
        raise UnknownNameError(
            f"The organization has no subscription {name!r}; nothing was imported.",
            hint=f"Known, among others: {', '.join(near) or 'none'}. If it was bought since, run `webex-licenses sync`.",
        )
    return found


def _known_place(what: str, name: str | None, known: Iterable[str]) -> str | None:
    """The place as the export spells it."""
    if name is None:
        return None
    spelled = {text.casefold(): text for text in sorted(set(known))}
    found = spelled.get(name.strip().casefold())
    if found is None:
        raise UnknownNameError(
            f"No imported usage names the {what} {name!r}.",
            hint=f"Known: {', '.join(list(spelled.values())[:20]) or 'none; import an export first'}.",
        )
    return found


def _unified_cm(catalog: Catalog, subscription: str) -> list[License]:
    return [pool for pool in _ordered(catalog, catalog.is_unified_cm) if pool.subscription == subscription]


def _ordered(catalog: Catalog, is_wanted: Callable[..., bool]) -> list[License]:
    pools = (pool for pool in catalog.pools.values() if is_wanted(catalog.product_of[pool.id]))
    return sorted(pools, key=lambda pool: (pool.name, pool.subscription or "", pool.id))


def _pool(pool: License) -> Pool:
    return Pool(
        pool.id, pool.name, pool.subscription, pool.total, pool.consumed, pool.available,
        pool.consumed_by_users, pool.consumed_by_workspaces,
    )  # fmt: skip


def _subscription(
    readings: Sequence[Reading], catalog: Catalog, wanted: Callable[[ServerUsage], bool]
) -> SubscriptionUsage:
    newest, before = readings[0], readings[1] if len(readings) > 1 else None
    pools = _unified_cm(catalog, newest.subscription)
    totals = [pool.total for pool in pools if pool.total is not None]
    entitled = sum(totals) if pools and len(totals) == len(pools) else None
    usage = _sum(row.usage for row in newest.rows)
    licenses = usage.licenses
    rows = tuple(_rows(newest, before, wanted))
    return SubscriptionUsage(
        subscription=newest.subscription,
        file=newest.file,
        imported_at=newest.imported_at,
        exported_at=newest.exported_at,
        readings=len(readings),
        before_at=before.at if before else None,
        kinds=newest.kinds,
        usage=usage,
        licenses=licenses,
        change=_difference(usage, _sum(row.usage for row in before.rows)) if before else None,
        entitled=entitled,
        left=None if entitled is None or licenses is None else entitled - licenses,
        pools=tuple(map(_pool, pools)),
        regions=_sums(rows, before is not None, lambda row: (row.region, None)),
        clusters=_sums(rows, before is not None, lambda row: (row.region, row.cluster)),
        rows=rows,
    )


def _rows(newest: Reading, before: Reading | None, wanted: Callable[[ServerUsage], bool]) -> Iterable[UsageRow]:
    """The rows of the newest reading and those that only the one before has, in order of their places."""
    earlier = {row.place: row for row in before.rows} if before else {}
    pairs = [(row, earlier.pop(row.place, None)) for row in newest.rows]
    pairs = _by_server(pairs, earlier)
    everything: list[tuple[ServerUsage, ServerUsage | None, ServerUsage | None]] = [
        (row, row, old) for row, old in pairs
    ]
    everything += [(old, None, old) for old in earlier.values()]
    for shown, row, old in sorted(everything, key=lambda item: item[0].place):
        if not wanted(shown):
            continue
        usage = row.usage if row else Usage()
        change = _difference(usage, old.usage if old else Usage()) if before else None
        state: State = "gone" if row is None else "new" if before and old is None else ""
        yield UsageRow(shown.region, shown.cluster, shown.server, usage, usage.licenses, change, state)


def _by_server(pairs: Iterable[_Pair], earlier: dict[tuple[str, str, str], ServerUsage]) -> list[_Pair]:
    """The pairs, those without an earlier row joined by region and server alone where that names one row on each side.

    Exports before and after a column for clusters came would have nothing in common otherwise. What is joined leaves `earlier`.
    """
    pairs = list(pairs)
    new = Counter((row.place[0], row.place[2]) for row, old in pairs if old is None)
    old_places: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for place in earlier:
        old_places.setdefault((place[0], place[2]), []).append(place)
    joined = []
    for row, old in pairs:
        key = (row.place[0], row.place[2])
        if old is None and new[key] == 1 and len(old_places.get(key, ())) == 1:
            old = earlier.pop(old_places[key][0])
        joined.append((row, old))
    return joined


def _sums(
    rows: Sequence[UsageRow], compared: bool, key: Callable[[UsageRow], tuple[str, str | None]]
) -> tuple[Sum, ...]:
    groups: dict[tuple[str, str], list[UsageRow]] = {}
    for row in rows:
        region, cluster = key(row)
        groups.setdefault((region.casefold(), (cluster or "").casefold()), []).append(row)
    found = []
    for _, same in sorted(groups.items()):
        region, cluster = key(same[0])
        usage = _sum(row.usage for row in same)
        change = _sum(row.change for row in same if row.change) if compared else None
        servers = sum(row.state != "gone" for row in same)
        found.append(Sum(region, cluster, servers, usage, usage.licenses, change))
    return tuple(found)


def _sum(parts: Iterable[Usage]) -> Usage:
    totals: dict[str, int] = {}
    for part in parts:
        for kind in KINDS:
            number = part.of(kind)
            if number is not None:
                totals[kind] = totals.get(kind, 0) + number
    return _usage(totals)


def _difference(now: Usage, before: Usage) -> Usage:
    """Now minus before, kind by kind; None where neither counted."""
    pairs = {kind: (now.of(kind), before.of(kind)) for kind in KINDS}
    return _usage({kind: (a or 0) - (b or 0) for kind, (a, b) in pairs.items() if a is not None or b is not None})


def _usage(numbers: Mapping[str, int]) -> Usage:
    return msgspec.convert(numbers, Usage)


def _both(live: LiveView, catalog: Catalog) -> tuple[Both, ...]:
    """Everybody who holds both; only people of situations that do are read."""
    ucm = {pool.id for pool in _ordered(catalog, catalog.is_unified_cm)}
    calling = {pool.id for pool in _ordered(catalog, catalog.is_calling)}
    held: dict[int, tuple[str, ...]] = {}
    for situation, _ in live.situations():
        holdings = set(situation.holdings)
        if holdings & ucm and holdings & calling:
            names = {str(catalog.product_of[pool]) for pool in holdings & (ucm | calling)}
            held[situation.id] = tuple(sorted(names))
    people = live.people(held) if held else ()
    return tuple(Both(person.id, person.email, person.name, held[person.situation]) for person in people)
