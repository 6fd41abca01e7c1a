"""Report drift: live against the files and against what the last apply left, each difference with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.model.attribution import Attributed
from reconciler.model.desired import Desired
from reconciler.model.drift import Drift, DriftItem, StructuralChange, grouped
from reconciler.model.live import Snapshot
from reconciler.model.memory import Registry
from reconciler.model.plan import Plan
from reconciler.operations.context import Context
from reconciler.operations.coverage import coverage_of
from reconciler.operations.plan import plan as make

if TYPE_CHECKING:
    from reconciler.diff.since import Dated
    from reconciler.planner import Planned

_ALL = 1 << 62


def drift(desired: Desired, context: Context, *, offline: bool, who: bool = False) -> Drift:
    """What differs now. Reads Webex first unless `offline`; writes snapshots only.

    `who`: also ask Webex's admin audit events who did by hand what was done by hand. That they cannot be read is told in
    the report and is no error.
    """
    made = make(desired, context, offline=offline)
    found, dated = _told(made, context)
    if not who:
        return found
    from reconciler.operations.attribution import attribute

    items, how = attribute(desired, context, dated, found.taken_at)
    return msgspec.structs.replace(found, items=items, attribution=how)


def drift_of(made: Planned, context: Context) -> Drift:
    """The same from a plan that was made already, of the newest snapshot."""
    return _told(made, context)[0]


def _told(made: Planned, context: Context) -> tuple[Drift, Dated]:
    from reconciler.diff.drift import drift_items, marked_new
    from reconciler.diff.structure import structural_changes, structure

    work, document, store = made.workings, made.plan, context.store()
    registry = work.book.memory.registry
    items = drift_items(document, work.book, work.population, work.answers)
    changed: tuple[StructuralChange, ...] = ()
    earlier = _applied_from(context, document, registry)
    if earlier is not None:
        items = marked_new(items, store.live(document.organization.id, earlier.id))
        before, now = store.structure(earlier.id), store.structure(document.live.snapshot)
        changed = structural_changes(structure(before.licenses, before.groups), structure(now.licenses, now.groups))
    dated = _since(made, context, items)
    view = store.live(document.organization.id, document.live.snapshot)
    found = Drift(
        "1.0",
        "Drift",
        document.organization,
        document.live.snapshot,
        document.live.taken_at,
        registry.applied_at if registry else None,
        dated.items,
        changed,
        document.waiting,
        document.findings,
        document.live.people,
        document.setbacks,
        grouped(dated.items),
        coverage_of(work, view),
        Attributed("notAsked"),
    )
    return found, dated


def _since(made: Planned, context: Context, items: tuple[DriftItem, ...]) -> Dated:
    """The items with the readings between which each came about."""
    from reconciler.diff.since import Dated, dated
    from reconciler.store.changes import Query
    from reconciler.store.first_sight import ever_changed

    asked = {item.person_id for item in items if item.cause != "neverApplied"}
    if not asked:
        return Dated(items, (), {})
    org_id, store = made.plan.organization.id, context.store()
    kept_only = asked - {item.person_id for item in items if item.direction != "preserved"}
    asked -= kept_only - store.live(org_id, made.plan.live.snapshot).ask(ever_changed)
    entries, _ = store.changelog(org_id, Query(_ALL, frozenset(asked)))
    book = made.workings.book
    return dated(items, entries, book.catalog, book.memory.registry.applied_at if book.memory.registry else None)


def _applied_from(context: Context, plan: Plan, registry: Registry | None) -> Snapshot | None:
    """The snapshot that the last completed apply was made from, if it is not the present one."""
    if registry is None:
        return None
    snapshots = context.store().snapshots(plan.organization.id)
    earlier = next((item for item in snapshots if item.taken_at <= registry.applied_at), None)
    return None if earlier is None or earlier.id == plan.live.snapshot else earlier
