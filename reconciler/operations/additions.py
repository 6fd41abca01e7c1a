"""The part of a plan that takes nothing without giving better: what `apply --yes` may do without a reviewed plan file.

A person who also loses something is left out whole, because a replacement goes as a whole or not at all. Only the
promotion of an attendee stays: the role goes, and a host license of the same site comes in its place. If Webex takes the
role and does not give the license, `execute` puts the role back at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from reconciler.model.plan import Change, GuardResult, Plan, PoolLine, Summary, stamp

Objections = Callable[[Sequence[Change]], Iterable[GuardResult]]
"""What the guards that stop an apply say of these changes alone (`guard.objections.objections_to_a_part`)."""

_OF_REMOVALS = frozenset({"removals-limit", "irreversible"})


def additions_only(plan: Plan, objections: Objections | None = None) -> tuple[Plan, int]:
    """The plan, stamped anew, without everybody who loses more than a role to a host license, and how many those are.

    Its guards are those that object to what is left: without `objections` all but those about removals.
    """
    kept = tuple(change for change in plan.changes if _only_adds(change))
    left_out = len(plan.changes) - len(kept)
    if not left_out:
        return plan, 0
    left = {change.person_id for change in plan.changes} - {change.person_id for change in kept}
    smaller = msgspec.structs.replace(
        plan,
        changes=kept,
        pools=_pools(plan, kept),
        summary=_summary(plan.summary, kept, left_out),
        guards=_guards(plan, kept, objections),
        setbacks=tuple(item for item in plan.setbacks if item.until is not None or item.person_id not in left),
    )
    return stamp(smaller), left_out


def _guards(plan: Plan, kept: Sequence[Change], objections: Objections | None) -> tuple[GuardResult, ...]:
    holds = [guard for guard in plan.guards if guard.effect == "hold"]
    if objections is not None:
        return (*objections(kept), *holds)
    return tuple(guard for guard in plan.guards if guard in holds or guard.code not in _OF_REMOVALS)


def _only_adds(change: Change) -> bool:
    gains = {operation.site for operation in change.licenses if operation.operation == "add"}
    return all(operation.operation == "add" for operation in change.licenses) and all(
        operation.operation == "add" or operation.site_url in gains for operation in change.attendee_sites
    )


def _pools(plan: Plan, kept: tuple[Change, ...]) -> tuple[PoolLine, ...]:
    added = Counter(operation.license_id for change in kept for operation in change.licenses)
    return tuple(_pool(pool, added[pool.license_id]) for pool in plan.pools)


def _pool(pool: PoolLine, add: int) -> PoolLine:
    after = None if pool.available_after is None else pool.available_after + pool.add - pool.remove - add
    return msgspec.structs.replace(pool, add=add, remove=0, available_after=after)


def _summary(summary: Summary, kept: tuple[Change, ...], left_out: int) -> Summary:
    roles = Counter(operation.operation for change in kept for operation in change.attendee_sites)
    return msgspec.structs.replace(
        summary,
        people=len(kept),
        additions=sum(len(change.licenses) for change in kept),
        removals=0,
        attendee_additions=roles["add"],
        attendee_removals=roles["remove"],
        irreversible=0,
        unchanged=summary.unchanged + left_out,
        monthly_cost=None,
    )
