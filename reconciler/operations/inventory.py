"""What the organization owns and uses, from one snapshot. Decides nothing and changes nothing in Webex."""

from __future__ import annotations

from reconciler.model.catalog import License
from reconciler.model.desired import Desired
from reconciler.model.inventory import Inventory, InventoryRow
from reconciler.model.plan import OrganizationRef
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.operations.sync import sync as read_now

FORMAT_VERSION = "1.0"


async def inventory(desired: Desired, context: Context, *, sync: bool) -> Inventory:
    """All pools of the newest snapshot, after a fresh one if `sync`. StoreError when there is none yet."""
    if sync:
        org_id = (await read_now(desired, context)).snapshot.org_id
    else:
        org_id, _ = stored_organization(desired, context.store())
    live = context.store().live(org_id)
    snapshot = live.snapshot()
    return Inventory(
        format_version=FORMAT_VERSION,
        kind="Inventory",
        organization=OrganizationRef(snapshot.org_id, desired.organization.name),
        snapshot=snapshot.id,
        taken_at=snapshot.taken_at,
        rows=tuple(sorted(map(_row, live.licenses()), key=_place)),
    )


def _row(license: License) -> InventoryRow:
    return InventoryRow(
        license_id=license.id,
        name=license.name,
        site_url=license.site,
        site_type=license.site_type,
        subscription_id=license.subscription,
        total=license.total,
        consumed=license.consumed,
        available=license.available,
        by_users=license.consumed_by_users,
        by_workspaces=license.consumed_by_workspaces,
    )


def _place(row: InventoryRow) -> tuple[str, str, str, str]:
    return row.name, row.site_url or "", row.subscription_id or "", row.license_id
