"""Everything but people from JSON: Webex's wire shapes, as loose as Webex is, into the frozen nouns of `model`.

A missing key, a null and a key nobody knows are normal in Webex's answers and are no error. A missing id and a value of
another JSON type are: they raise ValueError, which `transport.Answer.understood` makes a WebexShapeError with path and
tracking id. This module knows no HTTP. People are in `people`, because there are so many of them.
"""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from reconciler.model import ids
from reconciler.model.catalog import License
from reconciler.model.live import Group, Holder, Location, PhoneNumber
from reconciler.ports import PatchAnswer
from reconciler.webex.people import Flag, flag

_T = TypeVar("_T")
_Count = int | str | None


class OrganizationReading(msgspec.Struct, frozen=True):
    """One organization the token can see: Webex id and display name."""

    id: str
    name: str


class Role(msgspec.Struct, frozen=True):
    """An administrator role: Webex id and display name. Compare decoded ids, names are not promised."""

    id: str
    name: str


class _Wire(msgspec.Struct, rename="camel"):
    """Base of the wire shapes: camelCase, unknown keys ignored."""


class _License(_Wire):
    id: str
    name: str | None = None
    total_units: _Count = None
    consumed_units: _Count = None
    consumed_by_users: _Count = None
    consumed_by_workspaces: _Count = None
    subscription_id: str | None = None
    site_url: str | None = None
    site_type: str | None = None


class _Named(_Wire):
    id: str
    name: str | None = None
    display_name: str | None = None


class _User(_Wire):
    id: str
    email: str | None = None
    display_name: str | None = None
    type: str | None = None


class _Users(_Wire):
    users: list[_User] | None = None


class _Group(_Wire):
    id: str
    display_name: str | None = None
    member_size: _Count = None


class _Groups(_Wire):
    groups: list[_Group] | None = None
    total_results: int | None = None


class _Member(_Wire):
    id: str
    type: str | None = None


class _Members(_Wire):
    members: list[_Member] | None = None
    member_size: _Count = None


class _Owner(_Wire):
    id: str | None = None
    type: str | None = None


class _Number(_Wire):
    phone_number: str | None = None
    extension: str | None = None
    state: str | None = None
    included_telephony_types: str | list[str] | None = None
    toll_free_number: Flag = None
    is_service_number: Flag = None
    is_reserved_number: Flag = None
    location: _Named | None = None
    owner: _Owner | None = None


class _Numbers(_Wire):
    phone_numbers: list[_Number] | None = None


class _CallingLocations(_Wire):
    locations: list[_Named] | None = None
    items: list[_Named] | None = None


class _Site(_Wire):
    site_url: str | None = None
    account_type: str | None = None


class _Patched(_Wire):
    licenses: list[str] | None = None
    site_urls: list[_Site] | None = None
    pending_licenses: list[str] | None = None


class _LicenseItems(_Wire):
    items: list[_License]


class _NamedItems(_Wire):
    items: list[_Named]


class _SomeNamedItems(_Wire):
    items: list[_Named] | None = None


class _OwnOrganization(_Wire):
    org_id: str


class GroupsPage(msgspec.Struct, frozen=True):
    """One page of groups; `total` is Webex's count of all of them, None when it does not say.

    `listed`: the answer had a list, or said that there is none; an answer without either proves nothing.
    """

    groups: tuple[Group, ...]
    total: int | None
    listed: bool


class MembersPage(msgspec.Struct, frozen=True):
    """One page of direct members, id -> kind (`user`, `group`, ...), in Webex's order; `entries` counts duplicates too."""

    members: dict[str, str]
    entries: int
    member_size: int | None


_PLAIN_KINDS: frozenset[str | None] = frozenset({"user", "group"})
_BARE = 36  # characters of a UUID that is not wrapped in a Webex id


def _decode(content: bytes, shape: type[_T]) -> _T:
    return msgspec.json.decode(content, type=shape)


def licenses(content: bytes) -> tuple[License, ...]:
    """`GET /licenses`, in Webex's order. An answer without `items` is an error: no organization has no licenses."""
    return tuple(_license(item) for item in _decode(content, _LicenseItems).items)


def _license(item: _License) -> License:
    return License(
        id=item.id,
        name=item.name or "",
        total=_count(item.total_units),
        consumed=_count(item.consumed_units),
        consumed_by_users=_count(item.consumed_by_users),
        consumed_by_workspaces=_count(item.consumed_by_workspaces),
        subscription=item.subscription_id or None,
        site=item.site_url.lower() if item.site_url else None,
        site_type=item.site_type or None,
    )


def _count(value: _Count) -> int | None:
    return msgspec.convert(value, int, strict=False) if value is not None and value != "" else None


