"""Drift: where live differs from what the files want and from what was there at the last apply, with the cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, get_args

import msgspec

from reconciler.model.attribution import Attributed, Attribution
from reconciler.model.coverage import Coverage
from reconciler.model.finding import Finding
from reconciler.model.plan import AskedBefore, Because, OrganizationRef, Waiting

DriftCause = Literal[
    "addedByHand", "removedByHand", "joinedGroup", "leftGroup", "newcomer", "deactivated", "exception",
    "capacityFreed", "filesChanged", "neverApplied",
]  # fmt: skip

DriftKind = Literal[
    "addedByHand", "removedByHand", "anotherWriter", "outsideDefaults", "wrongTier", "shouldBeHost", "shouldBeAttendee",
    "joinedGroup", "leftGroup", "newcomer", "deactivated", "exception", "capacityFreed", "filesChanged", "incompleteRead",
    "neverApplied",
]  # fmt: skip
"""The group that a report shows an item in: its cause, or what is more telling than the cause.

anotherWriter: we did the opposite twice, and twice somebody undid it. outsideDefaults: in a subscription or on a site that
the files do not name. wrongTier: another license of the same family or site is held than the one wanted. shouldBeHost,
shouldBeAttendee: the person has the other role on the site. incompleteRead: it would go, but the reading had holes.
"""
KINDS: tuple[DriftKind, ...] = get_args(DriftKind)


class DriftItem(msgspec.Struct, frozen=True, rename="camel"):
    """One license (or attendee role, then `license` is `attendee`) of one person that is not as the files want it.

    `direction`: `missing` (should be held), `extra` (should not be held), `preserved` (extra, and kept by a policy: listed,
    but not drift). `since_apply`: it was not so when the last apply began, or came about after it. `kind` is the group it is
    told in. `seen`: the reading that first showed it so; `after`: the last one that showed it otherwise; None where the store
    never saw it otherwise. `guard`: which guard keeps it. `by`: who probably did it, where that was asked for.
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
    kind: DriftKind = "neverApplied"
    name: str = ""
    subscription: str | None = None
    guard: str | None = None
    after: datetime | None = None
    seen: datetime | None = None
    by: Attribution | None = None


class DriftGroup(msgspec.Struct, frozen=True, rename="camel"):
    """How many items of a kind there are, by direction, at how many people, and how many of them are new since the apply."""

    kind: DriftKind
    missing: int
    extra: int
    preserved: int
    people: int
    since_apply: int


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
    groups: tuple[DriftGroup, ...] = ()
    coverage: Coverage = Coverage()
    attribution: Attributed = Attributed("notAsked")

    @property
    def drifted(self) -> bool:
        """Whether anything is missing or extra (preserved extras, waiting people, structure and what rests are not drift)."""
        return any(item.direction != "preserved" for item in self.items)


def grouped(items: Iterable[DriftItem]) -> tuple[DriftGroup, ...]:
    """The items counted by kind, in the order of `DriftKind`; kinds without items are left out."""
    found: dict[DriftKind, list[DriftItem]] = {}
    for item in items:
        found.setdefault(item.kind, []).append(item)
    return tuple(_group(kind, found[kind]) for kind in KINDS if kind in found)


def _group(kind: DriftKind, items: Sequence[DriftItem]) -> DriftGroup:
    counts = Counter(item.direction for item in items)
    people = len({item.person_id for item in items})
    new = sum(item.since_apply for item in items)
    return DriftGroup(kind, counts["missing"], counts["extra"], counts["preserved"], people, new)
