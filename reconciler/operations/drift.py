"""Report drift: live against the files and against what the last apply left, each difference with its cause."""

from __future__ import annotations

from reconciler.model.desired import Desired
from reconciler.model.drift import Drift, StructuralChange
from reconciler.model.memory import Registry
from reconciler.model.plan import Plan
from reconciler.operations.context import Context
from reconciler.operations.plan import plan as make


def drift(desired: Desired, context: Context, *, offline: bool) -> Drift:
    """What differs now. Reads Webex first unless `offline`; writes snapshots only."""
    from reconciler.diff.drift import drift_items

    made = make(desired, context, offline=offline)
    work, document = made.workings, made.plan
    registry = work.book.memory.registry
    return Drift(
        "1.0",
        "Drift",
        document.organization,
        document.live.snapshot,
        document.live.taken_at,
        registry.applied_at if registry else None,
        drift_items(document, work.book, work.population, work.answers),
        _structure(context, document, registry),
        document.waiting,
        document.findings,
        document.live.people,
    )


def _structure(context: Context, plan: Plan, registry: Registry | None) -> tuple[StructuralChange, ...]:
    """Licences, subscriptions, sites and groups against the snapshot that the last apply was made from."""
    from reconciler.diff.structure import structural_changes, structure

    if registry is None:
        return ()
    store = context.store()
    snapshots = store.snapshots(plan.organization.id)
    earlier = next((item for item in snapshots if item.taken_at <= registry.applied_at), None)
    if earlier is None or earlier.id == plan.live.snapshot:
        return ()
    before, now = store.structure(earlier.id), store.structure(plan.live.snapshot)
    return structural_changes(structure(before.licenses, before.groups), structure(now.licenses, now.groups))
