"""The license inventory: what the organization owns and uses, at the time of one snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef


class InventoryRow(msgspec.Struct, frozen=True, rename="camel"):
    """One pool. Units; `consumed` are in use, `available` are left (total minus consumed, may be negative)."""

    license_id: str
    name: str
    site_url: str | None
    site_type: str | None
    subscription_id: str | None
    total: int | None
    consumed: int | None
    available: int | None
    by_users: int | None
    by_workspaces: int | None


class Inventory(msgspec.Struct, frozen=True, rename="camel"):
    """All pools, sorted by name, site and subscription."""

    format_version: str
    kind: Literal["Inventory"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    rows: tuple[InventoryRow, ...]
