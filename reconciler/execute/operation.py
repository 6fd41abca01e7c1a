"""One operation, looked at from three sides: what it is called, whether a person is as it wants them, whether two are one.

Ids are compared without base64 padding, because Webex spells the same id both ways; sites as lower-case host names.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from reconciler.model import canonical
from reconciler.model.plan import AttendeeOperation, CallingProperties, Change, LicenseOperation

AnyOperation = LicenseOperation | AttendeeOperation


class Holdings(msgspec.Struct, frozen=True):
    """What one person has now: license ids (unpadded) and sites where they are attendee (lower case)."""

    licenses: frozenset[str]
    attendee_sites: frozenset[str]


class Key(msgspec.Struct, frozen=True):
    """What makes two operations of two plans the same one: never the reason (RULES 7.5)."""

    person: str
    what: str
    operation: str
    target: str
    calling: CallingProperties | None


def bare(webex_id: str) -> str:
    """A Webex id as it is compared: trimmed, without padding."""
    return webex_id.strip().rstrip("=")


def holdings(licenses: Iterable[str], attendee_sites: Iterable[str]) -> Holdings:
    """What a reading or an answer says a person has."""
    return Holdings(frozenset(map(bare, licenses)), frozenset(map(canonical.site, attendee_sites)))


def operations_of(change: Change) -> tuple[AnyOperation, ...]:
    """All operations of one person: licenses first, as they stand in the plan."""
    return (*change.licenses, *change.attendee_sites)


def only(change: Change, keep: Iterable[AnyOperation]) -> Change:
    """The same person with only these operations."""
    kept = list(keep)
    return msgspec.structs.replace(
        change,
        licenses=tuple(item for item in change.licenses if item in kept),
        attendee_sites=tuple(item for item in change.attendee_sites if item in kept),
    )


def key(person_id: str, operation: AnyOperation) -> Key:
    """What the operation is matched by."""
    person = bare(person_id)
    if isinstance(operation, LicenseOperation):
        return Key(person, "license", operation.operation, bare(operation.license_id), operation.calling)
    return Key(person, "attendee", operation.operation, canonical.site(operation.site_url), None)


def is_so(operation: AnyOperation, now: Holdings) -> bool:
    """Whether a person who has `now` is as the operation wants them."""
    if isinstance(operation, LicenseOperation):
        held = bare(operation.license_id) in now.licenses
    else:
        held = canonical.site(operation.site_url) in now.attendee_sites
    return held == (operation.operation == "add")


def keeps_some(change: Change) -> bool:
    """Whether the person holds licenses after `change`, too, for all that the plan knows."""
    taken = {bare(item.license_id) for item in change.licenses if item.operation == "remove"}
    return not taken.issuperset(map(bare, change.expects.licenses))


def is_calling(operation: AnyOperation) -> bool:
    """Whether it gives or takes a Calling license, with a number, an extension and a location."""
    return isinstance(operation, LicenseOperation) and (operation.irreversible or operation.calling is not None)


def in_words(operation: AnyOperation) -> str:
    """The operation for a line of text, e.g. `add Webex Meetings Suite @ acme.webex.com`."""
    if isinstance(operation, AttendeeOperation):
        return f"{operation.operation} attendee @ {operation.site_url}"
    site = f" @ {operation.site}" if operation.site else ""
    return f"{operation.operation} {operation.license}{site}"
