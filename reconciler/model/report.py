"""What the HTML report shows: one value, made from one snapshot, a plan in memory and the readings before it.

The page is rendered from this and from nothing else. A page about a plan or a drift report alone leaves the rest empty.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.bill import Bill
from reconciler.model.coverage import State, Status
from reconciler.model.drift import Drift
from reconciler.model.plan import OrganizationRef, Plan
from reconciler.model.pool_trends import Forecast, PoolReading, TrueForward
from reconciler.model.reclaim import Reclaimable


class PoolState(msgspec.Struct, frozen=True):
    """One pool now, after the plan, and over time. Units; None where Webex did not say.

    `limited`: whether units are counted at all. `true_forward` is reckoned after the plan. `no_forecast`: why there is no
    forecast.
    """

    license_id: str
    license: str
    subscription: str | None
    site: str | None
    total: int | None
    consumed: int | None
    add: int = 0
    remove: int = 0
    waiting: int = 0
    limited: bool = True
    true_forward: TrueForward | None = None
    readings: tuple[PoolReading, ...] = ()
    forecast: Forecast | None = None
    no_forecast: str = ""

    @property
    def available(self) -> int | None:
        """Units left; negative where more are in use than bought."""
        return None if self.total is None or self.consumed is None else self.total - self.consumed

    @property
    def after(self) -> int | None:
        """Units in use once the plan is carried out."""
        return None if self.consumed is None else self.consumed + self.add - self.remove

    @property
    def left_after(self) -> int | None:
        """Units left once the plan is carried out."""
        return None if self.total is None or self.after is None else self.total - self.after


class People(msgspec.Struct, frozen=True):
    """Everybody of the snapshot, a tuple a column, ordered by address. `holdings`, `groups`, `templates` and `details` are
    places in the tuples at the end; a detail says in words what is behind the state. `accounts` are `model.live.State`.
    """

    emails: tuple[str, ...]
    names: tuple[str, ...]
    states: tuple[State, ...]
    accounts: tuple[str, ...]
    holdings: tuple[int, ...]
    groups: tuple[int, ...]
    templates: tuple[int, ...]
    details: tuple[int, ...]
    holding_sets: tuple[tuple[str, ...], ...]
    group_sets: tuple[tuple[str, ...], ...]
    template_sets: tuple[tuple[str, ...], ...]
    detail_sets: tuple[tuple[str, ...], ...]


class Report(msgspec.Struct, frozen=True):
    """The whole page. `kind` says what it is about; `snapshot` and `taken_at` are the reading that everything comes from.

    `bill`: None without prices. `status`, `people`, `pools` and `reclaimable` are there for a page about the organization.
    """

    kind: Literal["organization", "plan", "drift"]
    organization: OrganizationRef
    tool_version: str
    snapshot: str
    taken_at: datetime
    made_at: datetime | None = None
    plan: Plan | None = None
    drift: Drift | None = None
    pools: tuple[PoolState, ...] = ()
    status: Status | None = None
    people: People | None = None
    bill: Bill | None = None
    reclaimable: Reclaimable | None = None
    commit: str | None = None
