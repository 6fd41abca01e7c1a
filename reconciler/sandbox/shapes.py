"""The sandbox file's shape, entry by entry, and the reading of untrusted entries into it.

Every entry is checked by itself, so that one mistake does not hide the next; mistakes become findings whose `where` is
the path inside the file (`people[3].email`). Keys nobody knows are mistakes too: a misspelt key would be ignored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from reconciler.model.finding import Finding

T = TypeVar("T")


class _Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    pass


class OrganizationShape(_Shape):
    """`organization:`."""

    name: str


class LicenseShape(_Shape):
    """An entry of `licenses:`. `total` left out: 100, or as many as are in use if more; a free one: one a person."""

    key: str
    name: str
    type: str
    total: int | None = None
    subscription: str | None = None
    site: str | None = None
    site_type: Literal["Control Hub managed site", "Linked site", "Site Admin managed site"] | None = None
    consumed_by_workspaces: int = 0


class LocationShape(_Shape):
    """An entry of `locations:`."""

    key: str
    name: str | None = None
    calling: bool = True
    routing_prefix: str | None = None


class OwnerShape(_Shape):
    """`owner:` of a number: `{type: PEOPLE, email}` or `{type: HUNT_GROUP, name}`."""

    type: str
    name: str | None = None
    email: str | None = None


class NumberShape(_Shape):
    """An entry of `numbers:`."""

    number: str
    location: str
    state: str = "ACTIVE"
    owner: OwnerShape | None = None
    main: bool = False
    mobile: bool = False
    toll_free: bool = False
    service: bool = False
    reserved: bool = False


class GroupShape(_Shape):
    """An entry of `groups:`. `key` is needed only where two groups share a name."""

    name: str
    key: str | None = None
    members: list[str] = []
    groups: list[str] = []
    usage: Literal["security", "location"] = "security"


class PersonShape(_Shape):
    """An entry of `people:`, and the body of `POST /sandbox/people`. `licenses` are keys of this file."""

    email: str
    name: str | None = None
    created: datetime | None = None
    active: bool = True
    invite_pending: bool = False
    work_phone: str | None = None
    extension: str | None = None
    location: str | None = None
    licenses: list[str] = []
    attendee_sites: list[str] = []
    site_admin_of: list[str] = []
    type: str = "person"
    external: bool = False
    other_emails: list[str] = []
    provision_source: str | None = None
    roles: list[str] = []
    pending_licenses: list[str] = []
    pending_sites: list[str] = []
    last_activity: datetime | None = None


class TokenShape(_Shape):
    """An entry of `tokens:`. Without `scopes` a full administrator; `organization` only beside `organizations:`."""

    token: str
    scopes: list[str] | None = None
    person: str | None = None
    name: str | None = None
    read_only: bool = False
    partner: bool = False
    manages: list[str] | None = None
    expires_in: float | None = None
    expires_at: datetime | None = None
    organization: str | None = None


class ClientShape(_Shape):
    """An entry of `clients:`: an authorized integration or service app. `expires_in` and `refresh_expires_in` are seconds."""

    id: str
    secret: str
    refresh_token: str | None = None
    redirect_uri: str | None = None
    scopes: list[str] | None = None
    person: str | None = None
    read_only: bool = False
    partner: bool = False
    manages: list[str] | None = None
    expires_in: float = 1_209_599
    refresh_expires_in: float = 7_775_999
    organization: str | None = None


class AssignShape(_Shape):
    """The body of `POST /sandbox/assign`. `by`: the administrator's address; empty: no administrator, so no audit event."""

    email: str
    add: list[str] = []
    remove: list[str] = []
    add_attendee: list[str] = []
    remove_attendee: list[str] = []
    by: str | None = None


class MembersShape(_Shape):
    """The body of `POST /sandbox/groups/{name}/members`."""

    add: list[str] = []
    remove: list[str] = []


class TokenChoiceShape(_Shape):
    """The body of `POST /sandbox/tokens/revoke` and `/expire`: one of `token` (its text), `name`, `client` (all of it)."""

    token: str | None = None
    name: str | None = None
    client: str | None = None
    refresh: bool = False


class PersonChangeShape(_Shape):
    """The body of `POST /sandbox/people/{email}`: what is to be different. `workPhone: null` takes it away."""

    name: str | None = None
    email: str | None = None
    active: bool | None = None
    invite_pending: bool | None = None
    work_phone: str | msgspec.UnsetType | None = msgspec.UNSET
    site_admin_of: list[str] | None = None
    provision_source: str | msgspec.UnsetType | None = msgspec.UNSET
    last_activity: datetime | msgspec.UnsetType | None = msgspec.UNSET
    roles: list[str] | None = None


class AcceptShape(_Shape):
    """The body of `POST /sandbox/people/{email}/accept`: keys of some pending licenses, or nothing for everything."""

    licenses: list[str] | None = None


class NameShape(_Shape):
    """The body of `POST /sandbox/groups/{name}`."""

    name: str


class NumberChangeShape(_Shape):
    """The body of `POST /sandbox/numbers/{number}`: another state, nobody's at once, or owned by a feature."""

    state: str | None = None
    release: bool = False
    owner: OwnerShape | None = None


class SiteShape(_Shape):
    """The body of `POST /sandbox/sites/{site}`."""

    attendees: bool


class TimesShape(_Shape):
    """The body of `POST /sandbox/life/now`."""

    times: int = 1


class UnitsShape(_Shape):
    """The body of `POST /sandbox/licenses/{key}`."""

    total: int


class Problems:
    """Mistakes found so far, in the order of the file."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, where: str, message: str, hint: str = "") -> None:
        """One more mistake, at `where` in the file."""
        self.findings.append(Finding("sandbox-file", "error", where, message, hint))

    def within(self, place: str, inner: Problems) -> None:
        """The mistakes of a part of the file, which stands at `place`."""
        for finding in inner.findings:
            self.add(f"{place}.{finding.where}".rstrip("."), finding.message, finding.hint)


def read_entry(raw: object, shape: type[T], where: str, problems: Problems) -> T | None:
    """One entry as its shape, or None and a finding that says what is wrong and where."""
    try:
        return msgspec.convert(raw, shape, str_keys=True)
    except msgspec.ValidationError as error:
        message, _, inside = str(error).partition(" - at `$")
        place = where + inside.rstrip("`")
        hint = 'quote it, for example "+14085550100"' if "Expected `str" in message and "got `int`" in message else ""
        problems.add(place, message, hint)
        return None


def read_section(document: Mapping[str, Any], name: str, shape: type[T], problems: Problems) -> list[tuple[str, T]]:
    """All entries of a section with their place, those with mistakes left out."""
    raw = document.get(name)
    if raw is None:
        return []
    if not isinstance(raw, list):
        problems.add(name, f"must be a list, not {type(raw).__name__}")
        return []
    entries = []
    for at, item in enumerate(raw):
        entry = read_entry(item, shape, f"{name}[{at}]", problems)
        if entry is not None:
            entries.append((f"{name}[{at}]", entry))
    return entries