def organizations(content: bytes) -> tuple[OrganizationReading, ...]:
    """`GET /organizations`."""
    return tuple(OrganizationReading(item.id, _label(item)) for item in _decode(content, _NamedItems).items)


def roles(content: bytes) -> tuple[Role, ...]:
    """`GET /roles`."""
    return tuple(Role(item.id, _label(item)) for item in _decode(content, _NamedItems).items)


def own_organization(content: bytes) -> str:
    """The organization id in `GET /people/me`."""
    return _decode(content, _OwnOrganization).org_id


def _label(item: _Named) -> str:
    return item.display_name or item.name or ""


def holders(content: bytes) -> tuple[Holder, ...]:
    """One page of the `users` of `GET /licenses/{id}`; whoever is not plainly EXTERNAL is of this organization."""
    users = _decode(content, _Users).users or ()
    return tuple(
        Holder(user.id, user.email or "", user.display_name or "", (user.type or "").upper() != "EXTERNAL")
        for user in users
    )


def groups(content: bytes) -> GroupsPage:
    """One page of `GET /groups`."""
    page = _decode(content, _Groups)
    found = tuple(Group(item.id, item.display_name or "", _count(item.member_size)) for item in page.groups or ())
    return GroupsPage(found, page.total_results, page.groups is not None or page.total_results == 0)


def members(content: bytes) -> MembersPage:
    """One page of `GET /groups/{id}/members`. A member of no stated type is a person, as in older answers."""
    page = _decode(content, _Members)
    items = page.members or ()
    found = {item.id: item.type for item in items}
    if not _PLAIN_KINDS.issuperset(found.values()):
        found = {id_: _kind(kind) for id_, kind in found.items()}
    if b'="' in content or _BARE in set(map(len, found)):
        found = {person_id(id_.rstrip("=")) if kind == "user" else id_.rstrip("="): kind for id_, kind in found.items()}
    return MembersPage(cast(dict[str, str], found), len(items), _count(page.member_size))


def _kind(kind: str | None) -> str:
    word = (kind or "user").lower()
    return "user" if word == "person" else word


def locations(content: bytes) -> tuple[Location, ...]:
    """One page of `GET /locations`; whether they are enabled for Calling stands elsewhere."""
    return tuple(Location(item.id, _label(item)) for item in _decode(content, _SomeNamedItems).items or ())


def calling_locations(content: bytes) -> tuple[str, ...]:
    """Ids on one page of `GET /telephony/config/locations`: the locations enabled for Webex Calling."""
    page = _decode(content, _CallingLocations)
    return tuple(item.id for item in page.locations or page.items or ())


def numbers(content: bytes) -> tuple[PhoneNumber, ...]:
    """One page of `GET /telephony/config/numbers`."""
    return tuple(_number(item) for item in _decode(content, _Numbers).phone_numbers or ())


def _number(item: _Number) -> PhoneNumber:
    kinds = item.included_telephony_types or ()
    owner = item.owner
    return PhoneNumber(
        number=item.phone_number or None,
        location_id=item.location.id if item.location else "",
        location_name=_label(item.location) if item.location else "",
        state=item.state or "",
        extension=item.extension or None,
        # An owner that does not say what it is owns the number all the same: only the absence of the key means free.
        owner_type=(owner.type or "UNKNOWN") if owner else None,
        owner_id=owner.id if owner else None,
        mobile="MOBILE_NUMBER" in ((kinds,) if isinstance(kinds, str) else kinds),
        toll_free=flag(item.toll_free_number, absent=False),
        service=flag(item.is_service_number, absent=False),
        reserved=flag(item.is_reserved_number, absent=False),
    )


def patched(content: bytes, status: int, tracking_id: str | None) -> PatchAnswer:
    """The answer to `PATCH /licenses/users`: what the person has now, in Webex's word."""
    body = _decode(content, _Patched)
    attendee = {
        site.site_url.lower()
        for site in body.site_urls or ()
        if site.site_url and (site.account_type or "").lower() == "attendee"
    }
    return PatchAnswer(
        status=status,
        licenses=tuple(sorted(set(body.licenses or ()))),
        attendee_sites=tuple(sorted(attendee)),
        pending_licenses=tuple(sorted(set(body.pending_licenses or ()))),
        tracking_id=tracking_id,
    )


def person_id(member_id: str) -> str:
    """A member's id as `GET /people` spells it: a bare UUID becomes a Webex id, anything else stays.

    >>> person_id("f5b36187-c8dd-4727-8b2f-f9c447f29046")[:12]
    'Y2lzY29zcGFy'
    """
    bare = len(member_id) == 36 and member_id.count("-") == 4
    return ids.encode("PEOPLE", member_id.lower()) if bare else member_id
