"""Live: what Webex said, as values. Readings come from `webex/`, are kept by `store/`, and are seen through `LiveView`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

State = Literal["active", "pending", "deactivated", "machine", "external"]
"""active; invited but never signed in; deactivated (licenses stay assigned); a bot or app; of another organization."""


class PersonReading(msgspec.Struct, frozen=True, gc=False):
    """One person as read from `GET /people` (and SCIM where the scope asks for it).

    `id` is the Webex id as Webex spells it. `licenses` are sorted license ids, `attendee_sites` sorted host names; both
    tuples are shared between people who hold the same. `work_phone` is the directory's text, not yet E.164.
    `calling_unreadable`: the record carried an `errors` map, so missing Calling data proves nothing (RULES 6.6).
    `licenses_absent`: the record had no list of licenses at all. Webex leaves empty lists out, so this usually means none;
    where something else says that there are some, it proves nothing.
    """

    id: str
    email: str
    name: str
    licenses: tuple[str, ...]
    attendee_sites: tuple[str, ...]
    created: datetime | None = None
    other_emails: tuple[str, ...] = ()
    state: State = "active"
    work_phone: str | None = None
    extension: str | None = None
    location_id: str | None = None
    site_admin_of: tuple[str, ...] = ()
    provision_source: str | None = None
    calling_unreadable: bool = False
    licenses_absent: bool = False


class DirectoryReading(msgspec.Struct, frozen=True, gc=False):
    """What only SCIM tells of a person; `uuid` is the bare UUID inside the Webex person id, lower case."""

    uuid: str
    active: bool
    work_phone: str | None = None
    site_admin_of: tuple[str, ...] = ()
    provision_source: str | None = None


class Group(msgspec.Struct, frozen=True):
    """A group of the organization. `member_size` is Webex's own count of direct members of every type."""

    id: str
    name: str
    member_size: int | None = None


class GroupMembers(msgspec.Struct, frozen=True):
    """The direct members of one group, duplicates removed; `nested` are member groups' ids.

    `seen` counts distinct direct members of every type, to be held against `Group.member_size` (RULES 7.3).
    """

    group: Group
    people: tuple[str, ...]
    nested: tuple[str, ...] = ()
    seen: int = 0


class Holder(msgspec.Struct, frozen=True):
    """One entry of a license's `users`: a person of this organization (`internal`) or of another one."""

    id: str
    email: str
    name: str
    internal: bool


class Location(msgspec.Struct, frozen=True):
    """A location; `calling` tells whether it is enabled for Webex Calling, None where that was not read."""

    id: str
    name: str
    calling: bool | None = None


class PhoneNumber(msgspec.Struct, frozen=True):
    """One row of the organization's numbers. `number` is E.164, or None for a row that has an extension only."""

    number: str | None
    location_id: str
    location_name: str
    state: str
    extension: str | None = None
    owner_type: str | None = None
    owner_id: str | None = None
    mobile: bool = False
    toll_free: bool = False
    service: bool = False
    reserved: bool = False


class Scope(msgspec.Struct, frozen=True):
    """What was read, because the files need it. A plan that needs more says "run sync" (ARCHITECTURE).

    `groups`: ids of the groups whose members were read. `directory`: SCIM. `calling`: people with Calling data, locations
    and numbers. `holders`: license ids whose holders were listed.
    """

    groups: tuple[str, ...] = ()
    directory: bool = False
    calling: bool = False
    holders: tuple[str, ...] = ()

    def covers(self, need: Scope) -> bool:
        """Whether a plan that needs `need` can be made from what was read in this scope."""
        return (
            set(need.groups) <= set(self.groups)
            and (self.directory or not need.directory)
            and (self.calling or not need.calling)
            and set(need.holders) <= set(self.holders)
        )


class Snapshot(msgspec.Struct, frozen=True):
    """One complete reading of an organization. `id` is the store's; counts are of people, licenses and groups."""

    id: str
    org_id: str
    org_name: str
    taken_at: datetime
    scope: Scope
    people: int
    licenses: int
    groups: int


DROPPED, LEFT = "dropped", "left"


class Origin(msgspec.Struct, frozen=True, order=True):
    """Which templates and exceptions gave a holding, as the ledger knows (RULES 4.2).

    `holding` is a license id, or `attendee:SITE`. `claims` are `template:NAME` or `exception:NAME`, sorted. A template that
    spoke for the holder no more at the end of some apply is `dropped:NAME` where the files ended it and `left:NAME` where
    the holder moved: later applies could not tell any more. A holding without an Origin was given by hand, or before this
    tool came.
    """

    holding: str
    claims: tuple[str, ...]


class Situation(msgspec.Struct, frozen=True):
    """What people have in common, as far as the files make it relevant; rules run once per situation.

    `groups`: ids of the read groups they are direct members of. `holdings`: license ids held. All tuples are sorted.
    `id` is the store's and takes no part in comparing people.
    """

    id: int
    groups: tuple[str, ...] = ()
    holdings: tuple[str, ...] = ()
    attendee_sites: tuple[str, ...] = ()
    site_admin_of: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    state: State = "active"
    calling_unreadable: bool = False


class Person(msgspec.Struct, frozen=True, gc=False):
    """One person of a snapshot. `id` is the Webex id; `email` and `other_emails` are as Webex spells them."""

    id: str
    email: str
    name: str
    situation: int
    created: datetime | None = None
    other_emails: tuple[str, ...] = ()
    work_phone: str | None = None
    extension: str | None = None
    location_id: str | None = None
    provision_source: str | None = None
