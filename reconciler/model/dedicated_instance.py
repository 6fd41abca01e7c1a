"""Use of Dedicated Instance (Cisco's Unified CM run for a customer), by region, cluster and server.

Webex has no public API for it: what is known comes from the usage export of Control Hub, which somebody downloads and
imports. Source: help.webex.com n0daxo3 (Account > Subscriptions > Dedicated Instance usage).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef

Kind = Literal["professional", "standard", "workspaces", "speechView", "roomSystems"]
KINDS: tuple[Kind, ...] = ("professional", "standard", "workspaces", "speechView", "roomSystems")
"""What an export counts. `workspaces` was called Common Area before. Speech View is an addition to a person's or device's
license and takes no license of its own."""

OF_A_LICENSE: tuple[Kind, ...] = ("professional", "standard", "workspaces", "roomSystems")
"""The kinds that take a license of the subscription."""

Column = Literal["region", "cluster", "server", "professional", "standard", "workspaces", "speechView", "roomSystems"]


class Usage(msgspec.Struct, frozen=True, rename="camel"):
    """Licenses in use by kind; None where the export has no such column, or an empty cell."""

    professional: int | None = None
    standard: int | None = None
    workspaces: int | None = None
    speech_view: int | None = None
    room_systems: int | None = None

    def of(self, kind: Kind) -> int | None:
        """The number of one kind."""
        return _VALUES[kind](self)

    @property
    def licenses(self) -> int | None:
        """Everything that takes a license of the subscription; None where nothing of that was counted."""
        told = [number for kind in OF_A_LICENSE if (number := self.of(kind)) is not None]
        return sum(told) if told else None


_VALUES: dict[Kind, Callable[[Usage], int | None]] = {
    "professional": lambda usage: usage.professional,
    "standard": lambda usage: usage.standard,
    "workspaces": lambda usage: usage.workspaces,
    "speechView": lambda usage: usage.speech_view,
    "roomSystems": lambda usage: usage.room_systems,
}


class ServerUsage(msgspec.Struct, frozen=True, rename="camel"):
    """One row of an export. An export without a column for clusters names the cluster by its server, as Control Hub does."""

    region: str
    cluster: str
    server: str
    usage: Usage

    @property
    def place(self) -> tuple[str, str, str]:
        """What makes the row the same one in the next export, whatever the case of letters."""
        return self.region.casefold(), self.cluster.casefold(), self.server.casefold()


class Reading(msgspec.Struct, frozen=True, rename="camel"):
    """One export as it is kept. `exported_at` is when Control Hub made it, None where nobody said; `digest` is the file's."""

    subscription: str
    digest: str
    file: str
    imported_at: datetime
    exported_at: datetime | None
    kinds: tuple[Kind, ...]
    rows: tuple[ServerUsage, ...]

    @property
    def at(self) -> datetime:
        """The time it stands for: the export's, else the import's."""
        return self.exported_at or self.imported_at


State = Literal["", "new", "gone"]


class UsageRow(msgspec.Struct, frozen=True, rename="camel"):
    """A row of the newest export. `change`: against the reading before, None where there is nothing to compare with.

    `state`: `new` was not in the reading before, `gone` is only there (then `usage` is all None and `change` negative).
    """

    region: str
    cluster: str
    server: str
    usage: Usage
    licenses: int | None
    change: Usage | None
    state: State = ""


class Sum(msgspec.Struct, frozen=True, rename="camel"):
    """The sum of several rows. `name`: the region, or the cluster within its region."""

    region: str
    cluster: str | None
    servers: int
    usage: Usage
    licenses: int | None
    change: Usage | None


class Pool(msgspec.Struct, frozen=True, rename="camel"):
    """One license pool of the newest snapshot. Units; `available` is what is left, None where Webex did not say."""

    license_id: str
    license: str
    subscription: str | None
    total: int | None
    consumed: int | None
    available: int | None
    by_users: int | None
    by_workspaces: int | None


class SubscriptionUsage(msgspec.Struct, frozen=True, rename="camel"):
    """The newest export of one subscription. Rows, regions and clusters may be of a part; `usage` to `left` are of the whole.

    `entitled`: units of the subscription's Unified CM pools, None where there is none or Webex does not say. `left`:
    entitled minus `licenses`; negative is more in use than bought.
    """

    subscription: str
    file: str
    imported_at: datetime
    exported_at: datetime | None
    readings: int
    before_at: datetime | None
    kinds: tuple[Kind, ...]
    usage: Usage
    licenses: int | None
    change: Usage | None
    entitled: int | None
    left: int | None
    pools: tuple[Pool, ...]
    regions: tuple[Sum, ...]
    clusters: tuple[Sum, ...]
    rows: tuple[UsageRow, ...]


class Both(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who holds Unified CM and Webex Calling, and so takes two licenses."""

    person_id: str
    email: str
    display_name: str
    licenses: tuple[str, ...]


class DedicatedInstance(msgspec.Struct, frozen=True, rename="camel"):
    """Everything, subscriptions by id. `multi_tenant`: the pools of Webex Calling, for the other half of the picture.

    `region` and `cluster`: what the reader asked to see, None for all.
    """

    format_version: str
    kind: Literal["DedicatedInstance"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    region: str | None
    cluster: str | None
    subscriptions: tuple[SubscriptionUsage, ...]
    multi_tenant: tuple[Pool, ...]
    both: tuple[Both, ...]


class Imported(msgspec.Struct, frozen=True):
    """What an import did. `new`: whether it became a reading; else the same file was imported before, and `reading` is that."""

    reading: Reading
    new: bool
    known_pools: int
