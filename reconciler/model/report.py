"""What the HTML report shows: one value, made from one snapshot, a plan in memory and the readings before it.

The page is rendered from this and from nothing else. A page about a plan or a drift report alone leaves the rest empty.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from reconciler.model.drift import Drift
from reconciler.model.plan import OrganizationRef, Plan

PersonStatus = Literal["asWanted", "planned", "waiting", "blocked", "held", "exempt"]
"""What the plan makes of a person; the first that is true of: a finding keeps something from them; a unit is missing;
operations are planned; operations are held back by a guard; the files leave them alone; nothing is to be done."""

STATUSES: tuple[PersonStatus, ...] = ("blocked", "waiting", "planned", "held", "exempt", "asWanted")


class PoolReading(msgspec.Struct, frozen=True):
    """Units of one pool as the last reading of a day saw them; None where Webex did not say."""

    at: datetime
    total: int | None
    consumed: int | None


class Forecast(msgspec.Struct, frozen=True):
    """Where the use of a pool goes if it goes on as it did (`diff.pool_trend` says how this is reckoned).

    `per_day`: mean change in units. `low`, `high`: units in use at `horizon`, of which the truth is between with about
    95 %. `dry`: the day on which no unit is left, None if not before `horizon`; `dry_early` and `dry_late` are the ends of
    its interval, None where that lies after `horizon`.
    """

    since: datetime
    at: datetime
    units: int
    horizon: date
    per_day: float
    spread: float
    expected: float
    low: float
    high: float
    dry: date | None
    dry_early: date | None
    dry_late: date | None


class PoolState(msgspec.Struct, frozen=True):
    """One pool now, after the plan, and over time. Units; None where Webex did not say.

    `allowance`: percent that may be used beyond the bought units before a true-forward, and `allowance_from` says whose
    word that is (`files` or `contract`). `price`: of one unit for a month, in `Report.currency`; None where the files tell
    none. `no_forecast`: why there is none.
    """

    license_id: str
    license: str
    subscription: str | None
    site: str | None
    total: int | None
    consumed: int | None
    by_users: int | None
    by_workspaces: int | None
    add: int = 0
    remove: int = 0
    waiting: int = 0
    managed: bool = False
    limited: bool = True
    allowance: float | None = None
    allowance_from: Literal["files", "contract"] = "contract"
    price: float | None = None
    readings: tuple[PoolReading, ...] = ()
    forecast: Forecast | None = None
    no_forecast: str = ""
    deactivated: int = 0
    never_signed_in: int = 0

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


class GroupCoverage(msgspec.Struct, frozen=True):
    """The direct members of one group by status. `licensed`: who holds at least one license that the files manage.

    The six numbers by status add up to `people`. `templates`: names of those that speak for the group.
    """

    name: str
    people: int
    licensed: int
    by_status: dict[PersonStatus, int]
    templates: tuple[str, ...] = ()


class People(msgspec.Struct, frozen=True):
    """Everybody of the snapshot, a tuple a column, ordered by address. `holdings` and `groups` are indexes into the sets.

    `states` are `model.live.State`. `planned`: what the plan does or cannot do for the person, in words; index into `words`.
    """

    emails: tuple[str, ...]
    names: tuple[str, ...]
    states: tuple[str, ...]
    statuses: tuple[PersonStatus, ...]
    holdings: tuple[int, ...]
    groups: tuple[int, ...]
    planned: tuple[int, ...]
    holding_sets: tuple[tuple[str, ...], ...]
    group_sets: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


class Report(msgspec.Struct, frozen=True):
    """The whole page. `kind` says what it is about; `snapshot` and `taken_at` are the reading that everything comes from.

    `currency`: of all prices, None without any. `people`, `groups` and `pools` are there for a page about the organization.
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
    groups: tuple[GroupCoverage, ...] = ()
    people: People | None = None
    currency: str | None = None
    readings: int = 0
    commit: str | None = None
