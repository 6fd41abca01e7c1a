"""Drift: where live differs from what the files want and from what was there at the last apply, with the cause."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.finding import Finding
from reconciler.model.plan import AskedBefore, Because, OrganizationRef, Waiting

DriftCause = Literal[
    "addedByHand", "removedByHand", "joinedGroup", "leftGroup", "newcomer", "deactivated", "exception",
    "capacityFreed", "filesChanged", "neverApplied",
]  # fmt: skip


class DriftItem(msgspec.Struct, frozen=True, rename="camel"):
    """One license (or attendee role, then `license` is `attendee`) of one person that is not as the files want it.

    `direction`: `missing` (should be held), `extra` (should not be held), `preserved` (extra, and kept by a policy: listed,
    but not drift). `since_apply`: it was not so when the last apply began.
    """

    person_id: str
    email: str
    direction: Literal["missing", "extra", "preserved"]
    license: str
    license_id: str | None
    site: str | None
    cause: DriftCause
    because: tuple[Because, ...]
    since_apply: bool = False


class StructuralChange(msgspec.Struct, frozen=True, rename="camel", order=True):
    """A difference between two snapshots that is not about one person: licenses, subscriptions, sites, groups.

    `what` names the thing (`license Webex Meetings Suite @ acme.webex.com (Sub-1)`, `group Sales`); `field` is empty when
    the thing itself appeared or went.
    """

    what: str
    change: Literal["added", "removed", "changed"]
    field: str = ""
    before: str = ""
    after: str = ""


class Drift(msgspec.Struct, frozen=True, rename="camel"):
    """The whole report. `since` is the time of the last completed apply, None before the first."""

    format_version: str
    kind: Literal["Drift"]
    organization: OrganizationRef
    snapshot: str
    taken_at: datetime
    since: datetime | None
    items: tuple[DriftItem, ...]
    structure: tuple[StructuralChange, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    findings: tuple[Finding, ...] = ()
    people: int = 0
    setbacks: tuple[AskedBefore, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether anything is missing or extra (preserved extras, waiting people, structure and what rests are not drift)."""
        return any(item.direction != "preserved" for item in self.items)
