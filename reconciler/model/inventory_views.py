"""Other ways to look at the inventory: in slices, who holds one license, who administers. All of one snapshot."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from reconciler.model.inventory import InventoryRow
from reconciler.model.live import State
from reconciler.model.plan import OrganizationRef

By = Literal["subscription", "site", "location", "group"]


class HeldLicense(msgspec.Struct, frozen=True, rename="camel"):
    """A license among the people of a slice: how many of them hold it."""

    license_id: str
    name: str
    site_url: str | None
    subscription_id: str | None
    counted: bool
    holders: int


class Slice(msgspec.Struct, frozen=True, rename="camel"):
    """One subscription, site, location or group. `id` is Webex's where there is one; `name` is empty for what has none.

    By subscription and site: `rows`, and the sums of the counted ones, None where Webex did not say. By location and
    group: `people` there, how many of them hold a counted license (`licensed`), and `held`. A group whose members were not
    read (no template names it) has `read` False and only Webex's own count of members of every type.
    """

    id: str
    name: str
    read: bool = True
    people: int | None = None
    licensed: int | None = None
    total: int | None = None
    consumed: int | None = None
    available: int | None = None
    over: int | None = None
    used_percent: float | None = None
    rows: tuple[InventoryRow, ...] = ()
    held: tuple[HeldLicense, ...] = ()


class InventoryBy(msgspec.Struct, frozen=True, rename="camel"):
    """The inventory in slices, sorted by name; what has no name comes last. Of locations only Calling licenses are counted."""

    format_version: str
    kind: Literal["InventoryBy"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    by: By
    slices: tuple[Slice, ...]
    locations_read: bool = False


class LicenseHolder(msgspec.Struct, frozen=True, rename="camel"):
    """One unit of one person. `since`: when it was first seen with them; with `at_first_sight` they may have had it longer.

    `given_by`: `template:NAME` and `exception:NAME` as the ledger knows, empty for by hand or before this tool came.
    `location`: name of the person's location, None where there is none or none was read.
    """

    person_id: str
    email: str
    name: str
    state: State
    license_id: str
    subscription_id: str | None
    site_url: str | None
    since: datetime | None
    at_first_sight: bool
    given_by: tuple[str, ...]
    location: str | None
    last_activity: date | None = None


class LicenseHolders(msgspec.Struct, frozen=True, rename="camel"):
    """Everybody who holds what was asked for, by address and license. `rows` are the pools that were meant.

    `unseen`: units that Webex counts for users beyond those seen, by the pools together; they may be of other
    organizations, or the counter lags.
    """

    format_version: str
    kind: Literal["LicenseHolders"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    asked: str
    rows: tuple[InventoryRow, ...]
    holders: tuple[LicenseHolder, ...]
    unseen: int
    activity_read_at: datetime | None = None


class Administrator(msgspec.Struct, frozen=True, rename="camel"):
    """One role of one person: of the organization (`site_url` None), or site administrator of one site."""

    person_id: str
    email: str
    name: str
    state: State
    role: str
    site_url: str | None


class Administrators(msgspec.Struct, frozen=True, rename="camel"):
    """Everybody with an administrator role, by role, site and address.

    `roles_read_at`: when roles were read, None for never. `sites_read`: whether site administrators were.
    """

    format_version: str
    kind: Literal["Administrators"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    roles_read_at: datetime | None
    sites_read: bool
    administrators: tuple[Administrator, ...]
