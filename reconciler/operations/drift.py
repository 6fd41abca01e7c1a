"""Report drift: live against the files and against what the last apply left, each difference with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.desired import Desired
from reconciler.model.drift import Drift, StructuralChange
from reconciler.model.live import Snapshot
from reconciler.model.memory import Registry
from reconciler.model.plan import Plan
from reconciler.operations.context import Context
from reconciler.operations.plan import plan as make

if TYPE_CHECKING:
    from reconciler.planner import Planned


def drift(desired: Desired, context: Context, *, offline: bool) -> Drift:
    """What differs now. Reads Webex first unless `offline`; writes snapshots only."""
    return drift_of(make(desired, context, offline=offline), context)


def drift_of(made: Planned, context: Context) -> Drift:
    """The same, read off a plan that was made before."""
    from reconciler.diff.drift import drift_items, marked_new
    from reconciler.diff.structure import structural_changes, structure

    work, document = made.workings, made.plan
    registry = work.book.memory.registry
    items = drift_items(document, work.book, work.population, work.answers)
    changed: tuple[StructuralChange, ...] = ()
    earlier = _applied_from(context, document, registry)
    if earlier is not None:
        store = context.store()
        items = marked_new(items, store.live(document.organization.id, earlier.id))
        before, now = store.structure(earlier.id), store.structure(document.live.snapshot)
        changed = structural_changes(structure(before.licenses, before.groups), structure(now.licenses, now.groups))
    return Drift(
        "1.0",
        "Drift",
        document.organization,
        document.live.snapshot,
        document.live.taken_at,
        registry.applied_at if registry else None,
        items,
        changed,
        document.waiting,
        document.findings,
        document.live.people,
        document.setbacks,
    )


def _applied_from(context: Context, plan: Plan, registry: Registry | None) -> Snapshot | None:
    """The snapshot that the last completed apply was made from, if it is not the present one."""
    if registry is None:
        return None
    snapshots = context.store().snapshots(plan.organization.id)
    earlier = next((item for item in snapshots if item.taken_at <= registry.applied_at), None)
    return None if earlier is None or earlier.id == plan.live.snapshot else earlier
