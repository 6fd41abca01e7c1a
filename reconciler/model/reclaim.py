"""Seats that could be freed: who holds a counted license and does not seem to need it, why, and the YAML that frees it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from reconciler.model.live import State
from reconciler.model.plan import OrganizationRef

ReclaimReason = Literal["deactivated", "neverSignedIn", "inactive", "duplicate"]
"""In this order; a seat has the first that fits. deactivated: Webex counts the license all the same. neverSignedIn: invited,
or known so long without any activity. inactive: no activity since so many days. duplicate: the same product from two
subscriptions."""

FreedBy = Literal["plan", "exception", "setting", "controlHub", "nobody"]
"""plan: the files free it already, and the next plan takes it. exception: a UserException that denies it. setting: a policy of
the Organization. controlHub: only by hand there. nobody: the files protect or exempt the person."""


class Seat(msgspec.Struct, frozen=True, rename="camel"):
    """One unit of one person. `monthly` is its price in the currency of the document, None without one.

    `since`: deactivated people have none; never signed in: when the person was created; inactive: the day of the last
    activity, as `last_activity`. `days`: between that day and the day of the reading. `files`: names of the `Suggestion`s
    that free it.
    """

    person_id: str
    email: str
    name: str
    state: State
    reason: ReclaimReason
    license_id: str
    license: str
    site_url: str | None
    subscription_id: str | None
    freed_by: FreedBy
    irreversible: bool
    days: int | None = None
    created: date | None = None
    last_activity: date | None = None
    monthly: float | None = None
    files: tuple[str, ...] = ()


class ReclaimCount(msgspec.Struct, frozen=True, rename="camel"):
    """Seats of one reason; `monthly` None where nothing of it is priced."""

    reason: ReclaimReason
    people: int
    seats: int
    monthly: float | None


class Suggestion(msgspec.Struct, frozen=True, rename="camel"):
    """YAML that frees seats. `whole`: a file of its own, else keys for `spec` of the Organization that is there already."""

    name: str
    about: str
    whole: bool
    seats: int
    yaml: str


class Reclaimable(msgspec.Struct, frozen=True, rename="camel"):
    """All such seats, by reason, address and license. `activity_read_at`: None where activity was never read; then nobody
    is called inactive, and only invited people are said never to have signed in.
    """

    format_version: str
    kind: Literal["Reclaimable"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    inactive_days: int
    activity_read_at: datetime | None
    people: int
    summary: tuple[ReclaimCount, ...]
    seats: tuple[Seat, ...]
    suggestions: tuple[Suggestion, ...]
    currency: str | None = None
    monthly: float | None = None
