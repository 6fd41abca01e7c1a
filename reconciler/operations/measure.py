"""The numbers of a command, taken from what it found anyway. Reads the store only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from reconciler.model.drift import Drift
from reconciler.model.metrics import Metrics, PoolMetric
from reconciler.model.plan import Plan, Waiting
from reconciler.model.result import ApplyResult
from reconciler.operations.context import Context


def of_snapshot(metrics: Metrics, context: Context, org_id: str, waiting: Iterable[Waiting] | None = None) -> Metrics:
    """With the pools as last read, when that was, and who waits for which, if that is known."""
    live = context.store().live(org_id)
    snapshot = live.snapshot()
    lines = Counter((item.license, item.subscription or "", item.site or "") for item in waiting or ())
    pools = []
    for pool in live.licenses():
        key = (pool.name, pool.subscription or "", pool.site or "")
        count = None if waiting is None else lines.pop(key, 0)
        pools.append(PoolMetric(*key, pool.total, pool.consumed, pool.available, count))
    pools += [PoolMetric(*key, None, None, None, count) for key, count in sorted(lines.items())]
    return msgspec.structs.replace(metrics, snapshot_at=snapshot.taken_at, people=snapshot.people, pools=tuple(pools))


def of_plan(metrics: Metrics, context: Context, plan: Plan) -> Metrics:
    """With the operations that a plan wants, by kind; what guards hold back counts as held."""
    counts = plan.summary
    operations = {
        ("license add", "planned"): counts.additions,
        ("license remove", "planned"): counts.removals,
        ("attendee add", "planned"): counts.attendee_additions,
        ("attendee remove", "planned"): counts.attendee_removals,
        ("any", "held"): counts.held,
        ("any", "irreversible"): counts.irreversible,
    }
    measured = of_snapshot(metrics, context, plan.organization.id, plan.waiting)
    return msgspec.structs.replace(measured, operations=operations)


def of_drift(metrics: Metrics, context: Context, drift: Drift) -> Metrics:
    """With the differences by direction and cause; `preserved` ones are no drift and counted under that direction."""
    found = Counter((item.direction, item.cause) for item in drift.items)
    measured = of_snapshot(metrics, context, drift.organization.id, drift.waiting)
    return msgspec.structs.replace(measured, drift=dict(found))


def of_apply(metrics: Metrics, context: Context, result: ApplyResult) -> Metrics:
    """With what became of each operation, by kind and outcome."""
    done: Counter[tuple[str, str]] = Counter()
    for person in result.people:
        for item in person.operations:
            what = "attendee" if hasattr(item.operation, "site_url") else "license"
            done[f"{what} {item.operation.operation}", item.outcome] += 1
    done["any", "held"] += result.held
    measured = of_snapshot(metrics, context, result.organization_id)
    return msgspec.structs.replace(measured, operations=dict(done), success=result.complete)
