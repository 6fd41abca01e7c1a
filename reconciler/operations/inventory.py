"""What the organization owns and uses, from one snapshot. Decides nothing and changes nothing in Webex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.diff.cost import bill
from reconciler.model.desired import Desired
from reconciler.model.inventory import Inventory
from reconciler.model.plan import Change, OrganizationRef
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.operations.stock import Stock, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT_VERSION = "1.0"


def stock(desired: Desired, context: Context, *, sync: bool = False, activity: bool = False) -> Stock:
    """The newest snapshot to look at, after a fresh one if `sync`; with `activity` that one reads it, too.

    StoreError when there is none yet.
    """
    if sync:
        from reconciler.operations import loop
        from reconciler.operations.sync import sync as read_now

        org_id = loop.run(read_now(desired, context, activity=activity)).snapshot.org_id
    else:
        org_id, _ = stored_organization(desired, context.store())
    return Stock(desired, context.store().live(org_id), context.clock())


def inventory(
    desired: Desired, context: Context, *, sync: bool, license: str | None = None, after_plan: bool = False
) -> Inventory:
    """All pools, or those that `license` means, after a fresh reading if `sync`.

    `after_plan`: with the money of what a plan for these files would leave, which takes as long as making one. Raises
    UnknownNameError for a license that is not there, and then whatever a plan raises; StoreError without a snapshot.
    """
    found = stock(desired, context, sync=sync)
    changes = _planned(desired, context, found) if after_plan else None
    return of_stock(desired, found, license=license, changes=changes)


def of_stock(
    desired: Desired, found: Stock, *, license: str | None = None, changes: Sequence[Change] | None = None
) -> Inventory:
    """The same of a stock; `changes` of the plan that is carried out."""
    snapshot = found.live.snapshot()
    rows = found.rows(None if license is None else found.named(license))
    shown = {row.license_id for row in rows}
    return Inventory(
        format_version=FORMAT_VERSION,
        kind="Inventory",
        organization=OrganizationRef(snapshot.org_id, desired.organization.name),
        snapshot=snapshot.id,
        taken_at=snapshot.taken_at,
        rows=rows,
        totals=totals(rows),
        draw_order=tuple(order for order in found.draw_order() if any(s.license_id in shown for s in order.steps)),
        bill=bill(desired.organization.prices, found.catalog, changes=changes, outside=found.outside)
        if license is None
        else None,
        people=snapshot.people,
        locations_read=found.locations_read,
        files_fit=found.fits,
    )


def _planned(desired: Desired, context: Context, found: Stock) -> tuple[Change, ...]:
    from reconciler.operations.plan import plan_from_store

    return plan_from_store(desired, context, found.live.snapshot().org_id).plan.changes
