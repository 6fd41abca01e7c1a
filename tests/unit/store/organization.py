"""A small organization for the tests of the store: readings in short, a sync in one call, changes and their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from reconciler.model.catalog import License
from reconciler.model.live import Group, GroupMembers, PersonReading, Scope, Situation
from reconciler.model.plan import (
    AttendeeOperation,
    Because,
    Change,
    DesiredRef,
    Expects,
    LicenseOperation,
    LiveRef,
    OrganizationRef,
    Plan,
    Summary,
    Tool,
)
from reconciler.model.result import OperationResult, Outcome, PersonResult
from reconciler.store import Store, SyncCounts
from reconciler.store.view import View

ORG = "org-1"
START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
SITE = "acme.webex.com"
MEETINGS, CALLING, MESSAGING = "license-meetings", "license-calling", "license-messaging"
POOLS = (
    License(MEETINGS, "Webex Meetings Suite", 10, 3, subscription="Sub-1", site=SITE),
    License(CALLING, "Webex Calling - Professional", 5, 1, subscription="Sub-1"),
    License(MESSAGING, "Basic Messaging", 100, 4),
)


def hour(number: float) -> datetime:
    """So many hours after the start of the story."""
    return START + timedelta(hours=number)


def someone(name: str, *licenses: str, **fields: Any) -> PersonReading:
    """Somebody called `name`, with these licenses."""
    known: dict[str, Any] = {"email": f"{name}@acme.example", "name": name.title(), "attendee_sites": ()} | fields
    return PersonReading(id=f"id-{name}", licenses=tuple(sorted(licenses)), **known)


def sync(
    store: Store,
    at: datetime,
    people: Iterable[PersonReading],
    members: Mapping[str, Sequence[str]] | None = None,
    *,
    licenses: Sequence[License] = POOLS,
    org: str = ORG,
    scope: Scope | None = None,
) -> SyncCounts:
    """One sync: `members` is group id -> names of its members; a group is named like its id."""
    read = {
        group: GroupMembers(Group(group, group.title(), len(who)), tuple(f"id-{name}" for name in who), (), len(who))
        for group, who in (members or {}).items()
    }
    with store.begin_sync(org, "Acme", scope or Scope(groups=tuple(sorted(read))), at) as writer:
        writer.licenses(licenses)
        writer.groups([item.group for item in read.values()])
        for item in read.values():
            writer.members(item)
        writer.people(list(people))
        return writer.commit()


def situation_of(view: View, name: str) -> Situation:
    """The situation that somebody is in."""
    person = view.find([f"{name}@acme.example"])[f"{name}@acme.example"]
    return next(situation for situation, _ in view.situations() if situation.id == person.situation)


def names(view: View) -> list[str]:
    """Everybody's address, in the order of the view."""
    return [person.email for person in view.people([situation.id for situation, _ in view.situations()])]


def because(*templates: str | None) -> tuple[Because, ...]:
    """Reasons that name these templates."""
    return tuple(Because("grant", template, "templates.yaml:1") for template in templates)


def license_operation(
    operation: str, license_id: str, *templates: str | None, irreversible: bool = False
) -> LicenseOperation:
    """Add or remove one license, because of these templates."""
    fields = {
        "operation": operation,
        "licenseId": license_id,
        "license": license_id,
        "subscription": "Sub-1",
        "site": None,
        "cause": "config",
        "irreversible": irreversible,
        "because": msgspec.to_builtins(because(*templates)),
    }
    return msgspec.convert(fields, LicenseOperation)


def role_operation(operation: str, *templates: str | None) -> AttendeeOperation:
    """Give or take the attendee role of the site."""
    fields = {
        "operation": operation,
        "siteUrl": SITE,
        "cause": "config",
        "because": msgspec.to_builtins(because(*templates)),
    }
    return msgspec.convert(fields, AttendeeOperation)


def change(name: str, *operations: LicenseOperation | AttendeeOperation) -> Change:
    """One PATCH for somebody."""
    return Change(
        person_id=f"id-{name}",
        email=f"{name}@acme.example",
        display_name=name.title(),
        expects=Expects(),
        licenses=tuple(item for item in operations if isinstance(item, LicenseOperation)),
        attendee_sites=tuple(item for item in operations if isinstance(item, AttendeeOperation)),
    )


def result(name: str, *ends: tuple[LicenseOperation | AttendeeOperation, Outcome]) -> PersonResult:
    """How somebody's PATCH ended."""
    return PersonResult(f"id-{name}", f"{name}@acme.example", tuple(OperationResult(*end) for end in ends), 200)


def plan(*changes: Change) -> Plan:
    """A plan with these changes."""
    return Plan(
        format_version="1.0",
        kind="Plan",
        tool=Tool("webex-licenses", "0"),
        organization=OrganizationRef(ORG, "Acme"),
        created_at=START,
        digest="sha256:0",
        desired=DesiredRef("sha256:1", None),
        live=LiveRef("snapshot", START, 0, 0, 0),
        summary=Summary(),
        changes=changes,
    )


def carry_out(
    store: Store,
    at: datetime,
    name: str,
    *ends: tuple[LicenseOperation | AttendeeOperation, Outcome],
    reading: PersonReading | None = None,
    acknowledged: Sequence[str] = (),
) -> str:
    """A run of one call, from beginning to end; returns its id."""
    run = store.start_run(ORG, plan(), None, at, acknowledged)
    journal = store.journal(ORG)
    seq = journal.intend(run, change(name, *(operation for operation, _ in ends)), at)
    journal.settle(run, seq, result(name, *ends), at, reading)
    store.finish_run(run, completed=True, at=at)
    return run
