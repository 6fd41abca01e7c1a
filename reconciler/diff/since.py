"""Since when a difference is one: between which two readings it came about, from the store's change log.

The newest entry about the very thing decides. What a run of ours did is dated by the run; what was done by hand happened
after one reading and before another. Of a missing license any unit of the product counts, whichever subscription sold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.model.changelog import Entry, What
from reconciler.model.drift import DriftItem
from reconciler.model.expected import role


class Dated(NamedTuple):
    """The items, in the same order; the places of those whose change the store saw being made by hand; person id -> when
    we called for that person, whatever came of it."""

    items: tuple[DriftItem, ...]
    by_hand: tuple[int, ...]
    calls: Mapping[str, tuple[datetime, ...]]


def dated(
    items: Sequence[DriftItem], entries: Iterable[Entry], catalog: Catalog, applied: datetime | None = None
) -> Dated:
    """The items with `after` and `seen` as far as `entries`, newest first, tell them.

    What was first seen after the last completed apply (`applied`) is new since then, also where the apply itself had just
    put it right.
    """
    latest: dict[tuple[str, str], Entry] = {}
    arrived: dict[str, Entry] = {}
    calls: dict[str, list[datetime]] = {}
    for entry in entries:
        if entry.by == "run":
            calls.setdefault(entry.person_id, []).append(entry.at)
        if entry.what == "joined":
            arrived.setdefault(entry.person_id, entry)
        elif entry.holding and entry.happened:
            latest.setdefault((entry.person_id, entry.holding), entry)
    found, by_hand = [], []
    for at, item in enumerate(items):
        since = _entry(item, latest, catalog) or (arrived.get(item.person_id) if item.direction == "missing" else None)
        found.append(item if since is None else _with(item, since, applied))
        if since is not None and since.by == "hand" and since.what != "joined":
            by_hand.append(at)
    return Dated(tuple(found), tuple(by_hand), {person: tuple(times) for person, times in calls.items()})


def _with(item: DriftItem, entry: Entry, applied: datetime | None) -> DriftItem:
    seen = _seen(entry)
    new = item.since_apply or (applied is not None and seen > applied)
    return msgspec.structs.replace(item, after=_after(entry), seen=seen, since_apply=new)


def _entry(item: DriftItem, latest: Mapping[tuple[str, str], Entry], catalog: Catalog) -> Entry | None:
    wanted: What = "lost" if item.direction == "missing" else "got"
    known = (latest.get((item.person_id, holding)) for holding in _holdings(item, catalog))
    fitting = [entry for entry in known if entry is not None and entry.what == wanted]
    return max(fitting, key=_seen, default=None)


def _holdings(item: DriftItem, catalog: Catalog) -> Sequence[str]:
    """The things (license ids, or a role) whose coming or going makes the item what it is."""
    if item.license_id is None:
        return (role(item.site or ""),)
    if item.direction != "missing":
        return (item.license_id,)
    product = catalog.product_of.get(item.license_id)
    return catalog.sellers.get(product, (item.license_id,)) if product else (item.license_id,)


def _seen(entry: Entry) -> datetime:
    return entry.seen or entry.at


def _after(entry: Entry) -> datetime | None:
    return entry.at if entry.by == "run" else entry.after
