"""The license inventory: what the organization owns and uses, at the time of one snapshot.

Consumed counts units in use and available counts units left, always both: documents of others call the units that are left
"Consumed Units" (licensing rulebook, C2).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.bill import Bill
from reconciler.model.plan import OrganizationRef


class Share(msgspec.Struct, frozen=True, rename="camel"):
    """How many people at one location hold it. `location` is empty for those of whom no location is known."""

    location: str
    people: int


class InventoryRow(msgspec.Struct, frozen=True, rename="camel"):
    """One pool. Units; `consumed` are in use, `available` are left (total minus consumed, may be negative).

    `counted`: False for free and hybrid licenses, of which there are always enough; then `over` and `used_percent` are
    None. `over` is in use beyond the total. `devices`: units that workspaces and devices use, what is left of `consumed`
    beside people where Webex does not say it. `locations`: Calling licenses only, by the location of the holders, and None
    where no locations were read. `outside_defaults`: people who hold it although the files name neither its
    subscription nor its site for them; None where the files cannot tell.
    """

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
    counted: bool = True
    over: int | None = None
    used_percent: float | None = None
    devices: int | None = None
    locations: tuple[Share, ...] | None = None
    outside_defaults: int | None = None


class NameTotal(msgspec.Struct, frozen=True, rename="camel"):
    """All counted pools of one name together, over subscriptions and sites. None where Webex did not say for some pool."""

    name: str
    pools: int
    total: int | None
    consumed: int | None
    available: int | None
    over: int | None
    used_percent: float | None


DrawState = Literal["next", "later", "spent", "never"]
"""next: the next grant takes a unit here. later: once those before are used up. spent: no unit left. never: the policy does
not draw on it."""


class DrawStep(msgspec.Struct, frozen=True, rename="camel"):
    """One subscription that sells a product. `left` is units that may still be given, None for no limit."""

    subscription_id: str
    license_id: str
    state: DrawState
    left: int | None


class DrawOrder(msgspec.Struct, frozen=True, rename="camel"):
    """The subscriptions that sell one product, in the order in which grants draw on them; the never drawn on come last.

    `problem` is the code of the finding that a template which names the product would meet, else None.
    """

    name: str
    site_url: str | None
    policy: Literal["defaultOnly", "oldestFirst"]
    steps: tuple[DrawStep, ...]
    problem: str | None = None


class Inventory(msgspec.Struct, frozen=True, rename="camel"):
    """All pools, sorted by name, site and subscription.

    `totals`: names that several counted pools share. `draw_order`: products that several subscriptions sell. `bill`:
    None where the files tell no prices. `people` of the snapshot. `locations_read`: whether it holds the locations of
    Calling. `files_fit`: False where the files name what the organization does not have, so that nobody can say what is
    outside of them.
    """

    format_version: str
    kind: Literal["Inventory"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    rows: tuple[InventoryRow, ...]
    totals: tuple[NameTotal, ...] = ()
    draw_order: tuple[DrawOrder, ...] = ()
    bill: Bill | None = None
    people: int = 0
    locations_read: bool = False
    files_fit: bool = True
